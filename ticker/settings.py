"""Everything that can be configured, and the only reader of the environment and of TOML."""

from __future__ import annotations

import math
import os
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ticker.news.newsroom import ORIGIN, Newsroom, NewsroomError, newsroom_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PACKAGE: Final = Path(__file__).parent
HOLD_MAX: Final = 10
SIGN_ON_EXTRA: Final = "signon"
STORES: Final = (
    *("redis://", "rediss://", "unix://", "redis+sentinel://", "rediss+sentinel://"),
    *("redis+cluster://", "rediss+cluster://"),
)
_NAMESPACE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTACT: Final = re.compile(r"(mailto:|https://|tel:)[!-~]+")
_POSITIVE: Final = (
    *("workers", "beat", "board_lines", "board_hours", "memory", "max_readers", "keep_alive"),
    *("reader_buffer", "buffers", "posts_per_second", "posts_burst"),
    *("session_idle_minutes", "session_hours"),
)
_NOT_NEGATIVE: Final = (
    *("drain_notice", "drain_seconds", "wait_replicas"),
    *("max_connections", "max_per_address"),
)


class SettingsError(Exception):
    """A setting is wrong; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The service's settings; each but `newsroom` is also `TICKER_<NAME>` in the environment.

    Attributes:
        host: Address to listen on.
        port: TCP port to listen on; 0 takes a free one.
        workers: Hub processes on this machine.
        public_url: Address that readers know the service by, such as https://ticker.example; empty:
            what each request says.
        redis_url: Redis or Valkey to use (docs/stores.md); empty: an embedded Valkey in `data_dir`.
        namespace: What its keys and channels begin with; services on one store have several.
        wait_replicas: Replicas that must have a line before it is acknowledged.
        wait_fsync: Whether the store's primary and those replicas must have it on disk, too.
        store_risks: What to do at the start with a store that is set up to lose lines: refuse or
            accept it.
        data_dir: Where the embedded server keeps its data.
        config: TOML file with editions, sections and regions; empty: the built-in one.
        beat: Seconds between two heartbeats to readers.
        board_lines: Lines on a board at most.
        board_hours: Hours a line stays on the board.
        memory: Recent events a hub can resume readers from.
        max_readers: Readers one process takes; more get 503.
        max_connections: Connections of any kind that one process takes; more get 503; 0: 1000 more
            than readers.
        max_per_address: Connections that one process takes of one address; more get 429; 0: no
            limit. Trusted proxies are exempt.
        keep_alive: Seconds that a connection may be idle between two requests.
        reader_buffer: Bytes that may come to wait for one reader who is behind, besides its hello,
            before it is closed as too slow.
        buffers: Bytes that may wait for all clients of a process together.
        drain_notice: Seconds that a process which is told to stop goes on while `/readyz` says 503.
        drain_seconds: Seconds over which it then sends its readers away at most.
        posts_per_second: Rate limit of editors' requests, for each token and process; 429 above it.
        posts_burst: Size of its token bucket: requests of one token that may come at once.
        session_idle_minutes: Minutes without any doing after which a desk login ends.
        session_hours: Hours after which a desk login ends in any case.
        trusted_proxies: Addresses or networks, with commas, whose X-Forwarded-For and
            X-Forwarded-Proto are believed; empty: nobody's.
        hold: Seconds that the desk gives an editor to stop a line, 0 to 10.
        two_key: Whether a line of urgency 1 waits for a second editor.
        sign_on_secret: Client secret at the OpenID provider of the newsroom file; empty: a public
            client.
        local_passwords: Who may log in with a password of this service: everybody or admins, for
            whom it breaks the glass when the provider is away.
        security_contact: Whom to tell of a weakness (RFC 9116): mailto:, https: or tel:; empty:
            there is no /.well-known/security.txt.
        newsroom: The parsed `config`.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    public_url: str = ""
    redis_url: str = ""
    namespace: str = "ticker"
    wait_replicas: int = 0
    wait_fsync: bool = False
    store_risks: str = "refuse"
    data_dir: Path = Path("data")
    config: str = ""
    beat: float = 50.0
    board_lines: int = 50
    board_hours: float = 24.0
    memory: int = 1000
    max_readers: int = 19_000
    max_connections: int = 0
    max_per_address: int = 0
    keep_alive: int = 75
    reader_buffer: int = 512 * 1024
    buffers: int = 256 * 1024 * 1024
    drain_notice: float = 0.0
    drain_seconds: float = 10.0
    posts_per_second: float = 50.0
    posts_burst: int = 500
    session_idle_minutes: float = 120.0
    session_hours: float = 12.0
    trusted_proxies: str = ""
    hold: float = 3.0
    two_key: bool = False
    sign_on_secret: str = field(default="", repr=False)
    local_passwords: str = "everybody"
    security_contact: str = ""
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
    settings = replace(settings, newsroom=load_newsroom(settings.config))
    _check_sign_on(settings)
    return settings


def _check(settings: Settings) -> None:
    _check_store(settings)
    if settings.public_url and not ORIGIN.fullmatch(settings.public_url):
        raise SettingsError("public_url: must be like https://ticker.example, without a path")
    if settings.security_contact and not _CONTACT.fullmatch(settings.security_contact):
        raise SettingsError("security_contact: must be like mailto:security@ticker.example")
    if settings.port not in range(65_536):
        raise SettingsError(f"port: {settings.port} is not between 0 and 65535")
    for name in _POSITIVE:
        if not 0 < getattr(settings, name) < math.inf:
            raise SettingsError(f"{name}: {getattr(settings, name)} is not a number above zero")
    for name in _NOT_NEGATIVE:
        if not 0 <= getattr(settings, name) < math.inf:
            raise SettingsError(f"{name}: {getattr(settings, name)} is not a number from zero on")
    _check_proxies(settings.trusted_proxies)
    if not 0 <= settings.hold <= HOLD_MAX:
        raise SettingsError(f"hold: {settings.hold} is not between 0 and {HOLD_MAX} seconds")


def _check_sign_on(settings: Settings) -> None:
    if settings.local_passwords not in {"everybody", "admins"}:
        raise SettingsError(
            f"local_passwords: {settings.local_passwords!r} is neither everybody nor admins"
        )
    asking = "sign_on" if settings.newsroom.sign_on else ""
    if settings.local_passwords == "admins":
        asking = "local_passwords"
    if asking and not has_sign_on():
        raise SettingsError(
            f"{asking}: needs what `pip install breaking-ticker[{SIGN_ON_EXTRA}]` brings"
        )
    if settings.newsroom.sign_on and not settings.public_url:
        raise SettingsError("public_url: must be set where the newsroom file has a sign_on")


def has_sign_on() -> bool:
    """Whether the packages of single sign-on and passkeys are installed, an extra of this one."""
    return all(find_spec(it) for it in ("jwt", "webauthn", "cryptography"))


def _check_store(settings: Settings) -> None:
    if settings.redis_url and not _is_store(settings.redis_url):
        raise SettingsError(f"redis_url: must begin with {', '.join(STORES)}")
    if not _NAMESPACE.fullmatch(settings.namespace):
        raise SettingsError("namespace: must be lower-case letters, digits and single hyphens")
    if settings.store_risks not in {"refuse", "accept"}:
        raise SettingsError(f"store_risks: {settings.store_risks!r} is neither refuse nor accept")


def _check_proxies(proxies: str) -> None:
    try:
        for proxy in filter(None, map(str.strip, proxies.split(","))):
            ip_network(proxy, strict=False)
    except ValueError as error:
        raise SettingsError(f"trusted_proxies: {error}") from error


def _is_store(url: str) -> bool:
    scheme, _, rest = url.partition("://")
    if f"{scheme}://" not in STORES:
        return False
    hosts = re.split("[/?]", rest)[0].rpartition("@")[2].split(",")
    try:
        return scheme == "unix" or all(urlsplit(f"//{host}").port != 0 for host in hosts)
    except ValueError:
        return False


def load_newsroom(path: str) -> Newsroom:
    """The editions and vocabularies of a TOML file, or the built-in ones for an empty path.

    Raises:
        SettingsError: The file cannot be read or says something wrong; the message names it.
    """
    source = Path(path) if path else _PACKAGE / "editions.toml"
    try:
        return newsroom_of(tomllib.loads(source.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{source}: {error}") from error
    except (KeyError, TypeError, AttributeError, NewsroomError) as error:
        raise SettingsError(f"{source}: {type(error).__name__}: {error}") from error


def static_dir() -> Path:
    """The folder of static files: inside the package in a wheel, beside it in a checkout."""
    shipped = _PACKAGE / "static"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "static"
