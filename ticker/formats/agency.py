"""What agencies' formats (ninjs, NewsML-G2) need to know of a line beside the line itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.formats.feed import Place
    from ticker.news.flash import Flash

# To editors who receive it: why is for our own desk.
KILL_NOTE: Final = "KILL: remove this item from all output."


@dataclass(frozen=True, slots=True)
class Sibling:
    """The same line in another edition.

    Attributes:
        flash: How it stands there.
        name: Of that edition.
        lang: Its language.
    """

    flash: Flash
    name: str
    lang: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line as agencies hand it on.

    Attributes:
        flash: The line; of a killed one no words are written.
        place: Where it stands.
        publisher: The newsroom's name.
        siblings: Its versions in other editions.
    """

    flash: Flash
    place: Place
    publisher: str
    siblings: Sequence[Sibling] = field(default=())

    @property
    def page(self) -> str:
        """Address of its page."""
        return f"{self.place.base}/{self.place.edition}/f/{quote(self.flash.id, safe='')}"

    def address(self, name: str, code: str) -> str:
        """Address of a section, a region or a running story."""
        return f"{self.place.base}/{self.place.edition}/{name}/{quote(code, safe='')}"
