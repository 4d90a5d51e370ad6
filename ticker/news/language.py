"""Language tags (BCP 47): canonical form, and lookup in what exists in some languages only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

_V = TypeVar("_V")
# RFC 5646 §2.2.9: well-formed, as far as one sees without the registry.
_TAG: Final = re.compile(r"(?:[a-z]{2,8}|[xi](?=-))(?:-[a-z0-9]{1,8})*")
_REGION: Final = re.compile(r"[a-z]{2}")
_SCRIPT: Final = re.compile(r"[a-z]{4}")


def canonical(tag: str) -> str:
    """The tag in the case that is recommended (RFC 5646 §2.1.1); "_" does for "-".

    Raises:
        ValueError: It is not well-formed.
    """
    first, *others = tag.replace("_", "-").lower().split("-")
    if not _TAG.fullmatch("-".join([first, *others])):
        raise ValueError(f"{tag!r} is no language tag such as ar, pt-BR or zh-Hant-TW")
    cased, single = [first], len(first) == 1
    for subtag in others:
        single = single or len(subtag) == 1
        if not single and _SCRIPT.fullmatch(subtag):
            cased.append(subtag.title())
        elif not single and _REGION.fullmatch(subtag):
            cased.append(subtag.upper())
        else:
            cased.append(subtag)
    return "-".join(cased)


def lookup(table: Mapping[str, _V], tag: str) -> _V | None:
    """What a table has for a tag, or for the longest beginning of it (lookup, RFC 4647 §3.4)."""
    known = {code.lower(): value for code, value in table.items()}
    subtags = tag.lower().split("-")
    while subtags:
        if (found := known.get("-".join(subtags))) is not None:
            return found
        subtags.pop()
    return None
