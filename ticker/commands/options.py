"""Options that several commands share, and the settings that come of them."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta
from pathlib import Path

from ticker.settings import Settings, load


def add_store(command: argparse.ArgumentParser) -> None:
    """Which store, as for `serve`."""
    command.add_argument(
        "--redis", metavar="URL", help="Redis or Valkey to use (TICKER_REDIS_URL, else our own)"
    )
    command.add_argument(
        "--data", metavar="DIR", type=Path, help="data of our own Valkey (TICKER_DATA_DIR, data)"
    )


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
