"""What pasting and content systems leave in a text: one list of rules, for programs and the desk.

The patterns are written in what Python's `regex` and JavaScript (flag `u`) have in common, and the
desk gets this list as it is; `cleaning` and static/desk/cleaning.js do what it says.
"""

# ruff: noqa: RUF001 - quotation marks that look alike are told apart here

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from html.entities import name2codepoint
from typing import TYPE_CHECKING, Any, Final

from ticker.news import characters
from ticker.news.characters import DIRECTIONAL, EMBEDDING, INVISIBLE, JOINERS, LET_THROUGH

if TYPE_CHECKING:
    from collections.abc import Mapping


# Stands in the desk's list for what is long and comes several times.
_LET_THROUGH: Final = "{letThrough}"


class Level(StrEnum):
    """Who may clean it: any paste, a program that asks, or only a person who looks at it."""

    CERTAIN = "certain"
    ON_REQUEST = "on request"
    DOUBTFUL = "doubtful"


class Way(StrEnum):
    """How what a pattern finds is replaced.

    text: by `becomes`. table: each character by that of the table, else by nothing.
    entity: by the character that HTML means. utf8: by what its bytes say in UTF-8.
    pairs: embeddings by isolates, where they come in pairs, else by nothing.
    none: by whatever an editor types there.
    """

    TEXT = "text"
    TABLE = "table"
    ENTITY = "entity"
    UTF8 = "utf8"
    PAIRS = "pairs"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """One artefact.

    Attributes:
        name: What an editor is told it was; a word of static/desk/words.json.
        pattern: Where it is found.
        becomes: What stands there then.
        level: Who may clean it.
        way: How.
        table: Of `Way.TABLE`: character → text; of `Way.ENTITY`: name → character.
        needs: The text must have this somewhere, or the rule finds nothing.
        lacks: The text must not.
    """

    name: str
    pattern: str
    becomes: str = ""
    level: Level = Level.CERTAIN
    way: Way = Way.TEXT
    table: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""
    lacks: str = ""

    def as_data(self) -> dict[str, Any]:
        """For the desk's script: what says something, and the table as words."""
        table = " ".join(f"{name} {text}" for name, text in self.table.items())
        pattern = self.pattern.replace(LET_THROUGH, _LET_THROUGH)
        data = asdict(self) | {"table": table, "pattern": pattern}
        return {name: value for name, value in data.items() if value}


