"""Everything that can be configured, and the only reader of the environment and of TOML."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PACKAGE: Final = Path(__file__).parent
_CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ORIGIN: Final = re.compile(r"https?://[\w.:\[\]-]+", re.ASCII)
HOLD_MOST: Final = 10
_SESSION: Final = ("session_idle_minutes", "session_hours")
DRILL_PREFIX: Final = "drill-"
RESERVED: Final = frozenset(
    {"v1", "desk", "embed", "oembed", "static", "docs", "healthz", "readyz", "metrics", "assets"}
    | {"login", "logout", "account", "staff", "editions", "audit"}
)


class SettingsError(Exception):
    """A setting is wrong; the message names it."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One language edition of the newsroom.

    Attributes:
        code: Its name in URLs and keys.
        lang: BCP 47 language of its lines.
        dir: ltr or rtl.
        name: What it calls itself.
        label: Its word for "Breaking".
        origins: Sites that may embed it; empty: all.
    """

    code: str
    lang: str
    dir: str
    name: str
    label: str
    origins: tuple[str, ...] = ()

    @property
    def is_drill(self) -> bool:
        """Whether it is for exercises, and no reader ever sees it."""
        return self.code.startswith(DRILL_PREFIX)


@dataclass(frozen=True)
class Newsroom:
    """The configured editions and vocabularies.

    Attributes:
        editions: By code; the first is the default one.
        sections: Code → language → label.
        regions: Code → language → label.
        targets: Name of a place that lines are cut for → characters that fit there.
        templates: Language → beginnings of lines; `{source}` stands for the source.
    """

    editions: Mapping[str, Edition]
    sections: Mapping[str, Mapping[str, str]]
    regions: Mapping[str, Mapping[str, str]]
    targets: Mapping[str, int] = field(default_factory=dict)
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def drills(self) -> Mapping[str, Edition]:
        """By code, the edition for exercises that each edition has."""
        drills = (replace(it, code=DRILL_PREFIX + it.code) for it in self.editions.values())
        return {drill.code: drill for drill in drills}

    @cached_property
    def all_editions(self) -> Mapping[str, Edition]:
        """Those for readers, then those for exercises."""
        return {**self.editions, **self.drills}

    @staticmethod
    def labels(vocabulary: Mapping[str, Mapping[str, str]], lang: str) -> dict[str, str]:
        """Code → label in a language, else in English, else the code."""
        return {
            code: names.get(lang) or names.get("en") or code for code, names in vocabulary.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The service's settings; each but `newsroom` is also `TICKER_<NAME>` in the environment.

    Attributes:
        host: Address to listen on.
        port: TCP port to listen on; 0 takes a free one.
        workers: Hub processes on this machine.
        public_url: Address that readers know the service by, such as https://ticker.example; empty:
            what each request says.
        redis_url: Redis or Valkey to use; empty: an embedded Valkey in `data_dir`.
        data_dir: Where the embedded server keeps its data.
        config: TOML file with editions, sections and regions; empty: the built-in one.
        beat: Seconds between two beats to readers.
        board_lines: Lines on a board at most.
        board_hours: Hours a line stays on the board.
        memory: Recent events a hub can resume readers from.
        max_readers: Readers one process takes; more get 503.
        max_connections: Connections of any kind that one process takes; more get 503; 0: 1000 more
            than readers.
        max_per_address: Connections that one process takes of one address; more get 429; 0: no
            limit. Trusted proxies are exempt.
        reader_buffer: Bytes that may wait for one reader before it is closed as too slow.
        posts_per_second: Sustained editors' requests for each token and process; 429 above it.
        posts_burst: Editors' requests of one token that may come at once.
        session_idle_minutes: Minutes without any doing after which a desk login ends.
        session_hours: Hours after which a desk login ends in any case.
        trusted_proxies: Addresses or networks, with commas, whose X-Forwarded-For and
            X-Forwarded-Proto are believed; empty: nobody's.
        hold: Seconds that the desk gives an editor to stop a line, 0 to 10.
        two_key: Whether a line of urgency 1 waits for a second editor.
        newsroom: The parsed `config`.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    public_url: str = ""
    redis_url: str = ""
    data_dir: Path = Path("data")
    config: str = ""
    beat: float = 25.0
    board_lines: int = 50
    board_hours: float = 24.0
    memory: int = 1000
    max_readers: int = 19_000
    max_connections: int = 0
    max_per_address: int = 0
    reader_buffer: int = 512 * 1024
    posts_per_second: float = 50.0
    posts_burst: int = 500
    session_idle_minutes: float = 120.0
    session_hours: float = 12.0
    trusted_proxies: str = ""
    hold: float = 3.0
    two_key: bool = False
    newsroom: Newsroom = field(default_factory=lambda: load_newsroom(""))

    @property
    def board_window(self) -> timedelta:
        """How long after its first publication a line stays on the board."""
        return timedelta(hours=self.board_hours)

    @property
    def session_idle(self) -> timedelta:
        """How long a desk login lives without any doing."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_lifetime(self) -> timedelta:
        """How long a desk login lives at most."""
        return timedelta(hours=self.session_hours)


