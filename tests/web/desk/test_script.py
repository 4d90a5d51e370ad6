"""The desk's script."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.desk import hire, session
from ticker.web.modules import bundled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.service import Running


async def test_the_desk_is_there_after_one_request(service: Running) -> None:
    """On a slow line an editor waits for the page and one script, not for what that one imports."""
    await hire(service, "amal")
    page = await service.get("/desk/en", Cookie=await session(service, "amal"))
    scripts = re.findall(rb'<script type="module" src="([^"]+)"', page.body)
    assert scripts == [b"/ticker.js", b"/desk.js"]
    answer = await service.get("/desk.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert re.findall(rb"^\s*(?:import|export)\b", answer.body, re.MULTILINE) == []
    assert b"import.meta" not in answer.body


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_it_is_asked_for_each_time_and_sent_once(service: Running, coding: str) -> None:
    """After an upgrade no page runs with the script of before; else a browser keeps what it has."""
    first = await service.get("/desk.js", Accept_Encoding=coding)
    assert (first.status, first.headers["cache-control"]) == (200, "no-cache")
    assert first.headers["vary"] == "Accept-Encoding"
    plain = gzip.decompress(first.body) if coding == "gzip" else first.body
    assert plain == (await service.get("/desk.js")).body
    etag = first.headers["etag"]
    again = await service.get("/desk.js", Accept_Encoding=coding, If_None_Match=etag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    other = {"gzip": "identity", "identity": "gzip"}[coding]
    assert (await service.get("/desk.js", Accept_Encoding=other, If_None_Match=etag)).status == 200


def test_modules_that_need_each_other_are_no_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A developer is told which module closes a circle, rather than to find a desk that is dead."""
    monkeypatch.setattr("ticker.web.modules.static_dir", lambda: tmp_path)
    (tmp_path / "circle.js").write_text('import { B } from "./b.js";\nexport const A = 1;\n')
    (tmp_path / "b.js").write_text('import { A } from "./circle.js";\nexport const B = A;\n')
    with pytest.raises(ValueError, match=r"^circle\.js "):
        bundled("circle.js")
