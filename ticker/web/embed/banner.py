"""Configuration of a banner by query string: look, filters, height; and its sandboxed iframe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from ticker.news.faults import Fault
from ticker.news.text import TextError, line
from ticker.web.admission import subscribe
from ticker.web.filter_links import Filters, Pair
from ticker.web.problems import ProblemError
from ticker.web.query import is_number
from ticker.web.security import edition_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticker.news.flash import Flash
    from ticker.news.newsroom import Edition, Newsroom
    from ticker.news.subscription import Subscription

CHOICES: Final = {
    "mode": ("rotate", "crawl", "stack", "flash"),
    "theme": ("auto", "light", "dark"),
    "skin": ("signal", "paper", "solid"),
}
COLOURS: Final = (
    "breaking",
    "on-breaking",
    "surface",
    "text",
    "muted",
    "urgent",
    "link",
    "control",
    "hairline",
    "warning",
)
ROWS: Final = 5
ROWS_MAX: Final = 50
LABEL_MAX: Final = 40
NARROW_PX: Final = 600
BAR_PX: Final = 44
TWO_ROWS_PX: Final = 91
ROW_PX: Final = 50
_TAKEOVER_PX: Final = 200
_TAKEOVER_LASTS: Final = timedelta(hours=1)
_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{6})")
# Sandbox of the iframe. allow-same-origin: tabs share one connection, and Origin is ours;
# allow-popups-to-escape-sandbox: stories that it opens are pages like any other.
_SANDBOX: Final = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"


@dataclass(frozen=True, slots=True)
class Banner:
    """One banner's configuration, validated.

    Attributes:
        edition: Whose lines.
        subscription: Which of them.
        filters: The same as a query string.
        mode: rotate, crawl, stack or flash.
        theme: auto, light or dark.
        skin: signal, paper or solid.
        label: The word in its block; empty: the edition's own.
        rows: Lines in mode stack.
        colours: Custom properties without `--bt-`, and six hexadecimal digits.
    """

    edition: Edition
    subscription: Subscription
    filters: Filters
    mode: str
    theme: str
    skin: str
    label: str
    rows: int
    colours: tuple[Pair, ...]

    @staticmethod
    def of(newsroom: Newsroom, code: str, given: Mapping[str, list[str]]) -> Banner:
        """The banner that the fields of a query ask for; unknown fields are ignored.

        Raises:
            ProblemError: 404 unknown edition, 422 naming each field that is wrong.
        """
        edition = edition_of(newsroom, code)
        faults: list[Fault] = []
        chosen = {name: _choice(name, given, faults) for name in CHOICES}
        label, rows = _label(given, faults), _rows(given, faults)
        colours = tuple(_colours(given, faults))
        if faults:
            detail = "; ".join(f"{fault.field} {fault.detail}" for fault in faults)
            raise ProblemError(422, detail, faults)
        return Banner(
            edition,
            subscribe(newsroom, code, dict(given)),
            Filters.of(f"/{code}", given),
            **chosen,
            label=label,
            rows=rows,
            colours=colours,
        )

    @property
    def pairs(self) -> list[Pair]:
        """Query fields in canonical form: what differs from the default, filters, colours."""
        return [*self.looks, *self.colours]

    @property
    def looks(self) -> list[Pair]:
        """The same without colours."""
        look = [(name, getattr(self, name)) for name in CHOICES]
        pairs = [(name, value) for name, value in look if value != CHOICES[name][0]]
        if self.label:
            pairs.append(("label", self.label))
        if self.rows != ROWS:
            pairs.append(("max", str(self.rows)))
        return [*pairs, *self.filters.pairs]

    @property
    def path(self) -> str:
        """Path of its page for an iframe."""
        query = urlencode(self.pairs)
        return f"/embed/{self.edition.code}{'?' if query else ''}{query}"

    @property
    def fragment(self) -> str:
        """Path of its fragment for server-side includes; colours are the including site's own."""
        query = urlencode(self.looks)
        return f"/embed/{self.edition.code}.fragment{'?' if query else ''}{query}"

    def attributes(self) -> dict[str, str]:
        """Attributes of the custom element; its colours are CSS custom properties instead."""
        code, lang = self.edition.code, self.edition.lang
        look = {name: getattr(self, name) for name in CHOICES}
        return {
            "edition": code,
            **({"lang": lang} if lang != code else {}),
            **({"dir": "rtl"} if self.edition.dir == "rtl" else {}),
            "label": self.label or self.edition.label,
            **{name: value for name, value in look.items() if value != CHOICES[name][0]},
            **({"max": str(self.rows)} if self.mode == "stack" and self.rows != ROWS else {}),
            **self.filters.attributes(),
        }

    def height(self, width: int) -> int:
        """Height at a width, in CSS pixels, against layout shift; in mode flash, its maximum."""
        if self.mode == "stack":
            return BAR_PX + 1 + self.rows * ROW_PX
        if self.mode == "flash":
            return _TAKEOVER_PX
        return BAR_PX if width > NARROW_PX else TWO_ROWS_PX

    def shown(self, lines: Sequence[Flash], now: datetime) -> list[Flash]:
        """Lines of the board that its mode displays, in turn or at once."""
        if self.mode == "stack":
            return list(lines[: self.rows])
        if self.mode == "flash":
            since = now - _TAKEOVER_LASTS
            return [it for it in lines if it.urgency == 1 and it.firstcreated > since][:1]
        return list(lines)

    def until(self, shown: Sequence[Flash]) -> datetime | None:
        """When what it displays of an unchanged board is another: a takeover has its time."""
        if self.mode != "flash" or not shown:
            return None
        return shown[0].firstcreated + _TAKEOVER_LASTS


def iframe(src: str, title: str, width: int | str, height: int, more: str = "") -> str:
    """The iframe tag that embeds a banner's page: sandboxed, lazily loaded."""
    return (
        f'<iframe src="{escape(src)}" title="{escape(title)}" width="{width}" height="{height}" '
        f'loading="lazy" sandbox="{_SANDBOX}" style="border:0;max-inline-size:100%"{more}></iframe>'
    )


def _choice(name: str, given: Mapping[str, list[str]], faults: list[Fault]) -> str:
    known = CHOICES[name]
    value = given.get(name, known[:1])[-1]
    if value not in known:
        faults.append(Fault(name, f"must be one of {', '.join(known)}"))
    return value


def _label(given: Mapping[str, list[str]], faults: list[Fault]) -> str:
    """The label, sanitised by the rules of lines, beside which it stands."""
    value = given.get("label", [""])[-1]
    if not value.strip():
        return ""
    try:
        return line(value, LABEL_MAX)
    except TextError as error:
        faults.append(Fault("label", str(error)))
        return ""


def _rows(given: Mapping[str, list[str]], faults: list[Fault]) -> int:
    text = given.get("max", [str(ROWS)])[-1]
    rows = int(text) if is_number(text) else 0
    if not 1 <= rows <= ROWS_MAX:
        faults.append(Fault("max", f"must be an integer from 1 to {ROWS_MAX}"))
    return rows


def _colours(given: Mapping[str, list[str]], faults: list[Fault]) -> list[Pair]:
    pairs = []
    for name in COLOURS:
        for value in given.get(name, [])[-1:]:
            match = _COLOUR.fullmatch(value)
            if match:
                pairs.append((name, match[1].lower()))
            else:
                faults.append(Fault(name, "must be a colour of six hexadecimal digits"))
    return pairs
