"""Masthead: the newsroom's name, logo, colours and links on readers' pages, from its own file.

Colours that could not be read are refused (WCAG 2.2, 1.4.3), so no page is ever served in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ticker.news.colours import TEXT_AA, ratio

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_NAME_MAX: Final = 80
_LINKS_MAX: Final = 12
_PIXELS_MAX: Final = 1000
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_PLACE: Final = re.compile(r"(https://[\w.:\[\]-]+)?/(?!/)[^\s\"'<>\\]*", re.ASCII)
_ADDRESS: Final = re.compile(r"(https?://[\w.:\[\]-]+(/[^\s\"<>\\]*)?|/(?!/)[^\s\"<>\\]*)")
# What words stand on: the page and the surfaces of static/tokens.css, in both schemes.
_GROUNDS: Final = MappingProxyType(
    {"link": ("f6f5f2", "ffffff"), "link_dark": ("0a0c10", "101318")}
)


@dataclass(frozen=True, slots=True)
class Logo:
    """The newsroom's logo.

    Attributes:
        src: Its address: a path on this host, or https.
        width: In CSS pixels, as it is shown.
        height: The same.
        dark: Its address for dark pages; empty: the same.
    """

    src: str
    width: int
    height: int
    dark: str = ""


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours of the newsroom, six hexadecimal digits after a `#` each; empty: our own.

    Attributes:
        masthead: Behind the masthead.
        words: On it.
        link: Of links.
        link_dark: Of links on dark pages.
    """

    masthead: str = ""
    words: str = ""
    link: str = ""
    link_dark: str = ""


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link in the masthead or at the foot, as one edition has it."""

    text: str
    url: str


@dataclass(frozen=True)
class Masthead:
    """What readers' pages say of whose they are.

    Attributes:
        names: Edition → the newsroom's name there; empty: it gave none.
        logo: Its logo.
        colours: Its colours.
        links: Edition → links in the masthead.
        footer: Edition → links at the foot.
        icon: Address of a square picture, a PNG of 512 pixels, for home screens; empty: our own.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    logo: Logo | None = None
    colours: Colours = Colours()
    links: Mapping[str, list[PageLink]] = field(default_factory=dict)
    footer: Mapping[str, list[PageLink]] = field(default_factory=dict)
    icon: str = ""

    @property
    def origins(self) -> list[str]:
        """Other sites that logo and icon come from, for the page's policy (CSP `img-src`)."""
        places = [self.icon, *([self.logo.src, self.logo.dark] if self.logo else [])]
        found = ("/".join(it.split("/")[:3]) for it in places if it.startswith("https://"))
        return list(dict.fromkeys(found))

    @property
    def sheet(self) -> str:
        """The colours as a style sheet; empty where there are none."""
        chosen, rules = self.colours, []
        if chosen.masthead:
            rules.append(f"--masthead: {chosen.masthead}; --on-masthead: {chosen.words};")
        if chosen.link:
            rules.append(f"--link: light-dark({chosen.link}, {chosen.link_dark});")
        return f":root {{ {' '.join(rules)} }}\n" if rules else ""


def masthead_of(table: Mapping[str, Any], editions: Collection[str]) -> Masthead:
    """The masthead that the table `newsroom` of the newsroom file describes (docs/settings.md).

    Args:
        table: Its keys.
        editions: Codes of all editions.

    Raises:
        ValueError: It describes none; the message says why.
    """
    _check_keys(table, ("name", "logo", "icon", "colours", "links", "footer"), "")
    names = _by_edition(table["name"], editions, "name") if "name" in table else {}
    if lacking := [code for code in editions if names and code not in names]:
        raise ValueError(f"name: edition {lacking[0]} has none")
    return Masthead(
        names=names,
        logo=_logo(table["logo"]) if "logo" in table else None,
        icon=_place(table["icon"], "icon") if "icon" in table else "",
        colours=_colours(table.get("colours", {})),
        links=_links(table.get("links", []), editions, "links"),
        footer=_links(table.get("footer", []), editions, "footer"),
    )


