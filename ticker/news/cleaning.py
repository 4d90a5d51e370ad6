"""Cleaning of what was pasted, by the rules of `artefacts`: what was done, and what is in doubt.

A draft is judged as strictly as ever afterwards; static/desk/cleaning.js does the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import regex

from ticker.news import characters
from ticker.news.artefacts import RULES, Level, Way
from ticker.news.fields import Kind
from ticker.news.flash import CHANGEABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ticker.news.artefacts import Rule

# Cleaning may uncover what is to be cleaned, as a soft hyphen in an entity; real text is at rest by
# the third time.
_PASSES: Final = 8
# More than any text has that was pasted.
CHANGES_MAX: Final = 100
# In code points; no field may have as many.
TEXT_MAX: Final = 5000
_TEXTS: Final = frozenset({Kind.LINE, Kind.SLUG, Kind.URL})
# LRE, RLE, LRO and RLO: the isolate of the same direction, which strangers around it can't feel.
_ISOLATE: Final = {"\u202a": "\u2066", "\u202b": "\u2067", "\u202d": "\u2066", "\u202e": "\u2067"}
_POP, _POP_ISOLATE = "\u202c", "\u2069"


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a text that was cleaned, or may want it.

    Attributes:
        position: In code points, of the text as it was given.
        rule: Name of the artefact.
        what: What stood there: itself, or what Unicode calls it where it can't be seen.
        replacement: What stands there now, or would; None: only an editor can know.
    """

    position: int
    rule: str
    what: str
    replacement: str | None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without its artefacts.

    Attributes:
        text: What is left.
        changes: What was done, by position.
        doubts: What was left as it is, and what it may have meant; by position.
    """

    text: str
    changes: Sequence[Change]
    doubts: Sequence[Change]


def clean(text: str, joint: str = " ") -> Cleaned:
    """Take out what is certainly an artefact, and name what may be one.

    Args:
        text: As it was pasted. One of more than `TEXT_MAX` is left to the judge.
        joint: What becomes of a line break.

    Returns:
        With `CHANGES_MAX` changes and doubts at most, of however many there are.
    """
    if len(text) > TEXT_MAX:
        return Cleaned(text, (), ())
    draft = _Draft(text, joint)
    for _ in range(_PASSES):
        before = draft.text
        for rule in RULES:
            if rule.level is not Level.DOUBTFUL:
                draft.apply(rule)
        if draft.text == before:
            break
    else:
        # Made to be cleaned for ever: whoever judges it next sees it as it came.
        draft = _Draft(text, joint)
    doubts = [it for rule in RULES if rule.level is Level.DOUBTFUL for it in draft.find(rule)]
    return Cleaned(draft.text, _sorted(draft.changes), _sorted(doubts))


def clean_value(kind: Kind, value: Any) -> tuple[Any, list[tuple[str, Cleaned]]]:
    """Clean a value, if it is one of text.

    Args:
        kind: What it is to be.
        value: What it is, of any type.

    Returns:
        What is left, and what was cleaned, each with its pointer (RFC 6901) into the value.
    """
    if kind is Kind.LINES and isinstance(value, list):
        items = [clean_value(Kind.LINE, item) for item in value]
        done = [(f"/{n}", it) for n, (_, found) in enumerate(items) for _, it in found]
        return [item for item, _ in items], done
    if kind not in _TEXTS or not isinstance(value, str):
        return value, []
    cleaned = clean(value, "" if kind is Kind.URL else " ")
    return cleaned.text, [("", cleaned)]


def clean_fields(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Clean each text of a draft.

    Args:
        data: Field → value, as an editor's program sent them.

    Returns:
        The draft, and what to say of it, as by `told`.
    """
    result = dict(data)
    done: list[tuple[str, str, Cleaned]] = []
    for name, value in data.items():
        if field := CHANGEABLE.get(name):
            result[name], found = clean_value(field.kind, value)
            done += [(name, f"#/{name}{pointer}", it) for pointer, it in found]
    return result, told(done)


def told(done: Sequence[tuple[str, str, Cleaned]]) -> dict[str, Any]:
    """What to say of texts that were cleaned: `cleaned` and `doubtful`.

    Each is a list of changes with field and pointer, of which there are `CHANGES_MAX` at most.

    Args:
        done: Of each text: its field, a pointer to it (RFC 6901), what was done.
    """

    def listed(name: str) -> list[dict[str, Any]]:
        every = (
            {"field": field, "pointer": pointer, **asdict(change)}
            for field, pointer, it in done
            for change in getattr(it, name)
        )
        return list(islice(every, CHANGES_MAX))

    return {"cleaned": listed("changes"), "doubtful": listed("doubts")}


