"""`ticker import`: a backup back into an empty store, whole or not at all.

The file is read twice: once to check everything in it, once to write. Lines go through the same
script that appended them first, so offsets, tags and all that is kept beside the log come out as
they were. A mark on the store says that it is not done; the same file takes it up again.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from ticker.accounts import DIGESTS, TOKENS
from ticker.archive import Archive
from ticker.audit import Audit
from ticker.backup import BackupError, Kept, check, read
from ticker.census import living
from ticker.event import GENESIS
from ticker.history import History
from ticker.ops.stores import store_url
from ticker.releases import Releases
from ticker.store import Keys, Store, StoreUnavailableError, guard
from ticker.unfinished import Mark, UnfinishedImportError
from ticker.users import USERS
from ticker.wire import Once, VersionConflictError, Wire

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ticker.backup import Contents, Line
    from ticker.settings import Settings
    from ticker.wire import Mode

_MODES: Final[dict[str, Mode]] = {"filed": "file", "entry": "announce"}
# Remembered for no time at all: what was written before is told by its version.
_ONCE: Final = Once("import", "", 0)


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
    with _opened(source) as file:
        contents = check(file)
        held = [edition for edition in contents.heads if edition]
        if unknown := set(editions).difference(held):
            raise BackupError(
                f"--edition: the backup has no lines of {', '.join(sorted(unknown))}, "
                f"but of {', '.join(held) or 'none'}"
            )
        file.seek(0)
        with store_url(settings) as url:
            return asyncio.run(_restore(url, file, contents, editions))


@contextmanager
def _opened(source: str) -> Iterator[IO[bytes]]:
    """The file, to be read twice."""
    with ExitStack() as stack:
        file = sys.stdin.buffer if source == "-" else stack.enter_context(Path(source).open("rb"))
        if source == "-" or not file.seekable():
            spool = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(file, spool)
            spool.seek(0)
            file = spool
        yield file


async def _restore(
    url: str, file: IO[bytes], contents: Contents, editions: Sequence[str]
) -> list[str]:
    store = Store(url)
    try:
        restorer = Restorer(store)
        await restorer.begin(contents.sum, editions)
        await restorer.write(file, editions)
        await restorer.end(contents, editions)
    finally:
        await store.close()
    chosen = editions or [edition for edition in contents.heads if edition]
    return [f"{edition}: {contents.heads[edition].offset} entries" for edition in chosen]


class Restorer:
    """Writes a backup that was checked into a store. Raises `StoreUnavailableError`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._commands: Any = store.commands
        self._archive = Archive(store)
        self._audit = Audit(store)
        self._history = History(store, 1, timedelta(0))
        self._mark = Mark(store)
        self._releases = Releases(store)
        self._wire = Wire(store)

    async def begin(self, backup: str, editions: Collection[str]) -> None:
        """Mark the store, if nobody uses it and nothing is in it but a part of this backup.

        Args:
            backup: Sum of the backup.
            editions: Those to write; empty: everything.

        Raises:
            BackupError: It cannot take the backup.
        """
        if hubs := await living(self._store):
            raise BackupError(
                f"a service runs on this store, or did half a minute ago ({', '.join(hubs)}): "
                "stop it first"
            )
        name = " ".join([backup, *sorted(editions)])
        marked = await self._mark.get()
        if marked is None:
            if found := await self._found(editions):
                raise BackupError(f"the store is not empty, it has {found}: take an empty one")
            await self._mark.set(name)
        elif marked != name:
            raise UnfinishedImportError

    async def write(self, file: IO[bytes], editions: Collection[str]) -> None:
        """Write every line; what was written before stays as it is.

        Raises:
            BackupError: It broke off.
        """
        number = 0
        try:
            for line in read(file):
                number = line.number
                if not editions or line.values.get("edition") in editions:
                    await self._put(line)
        except StoreUnavailableError as error:
            raise BackupError(
                f"the import broke off at line {number} ({error}): "
                "run it again with the same file, and it goes on there"
            ) from error

    async def end(self, contents: Contents, editions: Collection[str]) -> None:
        """Take the mark away, if the store now is what the backup says.

        Raises:
            BackupError: It is not.
        """
        for edition, head in contents.heads.items():
            if editions and edition not in editions:
                continue
            reached = await (self._history.head(edition) if edition else self._audit.head())
            if reached != head:
                raise BackupError(
                    f"{edition or 'audit'}: the log ends at {reached}, not at {head}: "
                    "somebody else wrote to the store; begin with an empty one"
                )
        await self._mark.clear()

    async def _found(self, editions: Collection[str]) -> str:
        """What is in the way, in words."""
        found = await self._archive.editions()
        if editions:
            found = [edition for edition in found if edition in editions]
        things = [f"lines of {' and '.join(found)}"] if found else []
        if not editions:
            with guard():
                for key, what in ((USERS, "users"), (DIGESTS, "tokens")):
                    if await self._commands.exists(key):
                        things.append(what)
            if await self._audit.head() != GENESIS:
                things.append("an audit log")
        return ", ".join(things)

    async def _put(self, line: Line) -> None:
        values = line.values
        match line.kind:
            case "filed" | "entry":
                await self._put_version(line)
            case "answered":
                await self._put_answered(line)
            case "story":
                await self._put_story(line)
            case "checked":
                with guard():
                    key = Keys(values["edition"]).checked
                    await self._commands.hset(key, values["id"], values["at"])
            case "user":
                with guard():
                    await self._commands.hset(USERS, values["name"], values["record"])
            case "token":
                with guard():
                    await self._commands.hset(TOKENS, values["name"], values["digest"])
                    await self._commands.hset(DIGESTS, values["digest"], values["record"])
            case "audit":
                offset = int(values["cursor"].partition(".")[0])
                await self._audit.append(values["record"], offset)
            case "widget":
                await self._releases.keep(values["name"], values["script"])
            case _:  # the first line and the last
                pass

    async def _put_version(self, line: Line) -> None:
        kept = Kept.of(line.values["record"])
        flash = kept.flash
        before = None
        if flash.version > 1:
            before = await self._archive.get(flash.edition, flash.id)
        try:
            await self._wire.append(
                kept, _MODES[line.kind], _ONCE, before.coverage if before else None
            )
        except VersionConflictError as error:
            with guard():
                key = Keys(flash.edition).versions(flash.id)
                stored = await self._commands.lindex(key, flash.version - 1)
            if stored != kept.text:
                raise line.fault(
                    f"the store has another version {flash.version} of {flash.id}, or none before "
                    "it: begin with an empty store"
                ) from error

    async def _put_answered(self, line: Line) -> None:
        """Remember a request for as long as it would have been; what it made must be there."""
        values = line.values
        keys = Keys(values["edition"])
        flash = Kept.of(values["record"]).flash
        with guard():
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
        keys, flash_id = Keys(line.values["edition"]), line.values["id"]
        with guard():
            if await self._commands.hexists(keys.flashes, flash_id):
                await self._commands.hset(keys.stories, line.values["key"], flash_id)
