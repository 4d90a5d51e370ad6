"""`ticker export` and `ticker import`: the backup that any store can take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticker.backup.export import export
from ticker.backup.restore import restore
from ticker.commands.options import add_store, settings_of

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Add the commands to a parser."""
    meaning = "write a backup, while the service runs or not"
    out = commands.add_parser("export", help=meaning, description=meaning)
    out.add_argument("file", nargs="?", default="-", metavar="FILE", help="a new file; - is stdout")
    out.add_argument("--edition", action="append", default=[], help="only its lines; repeatable")
    out.add_argument("--force", action="store_true", help="replace a file of that name")
    out.set_defaults(run=_export)
    meaning = "put a backup into an empty store, while no service runs on it"
    into = commands.add_parser("import", help=meaning, description=meaning)
    into.add_argument("file", metavar="FILE", help="as export wrote it; - is stdin")
    into.add_argument("--edition", action="append", default=[], help="only its lines; repeatable")
    into.set_defaults(run=_import)
    for command in (out, into):
        add_store(command)


def _export(options: argparse.Namespace) -> None:
    said = export(settings_of(options), options.file, options.edition, force=options.force)
    if options.file != "-":
        print("\n".join(said))


def _import(options: argparse.Namespace) -> None:
    print("\n".join(restore(settings_of(options), options.file, options.edition)))