@dataclass(slots=True)
class _Draft:
    """A text on its way, which knows where each of its characters came from."""

    text: str
    joint: str
    changes: list[Change] = field(default_factory=list)
    origins: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.origins = list(range(len(self.text)))

    def apply(self, rule: Rule) -> None:
        """Do what a rule says, everywhere at once."""
        edits = list(_edits(rule, self.text, self.joint))
        if not edits:
            return
        text, origins, at = "", [], 0
        for start, end, becomes in edits:
            if len(self.changes) < CHANGES_MAX:
                self.changes.append(self._change(rule, start, end, becomes))
            text += self.text[at:start] + becomes
            origins += self.origins[at:start] + self.origins[start : start + 1] * len(becomes)
            at = end
        self.text, self.origins = text + self.text[at:], origins + self.origins[at:]

    def find(self, rule: Rule) -> list[Change]:
        """What a rule would do."""
        return [
            self._change(rule, start, end, None if rule.way is Way.NONE else becomes)
            for start, end, becomes in islice(_edits(rule, self.text, self.joint), CHANGES_MAX)
        ]

    def _change(self, rule: Rule, start: int, end: int, becomes: str | None) -> Change:
        found = self.text[start:end]
        # Spaces around a break go with it, but it's the break that is looked for.
        first = start + len(found) - len(found.lstrip(" ")) if found.strip(" ") else start
        return Change(self.origins[first], rule.name, _shown(self.text[first:end]), becomes)


def _edits(rule: Rule, text: str, joint: str) -> Iterator[tuple[int, int, str]]:
    """Where a rule finds something: from, to, and what is to stand there."""
    if rule.needs and not _compiled(rule.needs).search(text):
        return
    if rule.lacks and _compiled(rule.lacks).search(text):
        return
    if rule.way is Way.PAIRS:
        yield from _unpaired(text)
        return
    for match in _compiled(rule.pattern).finditer(text):
        becomes = _replacement(rule, match[0], joint)
        if becomes is not None:
            yield match.start(), match.end(), becomes


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def _replacement(rule: Rule, found: str, joint: str) -> str | None:
    """None: there's nothing to replace it by."""
    if rule.way is Way.TABLE:
        return "".join(rule.table.get(it, "") for it in found)
    if rule.way is Way.ENTITY:
        return _entity(found, rule.table)
    if rule.way is Way.UTF8:
        return _decoded(found, rule.table)
    return joint if rule.becomes and rule.name == "break" else rule.becomes


def _entity(found: str, table: Mapping[str, str]) -> str | None:
    """Character reference → character (HTML §13.2.5.80)."""
    name = found[1:-1].rpartition(";")[2]
    if not name.startswith("#"):
        return table.get(name)
    code = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - as Unicode has it
        return None
    return table.get(chr(code), chr(code))


def _decoded(found: str, table: Mapping[str, str]) -> str | None:
    """UTF-8 that was read as Windows-1252, read as UTF-8."""
    bytes_of = {character: ord(control) for control, character in table.items()}
    try:
        return bytes(bytes_of.get(it, ord(it)) for it in found).decode()
    except ValueError:
        return None


def _unpaired(text: str) -> Iterator[tuple[int, int, str]]:
    """Embeddings and overrides become isolates; what opens or closes nothing goes (UAX 9, BD9)."""
    becomes: dict[int, str] = {}
    opened: list[int] = []
    for at, character in enumerate(text):
        if character in _ISOLATE or character in "\u2066\u2067\u2068":
            becomes[at] = ""
            opened.append(at)
        elif character == _POP:
            becomes[at] = ""
            if opened and text[opened[-1]] in _ISOLATE:
                first = opened.pop()
                becomes |= {first: _ISOLATE[text[first]], at: _POP_ISOLATE}
        elif character == _POP_ISOLATE:
            becomes[at] = ""
            while opened and text[opened[-1]] in _ISOLATE:
                opened.pop()
            if opened:
                first = opened.pop()
                becomes |= {first: text[first], at: _POP_ISOLATE}
    for at, character in sorted(becomes.items()):
        if character != text[at]:
            yield at, at + 1, character


def _sorted(changes: list[Change]) -> list[Change]:
    return sorted(changes, key=lambda it: it.position)


def _shown(found: str) -> str:
    """A few characters as a person can read them."""
    if found.isprintable() and not found.isspace():
        return found
    more = len(found) - 1
    return characters.label(found[0]) + (f" and {more} more" if more else "")