def _check_keys(table: object, known: Iterable[str], where: str) -> None:
    if not isinstance(table, dict):
        raise ValueError(f"{where}must be a table")  # noqa: TRY004 - of a file
    known = list(known)
    for name in table:
        if name not in known:
            raise ValueError(f"{where}{name} is unknown; there are {', '.join(known)}")


def _by_edition(value: object, editions: Collection[str], where: str) -> dict[str, str]:
    """A text for all editions, or a table of one for each; an edition may lack it."""
    texts: dict[str, Any] = value if isinstance(value, dict) else dict.fromkeys(editions, value)
    for code, text in texts.items():
        if code not in editions:
            raise ValueError(f"{where}: there is no edition {code!r}")
        if not isinstance(text, str) or not text.strip() or not text.isprintable():
            raise ValueError(f"{where}: {text!r} is no text")
        if where == "name" and len(text) > _NAME_MAX:
            raise ValueError(f"name: {text!r} is longer than {_NAME_MAX} characters")
    return texts


def _logo(table: object) -> Logo:
    _check_keys(table, [it.name for it in fields(Logo)], "logo: ")
    assert isinstance(table, dict)  # noqa: S101 - checked above
    for name in ("src", "width", "height"):
        if name not in table:
            raise ValueError(f"logo: {name} is required")
    for name in ("src", "dark"):
        if name in table:
            _place(table[name], f"logo: {name}")
    for name in ("width", "height"):
        if type(table[name]) is not int or not 0 < table[name] <= _PIXELS_MAX:
            raise ValueError(f"logo: {name}: {table[name]!r} is no number of pixels")
    return Logo(**table)


def _place(value: object, where: str) -> str:
    if not isinstance(value, str) or not _PLACE.fullmatch(value):
        raise ValueError(f"{where}: {value!r} is no path and no https address")
    return value


def _colours(table: object) -> Colours:
    _check_keys(table, [it.name for it in fields(Colours)], "colours: ")
    assert isinstance(table, dict)  # noqa: S101 - checked above
    for name, colour in table.items():
        if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
            raise ValueError(f"colours: {name}: {colour!r} is no colour such as #0b2545")
    for one, other in (("masthead", "words"), ("link", "link_dark")):
        if (one in table) != (other in table):
            raise ValueError(f"colours: {one} and {other} go together")
    if "masthead" in table:
        _check_contrast("words", table["words"], table["masthead"][1:], "masthead")
    for name, grounds in _GROUNDS.items():
        for ground in grounds if name in table else ():
            _check_contrast(name, table[name], ground, f"#{ground}")
    return Colours(**table)


def _check_contrast(name: str, colour: str, ground: str, where: str) -> None:
    found = int(ratio(colour[1:], ground) * 10) / 10
    if found < TEXT_AA:
        raise ValueError(
            f"colours: {name} {colour} on {where} has a contrast of {found}; it takes {TEXT_AA}"
        )


def _links(rows: object, editions: Collection[str], where: str) -> dict[str, list[PageLink]]:
    """Links by edition; one that lacks its text or its address there has no such link."""
    if not isinstance(rows, list) or len(rows) > _LINKS_MAX:
        raise ValueError(f"{where}: must be a list of up to {_LINKS_MAX} links")
    found: dict[str, list[PageLink]] = {code: [] for code in editions}
    for row in rows:
        _check_keys(row, ("text", "url"), f"{where}: ")
        if row.keys() != {"text", "url"}:
            raise ValueError(f"{where}: a link has a text and a url")
        texts = _by_edition(row["text"], editions, f"{where}: text")
        urls = _by_edition(row["url"], editions, f"{where}: url")
        for url in urls.values():
            if not _ADDRESS.fullmatch(url):
                raise ValueError(f"{where}: {url!r} is no path and no http address")
        for code in [code for code in texts if code in urls]:
            found[code].append(PageLink(texts[code], urls[code]))
    return found
