"""What an editor sent → values that a flash may hold, or all that is wrong with it at once.

The only validation in the house. It knows neither HTTP nor Redis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import regex

from ticker.news import document, text
from ticker.news.flash import CHANGEABLE, URGENCY_DEFAULT, URGENCY_RANGE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

HEADLINE_MAX: Final = 280
_SHORT_MAX: Final = 120
_TAG_MAX: Final = 64
_TAGS_MAX: Final = 20
_URL_MAX: Final = 2048
_SLUG: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*")
_STORY: Final = regex.compile(r"[0-9A-Za-z_-]{1,64}")
_UNSAFE_URL: Final = regex.compile(r"[\p{C}\p{Z}\\<>\"{}|^`]")

BLANK: Final[Mapping[str, Any]] = {
    "urgency": URGENCY_DEFAULT,
    "source": None,
    "located": None,
    "section": None,
    "region": None,
    "tags": (),
    "coverage": None,
    "url": None,
    "pinned": False,
    "correction": None,
    "expires": None,
    "embargoed": None,
    "story": None,
}
_NOT_NULL: Final = frozenset({"headline", "urgency", "pinned"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one field."""

    field: str
    detail: str


class InvalidError(Exception):
    """The draft breaks rules; `faults` names each."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field} {fault.detail}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Rules:
    """What the newsroom's configuration says of a draft."""

    sections: Collection[str]
    regions: Collection[str]

    def publication(self, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Values of all changeable fields of a new flash.

        Raises:
            InvalidError: Any rule is broken.
        """
        values, faults = self._read(
            {name: value for name, value in data.items() if value is not None or name in _NOT_NULL}
        )
        if "headline" not in data:
            faults.append(Fault("headline", "is required"))
        if values.get("correction") is not None:
            faults.append(Fault("correction", "belongs to a correction (PATCH), not to a new line"))
        expires, embargoed = values.get("expires"), values.get("embargoed")
        if expires is not None and expires <= now:
            faults.append(Fault("expires", "must be in the future"))
        elif expires is not None and embargoed is not None and expires <= embargoed:
            faults.append(Fault("expires", "must be after the embargo"))
        if faults:
            raise InvalidError(faults)
        return {**BLANK, **values}

    def changes(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Values of the fields that a correction names; null clears one (RFC 7396).

        Raises:
            InvalidError: Any rule is broken.
        """
        given = {
            name: value for name, value in data.items() if value is not None or name in _NOT_NULL
        }
        values, faults = self._read(given)
        for name in data.keys() - given.keys():
            if name in BLANK:
                values[name] = BLANK[name]
            else:
                faults.append(_unknown(name))
        if faults:
            raise InvalidError(faults)
        return values

    def _read(self, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, value in data.items():
            if name not in CHANGEABLE:
                faults.append(_unknown(name))
                continue
            try:
                values[name] = self._reader(name)(value)
            except (ValueError, TypeError) as error:
                faults.append(Fault(name, str(error)))
        return values, faults

    def _reader(self, name: str) -> Callable[[Any], Any]:
        match name:
            case "section":
                return lambda value: _choice(value, self.sections)
            case "region":
                return lambda value: _choice(value, self.regions)
            case _:
                return _READERS[name]


def _unknown(name: str) -> Fault:
    return Fault(name, "is not a field that an editor can set")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be a string, not {_kind(value)}")
    return value


def _kind(value: object) -> str:
    kinds = {bool: "a boolean", int: "a number", float: "a number", list: "an array"}
    return (
        "null"
        if value is None
        else kinds.get(type(value), "an object" if isinstance(value, dict) else "a string")
    )


def _headline(value: object) -> str:
    return text.line(_string(value), HEADLINE_MAX)


def _short(value: object) -> str:
    return text.line(_string(value), _SHORT_MAX)


def _urgency(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"must be an integer from 1 to 9, not {_kind(value)}")
    if value not in URGENCY_RANGE:
        raise ValueError("must be an integer from 1 (flash) to 9")
    return value


def _pinned(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {_kind(value)}")
    return value


def _choice(value: object, vocabulary: Collection[str]) -> str:
    code = _string(value)
    if code not in vocabulary:
        raise ValueError(f"must be one of {', '.join(vocabulary)}")
    return code


def _tags(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"must be an array of strings, not {_kind(value)}")
    if len(value) > _TAGS_MAX:
        raise ValueError(f"must be at most {_TAGS_MAX} tags")
    return tuple(dict.fromkeys(text.line(_string(tag), _TAG_MAX) for tag in value))


def _coverage(value: object) -> str:
    slug = text.line(_string(value), _SHORT_MAX)
    if not _SLUG.fullmatch(slug):
        raise ValueError("must be a slug: letters and digits, joined by single hyphens")
    return slug


def _story(value: object) -> str:
    key = _string(value)
    if not _STORY.fullmatch(key):
        raise ValueError("must be 1 to 64 letters, digits, hyphens and underscores, as ids are")
    return key


def _url(value: object) -> str:
    url = _string(value).strip()
    if len(url) > _URL_MAX:
        raise ValueError(f"must be at most {_URL_MAX} characters long")
    if _UNSAFE_URL.search(url):
        raise ValueError('must not contain spaces, control characters or any of \\ < > " { } | ^ `')
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("must be an http or https address")
    if not parts.hostname or "@" in parts.netloc:
        raise ValueError("must name a host, without user or password")
    if parts.port == 0:
        raise ValueError("must name a port that exists")
    return url


def _time(value: object) -> datetime:
    try:
        return document.parse_time(_string(value))
    except ValueError as error:
        raise ValueError(
            "must be an RFC 3339 time with an offset, such as 2026-01-31T17:00:00Z"
        ) from error


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "story": _story,
    "headline": _headline,
    "urgency": _urgency,
    "source": _short,
    "located": _short,
    "tags": _tags,
    "coverage": _coverage,
    "url": _url,
    "pinned": _pinned,
    "correction": _headline,
    "expires": _time,
    "embargoed": _time,
}
