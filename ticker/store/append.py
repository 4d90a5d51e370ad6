"""Append to the log, by the one script that writes to it: arguments and answers of `wire.lua`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

from ticker.news.document import milliseconds
from ticker.news.event import GENESIS, TAG_LENGTH, Record
from ticker.store.client import Store, StoreUnavailableError, store_errors
from ticker.store.keys import keys_of

if TYPE_CHECKING:
    from ticker.news.flash import Flash

_SCRIPT: Final = (Path(__file__).parent / "wire.lua").read_text(encoding="utf-8")

Mode = Literal["announce", "file", "remember"]


class VersionConflictError(Exception):
    """Optimistic concurrency: somebody else made the next version first."""


class KeyReusedError(Exception):
    """The idempotency key has answered another request."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Idempotency key: makes a write happen once, however often it is sent.

    Attributes:
        name: Of the request.
        fingerprint: Digest of what it asks for.
        seconds: How long to remember both.
    """

    name: str
    fingerprint: str
    seconds: int


class Append:
    """Appends one version of a flash, all or nothing.

    Args:
        store: Where the wires are.
        backup: The import that appends, by its lock; "": no import, and it may not go on.
    """

    def __init__(self, store: Store, backup: str) -> None:
        self._script = store.script(_SCRIPT)
        self._announce = store.announce
        self._backup = backup

    async def __call__(
        self, record: Record, mode: Mode, key: IdempotencyKey, leaves: str | None
    ) -> Flash:
        """The flash that now stands for this request; see `Wire.append`.

        Raises:
            VersionConflictError, KeyReusedError, StoreUnavailableError: As `Wire.append` says.
        """
        with store_errors():
            reply = await self._script(
                _keys(record.flash, key, leaves),
                [*_arguments(record, mode, key), self._announce, self._backup],
            )
        match reply[0]:
            case "ok":
                return record.flash
            case "repeat":
                return Record.decode(cast("str", reply[1])).flash
            case "reused":
                raise KeyReusedError
            case "unfinished":
                raise StoreUnavailableError("it has half of a backup, and takes nothing else")
            case _:
                raise VersionConflictError


def _keys(flash: Flash, key: IdempotencyKey, leaves: str | None) -> list[str]:
    """KEYS of wire.lua, in its order."""
    keys = keys_of(flash.edition)
    return [
        keys.head,
        keys.wire,
        keys.flashes,
        keys.board,
        keys.pins,
        keys.due,
        keys.versions(flash.id),
        keys.idempotency(key.name),
        keys.coverage(leaves or flash.coverage or ""),
        keys.coverage(flash.coverage or ""),
        keys.queue,
        keys.stories,
    ]


def _arguments(record: Record, mode: Mode, key: IdempotencyKey) -> list[str | int]:
    """ARGV of wire.lua, in its order, but for its last two, which are those of the store."""
    flash, keys = record.flash, keys_of(record.flash.edition)
    return [
        mode,
        flash.id,
        flash.version if mode == "remember" else flash.version - 1,
        record.encode(),
        milliseconds(flash.firstcreated),
        flash.pubstatus,
        "1" if flash.pinned else "",
        milliseconds(record.due) if record.due else "",
        key.fingerprint,
        key.seconds,
        keys.live,
        TAG_LENGTH,
        GENESIS.tag,
        "1" if flash.coverage else "",
        keys.desk,
        flash.story or "",
    ]
