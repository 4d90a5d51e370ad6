"""Scripts of readers' pages: a browser fetches all of them at once."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.service import Running


@pytest.mark.parametrize("path", ["/en", "/en/f/{id}", "/en/coverage/storm", "/en?before=now"])
async def test_a_page_names_every_script_that_it_needs(service: Running, path: str) -> None:
    """No script is found out about by reading another: on a slow line each step costs as much as a page."""
    line = await service.post("en", "Harbour closed", coverage="storm")
    html = (await service.get(path.format(id=line["id"]))).body.decode()
    named = re.findall(r'<link rel="modulepreload" fetchpriority="low" href="([^"]+)">', html)
    assert len(named) == len(set(named)) > 0
    known = {*named, *re.findall(r'<script type="module" src="(/static/[^"]+)"', html)}
    for script in known:
        answer = await service.get(script)
        assert answer.status == 200
        needed = re.findall(r'^import [^;]*?"(\.[^"]+)";', answer.body.decode(), re.MULTILINE)
        assert {normpath(join(dirname(script), it)) for it in needed} <= known, script
