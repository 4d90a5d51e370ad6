"""The `ticker` command.

Exit codes: 0 done, 1 refused or failed, 2 usage, 78 (EX_CONFIG of sysexits.h) a store that must be
set up otherwise first, where trying again is no use.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from ticker import __version__
from ticker.accounts.tokens import NameTakenError, TooManyNamesError
from ticker.backup.format import BackupError
from ticker.bench.errors import BenchError
from ticker.client import ClientError, ProblemError
from ticker.commands import backups, looking, staff, tokens, users, writing
from ticker.commands.demo import DemoPoster
from ticker.commands.options import LateParser, add_store, settings_of
from ticker.commands.verify import BrokenLogError, verify
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
    TooManyNamesError,
    UnfinishedImportError,
)

_CLEAN = "?clean=true"


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
    sentence = str(error) or type(error).__name__
    is_cleanable = isinstance(error, ProblemError) and _CLEAN in {it.remedy for it in error.faults}
    return f"{sentence}; --clean takes it out" if is_cleanable else sentence


def _parser(*, with_bench: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ticker", description=__doc__)
    parser.add_argument("--version", action="version", version=f"ticker {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=LateParser)
    _add_service(commands)
    staff.add(commands)
    writing.add(commands)
    looking.add(commands)
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
        DemoPoster(address, token).start()

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