_RTL: Final = (
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# Line and page breaks, Word's soft ones (VT) and ends of cells (BEL), tabs.
_BREAK: Final = r"\u0007\t\n\u000B\f\r\u001C-\u001E\u0085\u2028\u2029"
_BREAKS: Final = rf"(?:(?<! ) +)?[{_BREAK}][ {_BREAK}]*"
_START, _END = r"(?<![\s\S])", r"(?![\s\S])"

# Windows-1252, which is meant by whoever sends a C1 control (WHATWG Encoding).
WINDOWS_1252: Final[Mapping[str, str]] = {
    chr(byte): bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_C1: Final = r"\u0080-\u009F"
# What continues a character of several bytes in UTF-8, read as Windows-1252 or ISO 8859-1.
_NEXT: Final = rf"[{_C1}\u00A0-\u00BF{''.join(WINDOWS_1252.values())}]"
# Quotation marks and the like may stand behind a letter: „Spaß“, «aquí…» and IRMÃ” are no fault.
_MARKS: Final = r"‘’“”«»–—…™\u0085\u0091-\u0097\u0099"
_MISREAD: Final = "|".join([
    rf"[ÂÃ](?:(?![{_MARKS}]){_NEXT}|{_NEXT}(?=\p{{Ll}}))",
    rf"(?:[\u00C4-\u00DF]{_NEXT}){{2,}}",
    rf"â[€‚„†˜šœ\u0080\u0082\u0084\u0086\u0098\u009A\u009C]{_NEXT}",
    rf"(?:[\u00E0-\u00EF]{_NEXT}{{2}}){{2,}}",
    rf"ð[Ÿ\u009F]{_NEXT}{{2}}",
])  # fmt: skip
# Where a control is in it no doubt is left.
_HAS_C1: Final = rf"(?=[\u00C2-\u00F4]{_NEXT}{{0,5}}?[{_C1}])"

# HTML 4's names, and those in capitals that browsers take (HTML §13.5).
_ENTITIES: Final[Mapping[str, str]] = {
    **{name: chr(code) for name, code in name2codepoint.items()},
    "apos": "'", "AMP": "&", "LT": "<", "GT": ">", "QUOT": '"',
}  # fmt: skip
# What was escaped twice and more is one of it.
_ENTITY: Final = (
    r"&(?:amp;|#38;|#[xX]26;)*(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,8});"
)
_TAGS: Final = "a|b|em|font|i|mark|small|span|strong|sub|sup|u"
# Word's Symbol and Wingdings: bullets, and what it makes of --> and :-)
_SYMBOLS: Final = {
    "\uf0b7": "•", "\uf0a7": "▪", "\uf0fc": "✓", "\uf0e0": "→", "\uf0df": "←", "\uf0e8": "⇨",
    "\uf04a": "☺", "\uf04c": "☹",
}  # fmt: skip
_WORD: Final = r"[\p{L}\p{M}]"

RULES: Final = (
    Rule(
        "entity", _ENTITY, level=Level.ON_REQUEST, way=Way.ENTITY,
        table={**_ENTITIES, **WINDOWS_1252},
    ),
    Rule("encoding", rf"{_HAS_C1}(?:{_MISREAD})+", way=Way.UTF8, table=WINDOWS_1252),
    Rule("encoding", "ï»¿"),
    # Word's hyphen that keeps a word together.
    Rule("control", rf"(?<=[{characters.SIGN}])\u001E(?=[{characters.SIGN}])", "-"),
    Rule("break", rf"{_START}{_BREAKS}|{_BREAKS}{_END}"),
    Rule("break", _BREAKS, " "),
    Rule("control", rf"[{_C1}]", way=Way.TABLE, table=WINDOWS_1252),
    Rule("control", r"\p{Cc}+"),
    Rule("invisible", rf"(?:(?!{LET_THROUGH})(?![{JOINERS}{EMBEDDING}])[{INVISIBLE}])+"),
    Rule("invisible", r"\u200B(?=\u200B)|\u200C(?=\u200C)|\u200D(?=\u200D)"),
    # One after the other: a joiner is judged by what stands beside it in the end.
    Rule("invisible", rf"(?!{LET_THROUGH})\u200B"),
    Rule("invisible", rf"(?!{LET_THROUGH})\u200C"),
    Rule("invisible", rf"(?!{LET_THROUGH})\u200D"),
    Rule("direction", rf"[{DIRECTIONAL}{EMBEDDING}]+", lacks=_RTL),
    Rule("direction", rf"[{EMBEDDING}\u2066-\u2069]", way=Way.PAIRS, needs=_RTL),
    Rule("direction", rf"[{DIRECTIONAL}]", level=Level.DOUBTFUL, needs=_RTL),
    Rule("encoding", rf"(?:{_MISREAD})+", level=Level.DOUBTFUL, way=Way.UTF8, table=WINDOWS_1252),
    Rule("tag", r"</?(?:br|p)(?:\s[^<>]*)?/?>", " ", Level.DOUBTFUL),
    Rule("tag", rf"</?(?:{_TAGS})(?:\s[^<>]*)?>", level=Level.DOUBTFUL),
    # Those that are narrow and keep words together stay, as French and figures want them.
    Rule("spaces", r"(?<=[ \u00A0\u202F]) +| +(?=[\u00A0\u202F])", level=Level.DOUBTFUL),
    Rule("spaces", r"(?<=[\u00A0\u202F])[\u00A0\u202F]+", level=Level.DOUBTFUL),
    Rule("space", rf"(?<={_WORD}{{3}})\u00A0(?={_WORD}{{3}})", " ", Level.DOUBTFUL),
    Rule("space", r"[\u1680\u2000-\u2006\u2008\u200A\u205F]", " ", Level.DOUBTFUL),
    Rule(
        "symbol", "[" + "".join(_SYMBOLS) + "]", level=Level.DOUBTFUL, way=Way.TABLE,
        table=_SYMBOLS,
    ),
    Rule(
        "lost", rf"(?![{''.join(_SYMBOLS)}])(?:{characters.LOST})", level=Level.DOUBTFUL,
        way=Way.NONE,
    ),
)  # fmt: skip


def as_data() -> dict[str, Any]:
    """The list for the desk's script, static/desk/cleaning.js."""
    return {"letThrough": LET_THROUGH, "rules": [rule.as_data() for rule in RULES]}
