"""How lines are shown at a terminal: as rows of a table, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.commands.table import Cell, Terminal, rows, terminal
from ticker.news.document import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ticker.client import Edition, Flash, Version

_LOUD, _WARM = 1, 2  # urgencies
_HEADLINE: Final = 3
_HEADS: Final = ("FIRST OUT", "U", "", "LINE", "SOURCE", "ID")
_QUEUE_HEADS: Final = ("DUE", "U", "WAITS AS", "LINE", "BY", "ID")
_VERSION_HEADS: Final = ("AT", "V", "ACTION", "LINE", "BY", "REASON")
_EDITION_HEADS: Final = ("CODE", "LANGUAGE", "WRITTEN", "NAME")


def show(what: Iterable[Mapping[str, Any]], table: Sequence[str], *, as_json: bool) -> None:
    """Print documents, one a line, or the lines of a table."""
    for line in map(dumps, what) if as_json else table:
        print(line)


def flash_rows(flashes: Sequence[Flash], shown: Terminal | None = None) -> list[str]:
    """Lines as they are: when first published, urgency, words, source, id."""
    table = [
        [
            Cell(_moment(flash["firstcreated"]), "dim"),
            _urgency(flash),
            _state(flash),
            Cell(flash.get("headline", "")),
            Cell(f"({flash['source']})" if flash.get("source") else "", "dim"),
            Cell(flash["id"], "dim"),
        ]
        for flash in flashes
    ]
    return rows(_HEADS, table, shown or terminal(), _HEADLINE)


def queue_rows(queue: Sequence[Version], shown: Terminal | None = None) -> list[str]:
    """Lines that wait: until when, urgency, as what, words, who did it last, id."""
    table = [
        [
            Cell(_moment(it["due"] or it["flash"].get("embargoed") or ""), "dim"),
            _urgency(it["flash"]),
            Cell(it["stage"] or "embargo", "warm"),
            Cell(it["flash"]["headline"]),
            Cell(it["by"], "dim"),
            Cell(it["flash"]["id"], "dim"),
        ]
        for it in queue
    ]
    return rows(_QUEUE_HEADS, table, shown or terminal(), _HEADLINE)


def version_rows(versions: Sequence[Version], shown: Terminal | None = None) -> list[str]:
    """What was done to a line: when, version, action, words, by whom, why."""
    table = [
        [
            Cell(_moment(it["at"]), "dim"),
            Cell(str(it["flash"]["version"])),
            Cell(it["action"], "loud" if it["action"] == "kill" else ""),
            Cell(it["flash"].get("headline", "")),
            Cell(it["by"], "dim"),
            Cell(it["reason"] or ""),
        ]
        for it in versions
    ]
    return rows(_VERSION_HEADS, table, shown or terminal(), _HEADLINE)


def edition_rows(editions: Sequence[Edition], shown: Terminal | None = None) -> list[str]:
    """Editions: code, language, direction, name."""
    table = [
        [Cell(it["code"]), Cell(it["lang"]), Cell(it["dir"]), Cell(it["name"])] for it in editions
    ]
    return rows(_EDITION_HEADS, table, shown or terminal(), len(_EDITION_HEADS) - 1)


def field_rows(flash: Flash, shown: Terminal | None = None) -> list[str]:
    """Each field of a line that says something."""
    said = [(name, value) for name, value in flash.items() if value not in (None, [], False)]
    table = [[Cell(name, "dim"), Cell(_said(value))] for name, value in said]
    return rows(("FIELD", "VALUE"), table, shown or terminal(), None)


def _said(value: object) -> str:
    match value:
        case True:
            return "yes"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _urgency(flash: Flash) -> Cell:
    urgency = flash.get("urgency")
    if urgency is None:
        return Cell("")
    return Cell(str(urgency), {_LOUD: "loud", _WARM: "warm"}.get(urgency, ""))


def _state(flash: Flash) -> Cell:
    if flash["pubstatus"] == "canceled":
        return Cell("KILLED", "loud")
    if flash["pubstatus"] == "withheld":
        return Cell("WAITS", "warm")
    return Cell("pinned" if flash.get("pinned") else "", "warm")


def _moment(time: str) -> str:
    return time[:19].replace("T", " ")
