"""Every browser, every surface that readers have, everything that happens to a line."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.engines import until
from tests.browser.support import elsewhere, embed
from tests.support.link import Link

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tests.browser.engines import Engine, Tab
    from tests.support.service import Running

MODES: Final = ("rotate", "crawl", "stack", "flash")
PAGES: Final = {
    "page": "/en",
    "story": "/en/coverage/storm",
    "permalink": "/en/f/{second}",
    # Its line is killed while nobody can tell it.
    "permalink, away": "/en/f/{first}",
}
LIST: Final = 'document.querySelector("#lines")'
ARTICLE: Final = 'document.querySelector("article, .tombstone")'
# All that is in the page, for people and for machines.
SOURCE: Final = """((read) => read(document))(function read(root) {
  const inside = [...root.querySelectorAll("*")].map((it) => it.shadowRoot ? read(it.shadowRoot) : "");
  return (root.documentElement ?? root).innerHTML + inside.join("");
})"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A surface on a page.

    Attributes:
        link: Its own way to the service, and so an origin and a connection of its own.
        banner: Which one of the page it has.
    """

    surface: str
    tab: Tab
    link: Link
    banner: str = 'document.querySelector("breaking-ticker")'

    async def shows(self, words: str, place: str = "") -> None:
        """Until these words stand where the surface has its lines, on the screen."""
        found = place or (
            LIST if self.surface in ("page", "story") else f"{self.banner}.shadowRoot"
        )
        await until(
            self.tab,
            f"""[...{found}?.querySelectorAll(".headline") ?? []].some((it) => {{
              const {{ left, right, top, bottom }} = it.getBoundingClientRect();
              return it.textContent === {json.dumps(words)} && right > Math.max(left, 0)
                && left < innerWidth && bottom > Math.max(top, 0) && top < innerHeight;
            }})""",
        )

    async def lacks(self, *words: str) -> None:
        """Until these words are nowhere, seen or not."""
        await until(self.tab, f"!{json.dumps(words)}.some((it) => {SOURCE}.includes(it))")

    async def is_live(self) -> None:
        """Until it says that it is, and no more than that."""
        await until(self.tab, f'{self.banner}.getAttribute("status") === "live"')
        await until(
            self.tab, f'{self.banner}.shadowRoot.querySelector(".state").textContent === ""'
        )

    async def is_not_live(self) -> None:
        """Until it says that it isn't, in words."""
        await until(self.tab, f'{self.banner}.getAttribute("status") === "reconnecting"')
        await until(
            self.tab, f'{self.banner}.shadowRoot.querySelector(".state").textContent !== ""'
        )


def versions(name: str) -> tuple[str, str]:
    """The words of a line, before and after."""
    return f"{name} words", f"{name} corrected"


class Matrix:
    """The cells of one browser; whatever happens, happens to all of them."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = cells

    async def all(self, act: str, check: Callable[[Cell], Awaitable[None]]) -> None:
        """Until it is so in each cell; those where it isn't are named."""
        ended = await asyncio.gather(*map(check, self.cells), return_exceptions=True)
        assert {
            f"{cell.surface}: {act}": result
            for cell, result in zip(self.cells, ended, strict=True)
            if result is not None
        } == {}


async def opened(
    stack: AsyncExitStack, engine: Engine, service: Running, lines: dict[str, str]
) -> Matrix:
    """All surfaces; the modes on one page of another site, the others on a page each."""

    async def link() -> tuple[Link, str]:
        made = Link(service.port)
        await made.open()
        stack.push_async_callback(made.close)
        return made, f"http://127.0.0.1:{made.port}"

    async def page(url: str, *, framed: bool = False) -> Tab:
        tab = await stack.enter_async_context(engine.tab())
        await tab.goto(url, framed=framed)
        return tab

    links = {mode: await link() for mode in MODES}
    html = embed(service, *(f'mode="{mode}" src="{url}"' for mode, (_, url) in links.items()))
    tab = await page(await stack.enter_async_context(elsewhere(html)))
    cells = [
        Cell(mode, tab, way, f"""document.querySelector("[mode='{mode}']")""")
        for mode, (way, _) in links.items()
    ]
    way, url = await link()
    html = f'<iframe src="{url}/embed/en" width="800" height="44"></iframe>'
    site = await stack.enter_async_context(elsewhere(html))
    cells.append(Cell("frame", await page(site, framed=True), way))
    for name, path in PAGES.items():
        way, url = await link()
        cells.append(Cell(name, await page(url + path.format(**lines)), way))
    return Matrix(cells)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [3, pytest.param(40, marks=pytest.mark.slow)])
async def test_whatever_happens_to_a_line_is_seen(
    each_engine: Engine, service: Running, seconds: int
) -> None:
    """A line comes, is corrected, killed; an outage is said, and what happened in it is made up for."""

    async def post(words: str) -> str:
        made = await service.post("en", words, urgency=1, coverage="storm")
        return str(made["id"])

    async with AsyncExitStack() as stack:
        first, second = await post("First words"), await post("Second words")
        lines = {"first": first, "second": second}
        matrix = await opened(stack, each_engine, service, lines)
        await matrix.all("live", Cell.is_live)

        third = await post("Third words")
        await matrix.all("arrive", lambda cell: cell.shows("Third words"))

        for name, line in (("First", first), ("Second", second), ("Third", third)):
            await service.patch("en", line, headline=versions(name)[1], correction="So it is")
        own = {"permalink": "Second corrected", "permalink, away": "First corrected"}
        await matrix.all(
            "correct",
            lambda cell: cell.shows(
                own.get(cell.surface, "Third corrected"), ARTICLE if cell.surface in own else ""
            ),
        )

        for line in (second, third):
            await service.kill("en", line)
        await matrix.all("kill", lambda cell: cell.lacks(*versions("Second"), *versions("Third")))
        await matrix.all("stays", lambda cell: cell.shows("First corrected"))

        for cell in matrix.cells:
            cell.link.break_off()
        over = asyncio.create_task(asyncio.sleep(seconds))
        await service.kill("en", first)
        await post("Fourth words")
        await matrix.all("outage", Cell.is_not_live)
        await over
        await matrix.all("outage that lasts", Cell.is_not_live)
        for cell in matrix.cells:
            cell.link.heal()
        await matrix.all("made up for", lambda cell: cell.shows("Fourth words"))
        await matrix.all("gone meanwhile", lambda cell: cell.lacks(*versions("First")))
        await matrix.all("live again", Cell.is_live)
