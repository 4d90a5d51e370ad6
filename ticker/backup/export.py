"""`ticker export`: a backup of everything that belongs to the promise, as one file.

It is a snapshot of a service that may go on: what waits is counted first, then each log's head is
read, then both are written up to there; so what comes later is in none of them, and what goes out
in between is in the log once, after the versions that it had while it waited.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

from ticker import __version__
from ticker.accounts.audit import Audit
from ticker.backup.format import FORMAT, HEADER, BackupError, Writer
from ticker.news.document import format_time, utcnow
from ticker.news.event import GENESIS, Cursor, Record
from ticker.news.flash import PubStatus
from ticker.store.archive import Archive
from ticker.store.faults import store_errors
from ticker.store.history import History
from ticker.store.import_lock import ImportLock
from ticker.store.widgets import WidgetScripts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from ticker.store.client import Store

_PAGE: Final = 500
_ANSWERED: Final = "idempotency:"
_Lines: TypeAlias = "AsyncIterator[tuple[str, dict[str, Any]]]"


@contextmanager
def new_file(target: str, *, force: bool) -> Iterator[IO[bytes]]:
    """Atomic write: a file gets its name when it is whole, readable by its owner only.

    Args:
        target: Its path, or - for the standard output.
        force: Whether it may replace a file.

    Raises:
        BackupError: There is a file.
        OSError: It cannot be written.
    """
    if target == "-":
        yield sys.stdout.buffer
        return
    path = Path(target)
    if path.exists() and not (force and path.is_file()):
        raise BackupError(f"{target} exists; take another name, or --force to replace a file")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


async def export(store: Store, file: IO[bytes], editions: Sequence[str]) -> list[str]:
    """Write a backup; a line for each edition.

    Args:
        store: Of what.
        file: Where to.
        editions: Only their lines; empty: those of all, and what belongs to the whole house.

    Raises:
        BackupError: An edition is unknown, or a log is broken.
        UnfinishedImportError: The store holds a part of a backup.
        StoreUnavailableError: The store is away.
    """
    writer, said = Writer(file), []
    await ImportLock(store).refuse()
    async for kind, values in Exporter(store).lines(editions):
        writer.write(kind, values)
        if kind == HEADER:
            for edition, head in values["editions"].items():
                said.append(f"{edition}: {head.partition('.')[0]} entries")
    writer.end()
    return said


class Exporter:
    """Reads a store for a backup, in pages. Raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._commands: Any = store.commands
        self._keys = store.keys
        self._names = store.house
        self._archive = Archive(store)
        self._audit = Audit(store)
        self._history = History(store)
        self._widgets = WidgetScripts(store)

    async def lines(self, wanted: Sequence[str]) -> _Lines:
        """Kind and fields of each line, the header first.

        Raises:
            BackupError: An edition is unknown, or a log is broken.
        """
        editions = await self._chosen(wanted)
        waiting = {edition: await self._never_out(edition) for edition in editions}
        heads = {edition: await self._history.head(edition) for edition in editions}
        audited = GENESIS if wanted else await self._audit.head()
        yield (
            HEADER,
            {
                "format": FORMAT,
                "ticker": __version__,
                "made": format_time(utcnow()),
                "editions": {edition: str(head) for edition, head in heads.items()},
                "audit": str(audited),
            },
        )
        for edition, head in heads.items():
            async for line in self._edition(edition, head, waiting[edition]):
                yield line
        async for line in self._answered(editions):
            yield line
        if not wanted:
            async for line in self._house(audited):
                yield line

    async def _chosen(self, wanted: Sequence[str]) -> list[str]:
        known = await self._archive.editions()
        if unknown := set(wanted) - set(known):
            raise BackupError(
                f"--edition: the store has no lines of {', '.join(sorted(unknown))}, "
                f"but of {', '.join(known) or 'none'}"
            )
        if not known and not await self._has_accounts():
            # A wrong path makes a new, empty store, and would make a backup of nothing.
            raise BackupError("the store is empty; is it the right one?")
        return sorted(set(wanted)) or known

    async def _has_accounts(self) -> bool:
        with store_errors():
            for key in (self._names.users, self._names.digests):
                if await self._commands.exists(key):
                    return True
        return False

    async def _never_out(self, edition: str) -> dict[str, int]:
        """Id of each flash that was never on the log → how many versions it has."""
        found = {}
        async for flash_id, text in self._scan(self._keys(edition).flashes):
            flash = Record.decode(text).flash
            killed = flash.pubstatus is PubStatus.CANCELED
            if flash.pubstatus is PubStatus.WITHHELD or (
                killed and await self._waited(edition, flash_id, flash.version - 1)
            ):
                found[flash_id] = flash.version
        return found

    async def _edition(self, edition: str, head: Cursor, waiting: Mapping[str, int]) -> _Lines:
        for flash_id, count in waiting.items():
            async for line in self._filed(edition, flash_id, 0, count):
                yield line
        async for cursor, text in self._log(edition, head):
            flash = Record.decode(text).flash
            before = flash.version - 1
            if before and await self._waited(edition, flash.id, before):
                written = waiting.get(flash.id, 0)
                async for line in self._filed(edition, flash.id, written, before):
                    yield line
            yield "entry", {"edition": edition, "cursor": str(cursor), "record": text}
        async for key, flash_id in self._scan(self._keys(edition).stories):
            yield "story", {"edition": edition, "key": key, "id": flash_id}
        async for flash_id, at in self._scan(self._keys(edition).checked):
            yield "checked", {"edition": edition, "id": flash_id, "at": int(at)}
        async for slug, title in self._scan(self._keys(edition).titles):
            yield "title", {"edition": edition, "slug": slug, "title": title}

    async def _log(self, edition: str, head: Cursor) -> AsyncIterator[tuple[Cursor, str]]:
        reached = GENESIS
        if head == GENESIS:
            return
        async for entry in self._history.entries(edition):
            reached = reached.follows(entry.text)
            if entry.cursor != reached:
                break
            yield reached, entry.text
            if reached.offset == head.offset:
                break
        if reached != head:
            raise BackupError(f"{edition}: the log is broken; `ticker verify` says where")

    async def _filed(self, edition: str, flash_id: str, start: int, end: int) -> _Lines:
        """Versions of a flash that readers never heard of."""
        if start >= end:
            return
        with store_errors():
            texts = await self._commands.lrange(
                self._keys(edition).versions(flash_id), start, end - 1
            )
        for text in texts:
            yield "filed", {"edition": edition, "record": text}

    async def _waited(self, edition: str, flash_id: str, version: int) -> bool:
        """Whether a version of a flash was withheld."""
        with store_errors():
            text = await self._commands.lindex(self._keys(edition).versions(flash_id), version - 1)
        return text is not None and Record.decode(text).flash.pubstatus is PubStatus.WITHHELD

    async def _answered(self, editions: Sequence[str]) -> _Lines:
        """Idempotency keys: requests that must not happen again when they are sent again."""
        with store_errors():
            async for name in self._commands.scan_iter(
                match=self._names.pattern(_ANSWERED), count=_PAGE
            ):
                edition, key = self._names.split(name) or ("", "")
                if edition not in editions:
                    continue
                seen = await self._commands.hmget(name, ["fingerprint", "record"])
                until = await self._commands.pexpiretime(name)
                # Without a fingerprint it is one of our own, for a minute.
                if seen[0] and until > 0:
                    values = {"fingerprint": seen[0], "record": seen[1], "until": until}
                    yield (
                        "answered",
                        {"edition": edition, "key": key.removeprefix(_ANSWERED), **values},
                    )

    async def _house(self, audited: Cursor) -> _Lines:
        async for name, text in self._scan(self._names.users):
            yield "user", {"name": name, "record": text}
        async for digest, text in self._scan(self._names.digests):
            values = {"name": json.loads(text)["name"], "digest": digest, "record": text}
            yield "token", values
        if audited != GENESIS:
            async for cursor, text in self._audit.read():
                yield "audit", {"cursor": str(cursor), "record": text}
                if cursor.offset >= audited.offset:
                    break
        for name, script in (await self._widgets.all()).items():
            yield "widget", {"name": name, "script": script}

    async def _scan(self, key: str) -> AsyncIterator[tuple[str, str]]:
        """Fields of a hash; one may come twice, which harms nobody."""
        with store_errors():
            async for field in self._commands.hscan_iter(key, count=_PAGE):
                yield field
