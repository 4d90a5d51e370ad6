"""Everything that can be configured, and the only reader of the environment and of TOML."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PACKAGE: Final = Path(__file__).parent
_CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ORIGIN: Final = re.compile(r"https?://[\w.:\[\]-]+", re.ASCII)
RESERVED: Final = frozenset(
    {"v1", "desk", "embed", "oembed", "static", "docs", "healthz", "readyz", "metrics", "assets"}
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


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The configured editions and vocabularies.

    Attributes:
        editions: By code; the first is the default one.
        sections: Code → language → label.
        regions: Code → language → label.
    """

    editions: Mapping[str, Edition]
    sections: Mapping[str, Mapping[str, str]]
    regions: Mapping[str, Mapping[str, str]]

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
        reader_buffer: Bytes that may wait for one reader before it is closed as too slow.
        posts_per_second: Sustained editors' requests for each token and process; 429 above it.
        posts_burst: Editors' requests of one token that may come at once.
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
    reader_buffer: int = 512 * 1024
    posts_per_second: float = 50.0
    posts_burst: int = 500
    newsroom: Newsroom = field(default_factory=lambda: load_newsroom(""))

    @property
    def board_window(self) -> timedelta:
        """How long after its first publication a line stays on the board."""
        return timedelta(hours=self.board_hours)


_KINDS: Final[Mapping[str, Callable[[str], Any]]] = {
    "str": str,
    "int": int,
    "float": float,
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
    for name in (*positive, "reader_buffer", "posts_per_second", "posts_burst"):
        if getattr(settings, name) <= 0:
            raise SettingsError(f"{name}: {getattr(settings, name)} is not above zero")


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
        )
    except (KeyError, TypeError, AttributeError, SettingsError) as error:
        raise SettingsError(f"{source}: {type(error).__name__}: {error}") from error


def _edition(table: Mapping[str, Any]) -> Edition:
    edition = Edition(**{**table, "origins": tuple(table.get("origins", ()))})
    if not _CODE.fullmatch(edition.code) or edition.code in RESERVED:
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


def static_dir() -> Path:
    """The folder of static files: inside the package in a wheel, beside it in a checkout."""
    shipped = _PACKAGE / "static"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "static"
