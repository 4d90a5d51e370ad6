"""The script that sites embed, as it is served."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from ticker.settings import static_dir
from ticker.store.client import Store
from ticker.store.widgets import WidgetScripts
from ticker.web.embed.widget import Widget
from ticker.web.modules import parts_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.service import Running
    from ticker.settings import Settings


async def test_what_every_banner_needs_is_one_file(service: Running) -> None:
    """A site loads one script, and nothing more before that runs."""
    answer = await service.get("/ticker.js")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "breaking-ticker" in answer.body.decode()
    assert re.search(r"\bimport\s*[\"'{*]", answer.body.decode()) is None


async def test_a_part_of_it_is_served_like_it_and_for_ever(service: Running) -> None:
    """A part may be loaded from any site, is cached for ever, and is there under its hash alone."""
    for path in parts_of("crawl", "ar-EG"):
        answer = await service.get(path, Origin="https://news.example")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert {it.split("-")[1] for it in parts_of("crawl", "ar-EG")} == {"crawl", "ar"}
    assert (await service.get("/ticker-crawl-00000000.js")).status == 404


async def test_an_upgrade_takes_no_part_away(settings: Settings, tmp_path: Path) -> None:
    """A page that has stood open since before an upgrade gets the part that its script asks for."""
    old, new = tmp_path / "old", tmp_path / "new"
    for static, part in ((old, "crawl-01234567"), (new, "crawl-89abcdef")):
        (static / "dist").mkdir(parents=True)
        (static / "ticker.js").write_text("")
        (static / "dist" / f"ticker-{part}.js").write_text(f"/* {part} */")
    store = Store(settings.redis_url)
    await Widget(old, WidgetScripts(store)).keep()
    upgraded = Widget(new, WidgetScripts(store))
    await upgraded.keep()
    for part in ("crawl-01234567", "crawl-89abcdef"):
        scope = {"type": "http", "path_params": {"name": part}, "headers": []}
        answer = await upgraded.pinned(Request(scope))
        assert answer.body == f"/* {part} */".encode()
    await store.close()


async def test_it_is_sent_small_to_who_can_take_it(service: Running) -> None:
    """A browser gets it compressed, once: while it has not changed it is not sent again."""
    plain = await service.get("/ticker.js")
    squeezed = await service.get("/ticker.js", Accept_Encoding="br, gzip")
    assert squeezed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(squeezed.body) == plain.body
    assert len(squeezed.body) < 0.5 * len(plain.body)
    again = await service.get("/ticker.js", If_None_Match=plain.headers["etag"])
    assert again.status == 304
    assert again.body == b""


async def test_a_pinned_script_is_what_its_hash_says_for_ever(
    service: Running, settings: Settings
) -> None:
    """The pinned address and its integrity, as the snippet builder shows them, belong together."""
    store = Store(settings.redis_url)
    widget = Widget(static_dir(), WidgetScripts(store))
    await store.close()
    answer = await service.get(widget.path)
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    digest = base64.b64encode(hashlib.sha384(answer.body).digest()).decode()
    assert widget.integrity == f"sha384-{digest}"


async def test_an_upgrade_takes_no_pinned_script_away(service: Running, settings: Settings) -> None:
    """What an older version served under a pinned address is still served by a newer one."""
    store = Store(settings.redis_url)
    await WidgetScripts(store).keep("0.0.1-01234567", "/* of old */")
    await WidgetScripts(store).keep("0.0.1-01234567", "/* of another */")
    await store.close()
    answer = await service.get("/ticker-0.0.1-01234567.js")
    assert answer.status == 200
    assert answer.body == b"/* of old */"


async def test_a_script_that_never_was_is_not_found(service: Running) -> None:
    """An address of no version answers 404 and names it."""
    answer = await service.get("/ticker-9.9.9-00000000.js")
    assert answer.status == 404
    assert answer.fields == ["name"]


async def test_asking_for_anything_costs_the_store_next_to_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often strangers ask for scripts that never were, the store is asked now and then."""
    store = Store(settings.redis_url)
    times = iter((100.0, 101.0, 109.0, 111.0))
    widget = Widget(static_dir(), scripts := WidgetScripts(store), clock=lambda: next(times))
    asked = 0

    async def count() -> dict[str, str]:
        nonlocal asked
        asked += 1
        return {}

    monkeypatch.setattr(scripts, "all", count)
    scope = {"type": "http", "path_params": {"name": "x"}, "headers": []}
    for _ in range(4):
        with pytest.raises(Exception, match="never was"):
            await widget.pinned(Request(scope))
    assert asked == 2
    await store.close()


async def test_without_a_build_the_modules_are_served(settings: Settings, tmp_path: Path) -> None:
    """A checkout that was never built serves the entry module instead."""
    (tmp_path / "ticker.js").write_text('import "./static/ticker/define.js";')
    store = Store(settings.redis_url)
    widget = Widget(tmp_path, WidgetScripts(store))
    await store.close()
    answer = await widget.newest(Request({"type": "http", "headers": []}))
    assert answer.body == (tmp_path / "ticker.js").read_bytes()
