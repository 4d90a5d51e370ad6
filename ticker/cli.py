"""The `ticker` command.

Exit codes: 0 done, 1 refused or failed, 2 usage, 78 (EX_CONFIG of sysexits.h) a store that must be
set up otherwise first, where trying again is no use.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ticker import __version__
from ticker.accounts.tokens import NameTakenError, TooManyNamesError
from ticker.backup.format import BackupError
from ticker.bench.errors import BenchError
from ticker.commands import backups, staff, tokens, users
from ticker.commands.client import Client, ClientError
from ticker.commands.demo import DemoPoster
from ticker.commands.options import add_fields, add_store, fields_of, settings_of
from ticker.commands.search import FACETS, found_text
from ticker.commands.tail import TailError, as_json, as_text, follow
from ticker.commands.verify import BrokenLogError, verify
from ticker.news.document import dumps
from ticker.server import logs
from ticker.server.preflight import UnfitStoreError
from ticker.server.valkey import DataDirInUseError, EmbeddedStartError
from ticker.settings import Settings, SettingsError
from ticker.store.faults import StoreUnavailableError
from ticker.store.import_lock import UnfinishedImportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FAILURES = (
    BackupError,
    BenchError,
    BrokenLogError,
    ClientError,
    DataDirInUseError,
    EmbeddedStartError,
    NameTakenError,
    OSError,
    SettingsError,
    StoreUnavailableError,
    TailError,
    TooManyNamesError,
    UnfinishedImportError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = sys.argv[1:] if argv is None else argv
    options = _parser(with_bench="bench" in given).parse_args(given)
    logs.set_up()
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # EPIPE, as after `| head`: let the flush at exit go to /dev/null, or it fails as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UnfitStoreError as error:
        print(f"ticker: {error}", file=sys.stderr)
        return os.EX_CONFIG
    except _FAILURES as error:
        print(f"ticker: {_sentence(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _sentence(error: Exception) -> str:
    if isinstance(error, NameTakenError):
        return f"there is a token or user named {str(error)!r}; remove it or take another name"
    return str(error) or type(error).__name__


def _parser(*, with_bench: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ticker", description=__doc__)
    parser.add_argument("--version", action="version", version=f"ticker {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_service(commands)
    staff.add(commands)
    _add_desk(commands)
    _add_verify(commands)
    backups.add(commands)
    _add_bench(commands, whole=with_bench)
    return parser


def _add_bench(commands: Any, *, whole: bool) -> None:
    """Lazy import: the benchmarks load every server there is, so only for `ticker bench`."""
    bench = commands.add_parser("bench", help="measure this service on this machine")
    if whole:
        from ticker.bench.commands import add  # noqa: PLC0415

        add(bench)


def _add_service(commands: Any) -> None:
    for name, run, meaning in (
        ("serve", _serve, "run the service"),
        ("demo", _demo, "run the service with sample lines and an editor's token"),
    ):
        command = commands.add_parser(name, help=meaning, description=meaning)
        command.add_argument("--host", help="address to listen on (TICKER_HOST, 127.0.0.1)")
        command.add_argument("--port", type=int, help="TCP port (TICKER_PORT, 8000)")
        command.add_argument("--workers", type=int, help="hub processes (TICKER_WORKERS, 1)")
        command.add_argument(
            "--config", help="TOML file of editions and vocabularies (TICKER_CONFIG)"
        )
        add_store(command)
        command.set_defaults(run=run)


def _add_verify(commands: Any) -> None:
    meaning = "recompute the hash chain of each edition's log"
    command = commands.add_parser("verify", help=meaning, description=meaning)
    command.add_argument("--edition", action="append", default=[], help="repeat for several; all")
    add_store(command)
    command.set_defaults(run=_verify)


def _add_desk(commands: Any) -> None:
    post = commands.add_parser("post", help="publish a line (TICKER_URL, TICKER_TOKEN)")
    post.add_argument("headline", metavar="line")
    post.add_argument("--edition", required=True)
    add_fields(post, correcting=False)
    post.set_defaults(run=_post)
    correct = commands.add_parser("correct", help="replace a line")
    correct.add_argument("id")
    correct.add_argument("headline", metavar="line")
    correct.add_argument("--edition", help="found by the id when not given")
    add_fields(correct, correcting=True)
    correct.set_defaults(run=_correct)
    kill = commands.add_parser("kill", help="remove a line from every screen")
    kill.add_argument("id")
    kill.add_argument("--reason", required=True)
    kill.add_argument("--edition", help="found by the id when not given")
    kill.set_defaults(run=_kill)
    search = commands.add_parser("search", help="find lines of all days, newest first")
    search.add_argument("words", nargs="*", help="all of them; the last one may go on")
    search.add_argument("--edition", required=True)
    for name in FACETS:
        search.add_argument(f"--{name}", action="append", default=[], help="repeatable")
    search.add_argument("--limit", type=int, default=50, help="lines at most, up to 200 (50)")
    search.add_argument("--json", action="store_true", help="one flash a line")
    search.set_defaults(run=_search)
    tail = commands.add_parser("tail", help="print the board, then every event as it happens")
    tail.add_argument("--edition", action="append", default=[], help="repeat for several; all")
    tail.add_argument("--json", action="store_true", help="one JSON message a line")
    tail.set_defaults(run=_tail)


def _launch(options: argparse.Namespace, on_ready: Callable[[Settings], None]) -> None:
    """Serve. Lazy import: the server is most of what there is to load."""
    from ticker.server.launch import serve  # noqa: PLC0415

    serve(settings_of(options), on_ready)


def _serve(options: argparse.Namespace) -> None:
    def announce(settings: Settings) -> None:
        print(f"Ticker listens on {_address(settings)}", file=sys.stderr, flush=True)

    _launch(options, announce)


def _demo(options: argparse.Namespace) -> None:
    def open_newsroom(settings: Settings) -> None:
        token = tokens.renew_demo(settings)
        name, password = users.renew_demo(settings)
        address = _address(settings)
        readers = "   ".join(f"{address}/{code}" for code in settings.newsroom.editions)
        text = _DEMO_TEXT.format(
            address=address, readers=readers, token=token, name=name, password=password
        )
        print(text, flush=True)
        DemoPoster(Client(address, token)).start()

    _launch(options, open_newsroom)


_DEMO_TEXT = """
  Ticker is open for business.

    Readers   {readers}
    Embed     {address}/embed
    Desk      {address}/desk   name: {name}   password: {password}
    Token     {token}

  Post a line from another terminal:

    curl -X POST {address}/v1/en/flashes \\
      -H 'Authorization: Bearer {token}' \\
      -H 'Content-Type: application/json' \\
      -d '{{"headline": "My first breaking line", "urgency": 2}}'

  Stop with Ctrl+C. The lines are kept.