def _switch(text: str) -> bool:
    """A word for on or off.

    Raises:
        ValueError: It is neither.
    """
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError(text)
    return words[text.lower()]


_KINDS: Final[Mapping[str, Callable[[str], Any]]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": _switch,
    "Path": lambda text: Path(text).expanduser(),
}


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from defaults, then the environment, then `overrides` (None values are left out).

    Raises:
        SettingsError: A value is of the wrong kind or out of range, or the TOML file is wrong.
    """
    values: dict[str, Any] = {}
    for item in fields(Settings):
        name = f"TICKER_{item.name.upper()}"
        if item.name == "newsroom" or name not in os.environ:
            continue
        try:
            values[item.name] = _KINDS[str(item.type)](os.environ[name])
        except ValueError as error:
            raise SettingsError(f"{name}: {os.environ[name]!r} is not {item.type}") from error
    values |= {name: value for name, value in (overrides or {}).items() if value is not None}
    settings = Settings(**values)
    _check(settings)
    return replace(settings, newsroom=load_newsroom(settings.config))


def _check(settings: Settings) -> None:
    if settings.redis_url and not _is_store(settings.redis_url):
        raise SettingsError("redis_url: must begin with redis://, rediss:// or unix://")
    if settings.public_url and not _ORIGIN.fullmatch(settings.public_url):
        raise SettingsError("public_url: must be like https://ticker.example, without a path")
    if settings.port not in range(65_536):
        raise SettingsError(f"port: {settings.port} is not between 0 and 65535")
    positive = ("workers", "beat", "board_lines", "board_hours", "memory", "max_readers")
    for name in (*positive, "reader_buffer", "posts_per_second", "posts_burst", *_SESSION):
        if getattr(settings, name) <= 0:
            raise SettingsError(f"{name}: {getattr(settings, name)} is not above zero")
    for name in ("max_connections", "max_per_address"):
        if getattr(settings, name) < 0:
            raise SettingsError(f"{name}: {getattr(settings, name)} is below zero")
    if not 0 <= settings.hold <= HOLD_MOST:
        raise SettingsError(f"hold: {settings.hold} is not between 0 and {HOLD_MOST} seconds")


def _is_store(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in {"redis", "rediss", "unix"} and port != 0


def load_newsroom(path: str) -> Newsroom:
    """The editions and vocabularies of a TOML file, or the built-in ones for an empty path.

    Raises:
        SettingsError: The file cannot be read or says something wrong; the message names it.
    """
    source = Path(path) if path else _PACKAGE / "editions.toml"
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{source}: {error}") from error
    try:
        editions = [_edition(table) for table in tables["editions"]]
        return Newsroom(
            editions={edition.code: edition for edition in editions},
            sections=_vocabulary(tables.get("sections", {})),
            regions=_vocabulary(tables.get("regions", {})),
            targets=_targets(tables.get("targets", {})),
            templates={lang: list(lines) for lang, lines in tables.get("templates", {}).items()},
        )
    except (KeyError, TypeError, AttributeError, SettingsError) as error:
        raise SettingsError(f"{source}: {type(error).__name__}: {error}") from error


def _edition(table: Mapping[str, Any]) -> Edition:
    edition = Edition(**{**table, "origins": tuple(table.get("origins", ()))})
    reserved = edition.code in RESERVED or edition.code.startswith(DRILL_PREFIX)
    if not _CODE.fullmatch(edition.code) or reserved:
        raise SettingsError(f"edition code {edition.code!r} is not usable in a URL")
    for origin in edition.origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"edition {edition.code}: {origin!r} is no origin such as https://a.example"
            )
    if edition.dir not in {"ltr", "rtl"}:
        raise SettingsError(f"edition {edition.code}: dir must be ltr or rtl")
    return edition


def _vocabulary(table: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    for code in table:
        if not _CODE.fullmatch(code):
            raise SettingsError(f"code {code!r} is not lower-case letters, digits and hyphens")
    return {code: dict(names) for code, names in table.items()}


def _targets(table: Mapping[str, Any]) -> dict[str, int]:
    for name, most in table.items():
        if not isinstance(most, int) or most <= 0:
            raise SettingsError(f"target {name}: {most!r} is not a number of characters")
    return dict(table)


def static_dir() -> Path:
    """The folder of static files: inside the package in a wheel, beside it in a checkout."""
    shipped = _PACKAGE / "static"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "static"
