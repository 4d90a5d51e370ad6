"""The plugin for WordPress in docs/wordpress, run by a real PHP, with the real service to ask."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.process import free_port
from ticker.web.embed.banner import CHOICES

if TYPE_CHECKING:
    from tests.support.service import Running

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "docs" / "wordpress" / "breaking-ticker.php"


async def php(*arguments: str, told: Any = None) -> str:
    program = shutil.which("php")
    if program is None:
        pytest.skip("no PHP here")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate(json.dumps(told).encode())
    assert process.returncode == 0, said.decode()
    return said.decode()


async def rendered(address: str, *choices: Any, edition: str = "en") -> Any:
    """What the plugin makes of these choices, one after the other on one site."""
    options = {"breaking_ticker_service": address, "breaking_ticker_edition": edition}
    told = {"options": options, "renders": choices}
    return json.loads(await php(str(ROOT / "tests/support/wordpress.php"), str(PLUGIN), told=told))


async def test_the_plugin_is_php() -> None:
    """Whoever uploads the plugin gets no parse error."""
    assert "No syntax errors" in await php("-l", str(PLUGIN))


async def test_a_block_has_the_lines_and_asks_seldom(service: Running) -> None:
    """Block and shortcode put the fragment into the page, with the choices of the editor, and keep it for seconds."""
    await service.post("en", "Seen [gallery] in a post", section="sports")
    await service.post("en", "Vote", section="politics")
    await service.post("ar", "خبر")
    sports = {"mode": "stack", "max": "3", "section": "sports, health", "label": "Now & then"}
    site = await rendered(service.url, "", sports, sports, {"edition": "ar"})
    whole, first, second, arabic = site["html"]
    assert whole == (await service.get("/embed/en.fragment")).body.decode().replace(
        "[gallery]", "&#91;gallery&#93;"
    )
    assert first == second
    assert 'max="3"' in first
    assert 'section="sports,health"' in first
    assert 'label="Now &amp; then"' in first
    assert "Vote" not in first
    assert "[" not in first
    assert "خبر" in arabic
    assert (site["asked"], site["lasts"]) == (3, [5, 5, 5])
    assert {*CHOICES, "edition", "label", "max", "section"} < {*site["attributes"]}
    assert site["renders"] == "breaking_ticker_render"


async def test_a_page_never_shows_what_went_wrong(service: Running) -> None:
    """No service, a service that is away and a wrong choice leave an empty place, and are asked about seldom."""
    wrong = {"mode": "spin"}
    assert (await rendered("", ""))["html"] == [""]
    away = await rendered(f"http://127.0.0.1:{free_port()}", "", "")
    assert (away["html"], away["asked"]) == (["", ""], 1)
    here = await rendered(
        service.url, wrong, {"edition": "nowhere"}, {"edition": "../v1"}, {"x": 1}
    )
    assert here["html"][:3] == ["", "", ""]
    assert "<breaking-ticker" in here["html"][3]


async def test_a_setting_is_text(service: Running) -> None:
    """What an administrator typed as the address ends no attribute of the settings page."""
    site = await rendered('https://x.example/"><script>', "")
    assert not re.search(r'"><script>', site["field"])
    assert "&quot;&gt;&lt;script&gt;" in site["field"]