"""


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _verify(options: argparse.Namespace) -> None:
    for line in verify(settings_of(options), options.edition):
        print(line)


def _client() -> Client:
    url = os.environ.get("TICKER_URL", "http://127.0.0.1:8000")
    return Client(url, os.environ.get("TICKER_TOKEN", "").strip())


def _post(options: argparse.Namespace) -> None:
    flash = _client().post(options.edition, fields_of(options), clean=options.clean)
    print(flash["id"])
    _tell(flash)


def _correct(options: argparse.Namespace) -> None:
    client = _client()
    edition = options.edition or client.find(options.id)
    flash = client.correct(edition, options.id, fields_of(options), clean=options.clean)
    print(f"{flash['id']} version {flash['version']}")
    _tell(flash)


def _tell(flash: dict[str, Any]) -> None:
    """What was cleaned, and what an editor should look at."""
    for it in flash.get("cleaned", ()):
        became = f"is now {it['replacement']!r}" if it["replacement"] else "is gone"
        print(f"ticker: {_place(it)} {became}", file=sys.stderr)
    for it in flash.get("doubtful", ()):
        print(f"ticker: {_place(it)} may be a slip ({it['rule']})", file=sys.stderr)


def _place(change: dict[str, Any]) -> str:
    what = change["what"] if change["what"].startswith("U+") else repr(change["what"])
    return f"{change['field']}: {what} at position {change['position']}"


def _kill(options: argparse.Namespace) -> None:
    client = _client()
    edition = options.edition or client.find(options.id)
    flash = client.kill(edition, options.id, options.reason)
    print(f"{flash['id']} version {flash['version']} killed")


def _search(options: argparse.Namespace) -> None:
    fields = [(name, value) for name in FACETS for value in getattr(options, name)]
    fields += [("q", " ".join(options.words))] if options.words else []
    found = _client().search(options.edition, [*fields, ("limit", str(options.limit))])
    for flash in found["flashes"]:
        print(dumps(flash) if options.json else found_text(flash))


def _tail(options: argparse.Namespace) -> None:
    client = _client()
    render = as_json if options.json else as_text
    with suppress(KeyboardInterrupt):
        asyncio.run(
            follow(
                client.url,
                list(dict.fromkeys(options.edition)) or client.editions(),
                lambda message: print(render(message), flush=True),
            )
        )
