"""Validation: what an editor sent → values that a flash may hold, or all errors at once.

The only validation in the house. It knows neither HTTP nor Redis.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from unicodedata import normalize
from urllib.parse import urlsplit

import regex

from ticker.news import cleaning, document, text, timing
from ticker.news.faults import Fault, InvalidError
from ticker.news.fields import Kind
from ticker.news.flash import CHANGEABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from ticker.news.fields import Field

_SLUG: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*")
_KEY: Final = regex.compile(r"[0-9A-Za-z_-]+")
# Browsers turn others into dots, letters or nothing (UTS #46), as U+3002 into a dot.
_HOST: Final = regex.compile(r"(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}._-])+")
_UNSAFE_URL: Final = regex.compile(r"[\p{C}\p{Z}\\<>\"{}|^`]")

BLANK: Final[Mapping[str, Any]] = {
    name: field.default for name, field in CHANGEABLE.items() if not field.is_required
}
_NOT_NULL: Final = frozenset(name for name, field in CHANGEABLE.items() if not field.is_clearable)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the newsroom's configuration says of a draft."""

    sections: Collection[str]
    regions: Collection[str]

    def publication(
        self, data: Mapping[str, Any], now: datetime, hold: float = 0.0
    ) -> dict[str, Any]:
        """Values of all changeable fields of a new flash, which goes out after `hold` seconds.

        Raises:
            InvalidError: Any rule is broken.
        """
        values, faults = self._read(
            {name: value for name, value in data.items() if value is not None or name in _NOT_NULL}
        )
        for name, field in CHANGEABLE.items():
            if field.is_required and name not in data:
                faults.append(Fault(name, "is required"))
            if field.is_correction and name in values:
                faults.append(Fault(name, "belongs to a correction (PATCH), not to a new line"))
        faults += timing.faults(values, now, now + timedelta(seconds=hold))
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
            field = CHANGEABLE.get(name)
            if field is None:
                faults.append(_unknown(name))
                continue
            try:
                values[name] = self._value(field, value)
            except (ValueError, TypeError) as error:
                faults.append(Fault(name, str(error), self._is_cleanable(field, value)))
        return values, faults

    def _is_cleanable(self, field: Field, value: object) -> bool:
        try:
            self._value(field, cleaning.clean_value(field.kind, value)[0])
        except (ValueError, TypeError):
            return False
        return True

    def _value(self, field: Field, value: object) -> Any:
        if field.kind is Kind.CODE:
            return _choice(value, {"section": self.sections, "region": self.regions}[field.name])
        return _READERS[field.kind](value, field)


def _unknown(name: str) -> Fault:
    return Fault(name, "is not a field that an editor can set")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be a string, not {_type_of(value)}")
    return value


def _type_of(value: object) -> str:
    types = {bool: "a boolean", int: "a number", float: "a number", list: "an array"}
    return (
        "null"
        if value is None
        else types.get(type(value), "an object" if isinstance(value, dict) else "a string")
    )


def _line(value: object, field: Field) -> str:
    return text.line(_string(value), field.max)


def _urgency(value: object, field: Field) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"must be an integer from 1 to {field.max}, not {_type_of(value)}")
    if not 1 <= value <= field.max:
        raise ValueError(f"must be an integer from 1 (flash) to {field.max}")
    return value


def _flag(value: object, _: Field) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {_type_of(value)}")
    return value


def _choice(value: object, vocabulary: Collection[str]) -> str:
    code = _string(value)
    if code not in vocabulary:
        raise ValueError(f"must be one of {', '.join(vocabulary)}")
    return code


def _lines(value: object, field: Field) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"must be an array of strings, not {_type_of(value)}")
    if len(value) > field.items:
        raise ValueError(f"must be at most {field.items} {field.name}")
    return tuple(dict.fromkeys(_line(item, field) for item in value))


def _slug(value: object, field: Field) -> str:
    slug = _line(value, field)
    if not _SLUG.fullmatch(slug):
        raise ValueError("must be a slug: letters and digits, joined by single hyphens")
    return slug


def _key(value: object, field: Field) -> str:
    key = _string(value)
    if len(key) > field.max or not _KEY.fullmatch(key):
        raise ValueError(
            f"must be 1 to {field.max} letters, digits, hyphens and underscores, as ids are"
        )
    return key


def _url(value: object, field: Field) -> str:
    url = _string(value).strip()
    if _UNSAFE_URL.search(url):
        raise ValueError('must not contain spaces, control characters or any of \\ < > " { } | ^ `')
    if len(url.encode()) > field.max:
        raise ValueError(
            f"must be at most {field.max} bytes long in UTF-8, and is {len(url.encode())}"
        )
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("must be an http or https address")
    if not parts.hostname or "@" in parts.netloc:
        raise ValueError("must name a host, without user or password")
    if not parts.netloc.startswith("[") and not _is_plain(parts.hostname):
        raise ValueError(
            "must name a host of plain letters, digits, hyphens and dots (.), or as xn--…"
        )
    if parts.port == 0:
        raise ValueError("must name a port that exists")
    return url


def _is_plain(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) and normalize("NFKC", host) == normalize("NFC", host)


def _time(value: object, _: Field) -> datetime:
    try:
        return document.parse_time(_string(value))
    except ValueError as error:
        raise ValueError(
            "must be an RFC 3339 time with an offset, such as 2026-01-31T17:00:00Z"
        ) from error


_READERS: Final[Mapping[Kind, Callable[[object, Field], Any]]] = {
    Kind.LINE: _line,
    Kind.LINES: _lines,
    Kind.SLUG: _slug,
    Kind.KEY: _key,
    Kind.URL: _url,
    Kind.URGENCY: _urgency,
    Kind.FLAG: _flag,
    Kind.TIME: _time,
}
