"""Options that several commands share, and the settings that come of them."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ticker.news.flash import CHANGEABLE
from ticker.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.news.fields import Field

# How a value is given, by its type in JSON; a string is as it stands.
_GIVEN: Final[Mapping[str, Mapping[str, Any]]] = {
    "integer": {"type": int},
    "boolean": {"action": argparse.BooleanOptionalAction},
    "array of strings": {"action": "append"},
    "time": {"metavar": "TIME"},
}
_HINTS: Final = {"array of strings": "; repeat for several", "time": " (RFC 3339)"}


def add_store(command: argparse.ArgumentParser) -> None:
    """Which store, as for `serve`."""
    command.add_argument(
        "--redis", metavar="URL", help="Redis or Valkey to use (TICKER_REDIS_URL, else our own)"
    )
    command.add_argument(
        "--data", metavar="DIR", type=Path, help="data of our own Valkey (TICKER_DATA_DIR, data)"
    )


def add_fields(command: argparse.ArgumentParser, *, correcting: bool) -> None:
    """An option for each field of a flash that may be set, but for those that every flash needs."""
    for field in CHANGEABLE.values():
        if not field.is_required and (correcting or not field.is_correction):
            _add_field(command, field)
    command.add_argument(
        "--clean", action="store_true", help="take out what pasting leaves, and say what it was"
    )


def _add_field(command: argparse.ArgumentParser, field: Field) -> None:
    given = dict(_GIVEN.get(field.type, {}))
    if metavar := field.metavar or field.option.upper():
        given["metavar"] = metavar
    meaning = field.meaning + _HINTS.get(field.type, "")
    command.add_argument(f"--{field.option or field.name}", dest=field.name, help=meaning, **given)


class LateParser(argparse.ArgumentParser):
    """A parser whose last argument may be left out, and may stand behind options where it is not.

    argparse takes an argument that may be left out for left out as soon as an option comes first.
    """

    late = ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse has it."""
        known, rest = super().parse_known_args(args, namespace)
        word = rest[1:] if rest[:1] == ["--"] else [it for it in rest if not it.startswith("-")]
        # An option that there is not stays what is left over, and so does what follows it.
        is_late = len(word) == 1 and rest in (word, ["--", *word])
        if self.late and getattr(known, self.late) is None and is_late:
            setattr(known, self.late, word[0])
            rest = []
        return known, rest


def add_json(
    command: argparse.ArgumentParser, meaning: str = "as JSON, one document a line"
) -> None:
    """Whether the answer is for a program."""
    command.add_argument("--json", action="store_true", help=meaning)


def fields_of(options: argparse.Namespace) -> dict[str, Any]:
    """The fields of a flash that were given."""
    given = {name: getattr(options, name, None) for name in CHANGEABLE}
    return {name: value for name, value in given.items() if value is not None}


def duration(text: str) -> timedelta:
    """A span such as 90d.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    match = re.fullmatch(r"([1-9][0-9]{0,4})([dhm])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 90d, 12h or 30m")
    unit = {"d": "days", "h": "hours", "m": "minutes"}[match[2]]
    return timedelta(**{unit: int(match[1])})


def settings_of(options: argparse.Namespace) -> Settings:
    """Defaults, environment, and what the command line says.

    Raises:
        SettingsError: A value is wrong.
    """
    names = {"host": "host", "port": "port", "workers": "workers", "config": "config"}
    given = {name: getattr(options, option, None) for name, option in names.items()}
    return load({**given, "redis_url": options.redis, "data_dir": options.data})
