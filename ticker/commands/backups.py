"""`ticker export` and `ticker import`: the backup that any store can take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticker.backup.export import export as write, new_file
from ticker.backup.restore import backup_file, checked, restore as put
from ticker.commands.options import add_store, settings_of
from ticker.commands.stores import with_store

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ticker.settings import Settings


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


def export(settings: Settings, target: str, editions: Sequence[str], *, force: bool) -> list[str]:
    """Write a backup; a line for each edition.

    Args:
        settings: Which store.
        target: Path of a new file, or - for the standard output.
        editions: Only their lines; empty: those of all, and what belongs to the whole house.
        force: Whether the file may replace one.

    Raises:
        BackupError: There is a file, an edition is unknown, or a log is broken.
        StoreUnavailableError: The store is away; there is no file.
        OSError: The file cannot be written.
    """
    with new_file(target, force=force) as file:
        return with_store(settings, lambda store: write(store, file, editions), must_exist=True)


def restore(settings: Settings, source: str, editions: Sequence[str]) -> list[str]:
    """Put a backup into the store; a line for each edition.

    Args:
        settings: Which store.
        source: Path of the file, or - for the standard input.
        editions: Only their lines; empty: everything.

    Raises:
        BackupError: The file is not whole, the store is not empty, or the import broke off.
        StoreUnavailableError: The store is away; nothing was written.
        OSError: The file cannot be read.
    """
    with backup_file(source) as file:
        contents = checked(file, editions)
        return with_store(settings, lambda store: put(store, file, contents, editions))


def _export(options: argparse.Namespace) -> None:
    said = export(settings_of(options), options.file, options.edition, force=options.force)
    if options.file != "-":
        print("\n".join(said))


def _import(options: argparse.Namespace) -> None:
    print("\n".join(restore(settings_of(options), options.file, options.edition)))
