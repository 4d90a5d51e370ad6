"""Titles of an edition's running stories as this process knows them, and what readers lack of them.

A reader has the titles of the lines that it has; for a line of another story its title comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ticker.news.board import Board
    from ticker.news.flash import Flash

# More at once are no editor's work but a store that was lost or put back.
_TOLD_MAX: Final = 20


class Titles:
    """Slug → title, of one edition.

    Attributes:
        all: Of all stories that have one.
        changes: How often they have changed.
    """

    def __init__(self) -> None:
        self.all: Mapping[str, str] = {}
        self.changes = 0

    def replace(self, titles: Mapping[str, str], board: Board) -> dict[str, str | None]:
        """Take the titles as they are now; returns what readers must hear, null for what is gone.

        Where nearly all is new, that is what the board's lines need, and nothing else.
        """
        before, self.all = self.all, dict(titles)
        slugs = before.keys() | self.all.keys()
        changed = {it: self.all.get(it) for it in slugs if before.get(it) != self.all.get(it)}
        self.changes += bool(changed)
        if len(changed) <= _TOLD_MAX:
            return changed
        shown = board.coverages
        return {slug: title for slug, title in changed.items() if slug in shown}

    def of(self, flashes: Iterable[Flash]) -> dict[str, str]:
        """Those of the stories of some lines."""
        if not self.all:
            return {}
        slugs = dict.fromkeys(flash.coverage for flash in flashes)
        return {slug: self.all[slug] for slug in slugs if slug is not None and slug in self.all}

    def new_with(self, flash: Flash, board: Board) -> dict[str, str | None]:
        """The title that readers of a board need for a line that it does not have yet."""
        slug = flash.coverage
        if slug is None or slug not in self.all or slug in board.coverages:
            return {}
        return {slug: self.all[slug]}
