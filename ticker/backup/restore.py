"""`ticker import`: a backup back into an empty store, whole or not at all.

The file is read twice: once to check everything in it, once to write. Lines go through the same
script that appended them first, so offsets, tags and all that is kept beside the log come out as
they were. An import lock says that it is not done; the same file takes it up again.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from ticker.accounts.audit import Audit
from ticker.backup.format import BackupError, Kept, check, read
from ticker.backup.versions import Versions
from ticker.news.event import GENESIS
from ticker.store.archive import Archive
from ticker.store.coverage_titles import CoverageTitles
from ticker.store.faults import StoreUnavailableError, store_errors
from ticker.store.history import History
from ticker.store.import_lock import ImportLock, UnfinishedImportError
from ticker.store.presence import Presence
from ticker.store.widgets import WidgetScripts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ticker.backup.format import Contents, Line
    from ticker.store.client import Store

_VERSIONS: Final = frozenset({"filed", "entry"})


@contextmanager
def backup_file(source: str) -> Iterator[IO[bytes]]:
    """A backup to be read twice: from a path, or - for the standard input.

    Raises:
        OSError: It cannot be read.
    """
    with ExitStack() as stack:
        file = sys.stdin.buffer if source == "-" else stack.enter_context(Path(source).open("rb"))
        if source == "-" or not file.seekable():
            spool = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(file, spool)
            spool.seek(0)
            file = spool
        yield file


def checked(file: IO[bytes], editions: Sequence[str]) -> Contents:
    """What a backup holds, once all of it was found to be whole and to have these editions.

    Raises:
        BackupError: It is not.
    """
    contents = check(file)
    held = [edition for edition in contents.heads if edition]
    if unknown := set(editions).difference(held):
        raise BackupError(
            f"--edition: the backup has no lines of {', '.join(sorted(unknown))}, "
            f"but of {', '.join(held) or 'none'}"
        )
    file.seek(0)
    return contents


async def restore(
    store: Store, file: IO[bytes], contents: Contents, editions: Sequence[str]
) -> list[str]:
    """Put a backup that was checked into a store; a line for each edition.

    Args:
        store: Where to.
        file: The backup, at its beginning.
        contents: Of the backup.
        editions: Only their lines; empty: everything.

    Raises:
        BackupError: The store is not empty, or the import broke off.
        StoreUnavailableError: The store is away; nothing was written.
    """
    restorer = Restorer(store, contents, editions)
    await restorer.begin()
    await restorer.write(file)
    await restorer.end()
    return [f"{code}: {contents.heads[code].offset} entries" for code in restorer.editions]


class Restorer:
    """Writes a backup that was checked into a store. Raises `StoreUnavailableError`.

    Args:
        store: Where to.
        contents: Of the backup.
        editions: Those to write; empty: everything.

    Attributes:
        editions: Whose lines are written.
    """

    def __init__(self, store: Store, contents: Contents, editions: Sequence[str]) -> None:
        self.editions = list(editions) or [code for code in contents.heads if code]
        self._heads = contents.heads
        self._chosen = frozenset(editions)
        self._name = " ".join([contents.sum, *sorted(editions)])
        self._presence = Presence(store)
        self._commands: Any = store.commands
        self._keys = store.keys
        self._names = store.house
        self._archive = Archive(store)
        self._audit = Audit(store)
        self._history = History(store)
        self._lock = ImportLock(store)
        self._widgets = WidgetScripts(store)
        self._titles = CoverageTitles(store)
        self._versions = Versions(store, self._name)

    async def begin(self) -> None:
        """Lock the store, if nobody uses it and nothing is in it but a part of this backup.

        Raises:
            BackupError: It cannot take the backup.
        """
        if hubs := await self._presence.hubs():
            raise BackupError(
                f"a service runs on this store, or did half a minute ago ({', '.join(hubs)}): "
                "stop it first"
            )
        holder = await self._lock.get()
        if holder not in {None, self._name}:
            raise UnfinishedImportError
        if holder is None:
            await self._refuse_full()
        await self._lock.set(self._name, self.editions)
        if holder is None:
            await self._refuse_late()

    async def write(self, file: IO[bytes]) -> None:
        """Write every line, idempotently: what was written before stays as it is.

        Raises:
            BackupError: It broke off.
        """
        number = 0
        try:
            for line in read(file):
                number = line.number
                if not self._chosen or line.values.get("edition") in self._chosen:
                    await self._put(line)
        except StoreUnavailableError as error:
            raise BackupError(
                f"the import broke off at line {number} ({error}): "
                "run it again with the same file, and it goes on there"
            ) from error

    async def end(self) -> None:
        """Unlock the store, if it now is what the backup says.

        Raises:
            BackupError: It is not.
        """
        for edition, head in self._heads.items():
            if self._chosen and edition not in self._chosen:
                continue
            reached = await (self._history.head(edition) if edition else self._audit.head())
            if reached != head:
                raise BackupError(
                    f"{edition or 'audit'}: the log ends at {reached}, not at {head}: "
                    "somebody else wrote to the store; begin with an empty one"
                )
        await self._lock.clear(self.editions)

    async def _refuse_full(self) -> None:
        if found := await self._found():
            raise BackupError(f"the store is not empty, it has {found}: take an empty one")

    async def _refuse_late(self) -> None:
        """Race: a line that was taken just before the lock was there stays, and can be served."""
        try:
            await self._refuse_full()
        except BackupError:
            await self._lock.clear(self.editions)
            raise

    async def _found(self) -> str:
        """What is in the way, in words."""
        found = await self._archive.editions()
        if self._chosen:
            found = [edition for edition in found if edition in self._chosen]
        things = [f"lines of {' and '.join(found)}"] if found else []
        if not self._chosen:
            with store_errors():
                for key, what in ((self._names.users, "users"), (self._names.digests, "tokens")):
                    if await self._commands.exists(key):
                        things.append(what)
            if await self._audit.head() != GENESIS:
                things.append("an audit log")
        return ", ".join(things)

    async def _put(self, line: Line) -> None:
        values = line.values
        if line.kind not in _VERSIONS:
            # What follows the versions may be about them.
            await self._versions.flush()
        match line.kind:
            case "filed" | "entry":
                await self._versions.put(line)
            case "answered":
                await self._put_answered(line)
            case "story":
                await self._put_story(line)
            case "title":
                await self._titles.restore(values["edition"], values["slug"], values["title"])
            case "checked" | "user" | "token":
                await self._put_field(line)
            case "audit":
                offset = int(values["cursor"].partition(".")[0])
                await self._audit.append(values["record"], offset)
            case "widget":
                await self._widgets.keep(values["name"], values["script"])
            case _:  # the first line and the last
                pass

    async def _put_field(self, line: Line) -> None:
        """One field of a hash."""
        values = line.values
        match line.kind:
            case "checked":
                field = self._keys(values["edition"]).checked, values["id"], values["at"]
            case "user":
                field = self._names.users, values["name"], values["record"]
            case _:
                field = self._names.digests, values["digest"], values["record"]
        with store_errors():
            await self._commands.hset(*field)

    async def _put_answered(self, line: Line) -> None:
        """Remember a request for as long as it would have been; what it made must be there."""
        values = line.values
        keys = self._keys(values["edition"])
        flash = Kept.of(values["record"]).flash
        with store_errors():
            if await self._commands.llen(keys.versions(flash.id)) < flash.version:
                return
            name = keys.idempotency(values["key"])
            answer = {"fingerprint": values["fingerprint"], "record": values["record"]}
            async with self._commands.pipeline(transaction=True) as pipe:
                pipe.hset(name, mapping=answer)
                pipe.pexpireat(name, values["until"])
                await pipe.execute()

    async def _put_story(self, line: Line) -> None:
        """Which flash is the edition's version of a story, where several have its key."""
        keys, flash_id = self._keys(line.values["edition"]), line.values["id"]
        with store_errors():
            if await self._commands.hexists(keys.flashes, flash_id):
                await self._commands.hset(keys.stories, line.values["key"], flash_id)
