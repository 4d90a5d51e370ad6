"""The wire: an edition's append-only log of flash versions, written by one atomic script.

`wire.lua` names what it is given; how the log is read is known to `follow.py`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from ticker.news.document import milliseconds
from ticker.news.event import GENESIS, TAG_LENGTH, Record
from ticker.store.faults import Reason, StoreUnavailableError, store_errors
from ticker.store.follow import Follower
from ticker.store.replication import Confirmation, Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.news.flash import Flash
    from ticker.news.hands import Hands
    from ticker.store.client import Store
    from ticker.store.keys import Keys

_FOLDER: Final = Path(__file__).parent
_SCRIPT: Final = (_FOLDER / "wire.lua").read_text(encoding="utf-8")
_BATCH: Final = f"local function append(KEYS, ARGV)\n{_SCRIPT}\nend\n" + (
    _FOLDER / "batch.lua"
).read_text(encoding="utf-8")
_REFUSE: Final = (_FOLDER / "refuse.lua").read_text(encoding="utf-8")

# A try that is on its way for longer is not stopped by a refusal any more.
REFUSED_SECONDS: Final = 600
_OWN_KEY_SECONDS: Final = 60

# Of one owner, edition and day, each with a record of up to some kilobytes.
UNCHANGED_MAX: Final = 10_000

NOTHING_MORE: Final = Policy()
Mode = Literal["announce", "file", "remember"]


class VersionConflictError(Exception):
    """Optimistic concurrency: somebody else made the next version first."""


class KeyReusedError(Exception):
    """The idempotency key has answered another request."""


class TooManyUnchangedError(Exception):
    """So many requests of this owner have changed nothing that no more are remembered today."""


class AttemptVoidError(Exception):
    """A later try of the same request was refused while this one was on its way."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Idempotency key: makes a write happen once, however often it is sent.

    Attributes:
        name: Of the request.
        fingerprint: Digest of what it asks for.
        seconds: How long to remember both.
        owner: Digest of whose it is, by whom those that change nothing are counted; "": nobody.
        refusals: How many tries were refused when this one began; "": none.
    """

    name: str
    fingerprint: str
    seconds: int
    owner: str = ""
    refusals: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A version to append, as `Wire.append` takes it."""

    record: Record
    mode: Mode
    key: IdempotencyKey
    leaves: str | None
    hands: Hands | None


class Wire(Follower):
    """The wires of all editions on one store, to write and to follow.

    Args:
        store: Where they are.
        policy: What must be so before `append` returns.
        backup: The import that appends, by its lock; "": no import, and it may not go on.
    """

    def __init__(self, store: Store, policy: Policy = NOTHING_MORE, backup: str = "") -> None:
        super().__init__(store)
        # One that asks for nothing costs nothing.
        self._confirmation = Confirmation(store, policy) if policy.asks else None
        self._script = store.script(_SCRIPT)
        self._batch = store.script(_BATCH)
        self._refuse = store.script(_REFUSE)
        self._announce = store.announce
        self._backup = backup

    async def append(
        self,
        record: Record,
        mode: Mode,
        key: IdempotencyKey | None,
        leaves: str | None = None,
        *,
        hands: Hands | None = None,
        most: int | None = None,
        confirmed: bool = True,
    ) -> Flash:
        """Store one version, durably; returns the flash that stands for this request.

        That is the flash of an earlier try when `key.name` was seen with the same fingerprint.

        Args:
            record: The next version of its flash, and who made it.
            mode: announce it to readers, file it out of their sight, or only remember the key.
            key: Of the request; None: it has none, and only our own client's retries need one.
            leaves: Coverage of the version before, where it may be another.
            hands: That made it; None for a first version, which says so itself.
            most: Lines where it comes to stand, among those that are pinned or wait; None: any.
            confirmed: Whether to return only once it is as the policy wants.

        Raises:
            VersionConflictError: The flash's stored version is not the one before this, or there
                are as many lines where it would stand.
            KeyReusedError: The key was seen with another fingerprint.
            AttemptVoidError: A later try was refused meanwhile.
            TooManyUnchangedError: It is only to be remembered, and too many of its owner are.
            StoreUnavailableError: Whether it is stored is not known; asking again is safe.
            UnconfirmedError: It is stored, but not yet as the policy wants; asking again is safe.
        """
        keys, key = self._keys(record.flash.edition), key or _own_key()
        last = ["" if most is None else most, self._announce, self._backup]
        with store_errors():
            reply = await self._script(
                _touched(keys, record.flash, key, leaves),
                [*_arguments(keys, record, mode, key, hands), *last],
            )
        stands = _outcome(reply, record.flash)
        if confirmed and self._confirmation is not None:
            await self._confirmation.confirm(keys.idempotency(key.name), key.seconds)
        return stands

    async def append_all(self, edition: str, versions: Sequence[Version]) -> list[bool]:
        """Append versions of one edition, in order: whether each was stored, or was no next one.

        Raises:
            StoreUnavailableError: Which are stored is not known; asking again is safe.
        """
        keys, arguments = self._keys(edition), list[str | int]()
        touched: list[str] = []
        for it in versions:
            touched += _touched(keys, it.record.flash, it.key, it.leaves)
            arguments += _arguments(keys, it.record, it.mode, it.key, it.hands)
            arguments += ["", self._announce, self._backup]
        each = (len(touched) // len(versions), len(arguments) // len(versions))
        with store_errors():
            words = await self._batch(touched, [*each, *arguments])
        if "unfinished" in words:
            raise StoreUnavailableError(reason=Reason.IMPORT)
        return [word == "ok" for word in words]

    async def rehearse(self, edition: str) -> None:
        """Dry run: see whether a line would be stored now; none is, and no reader hears of it.

        Raises:
            StoreUnavailableError: It would not.
        """
        keys = self._keys(edition)
        arguments = ["rehearse", *[""] * 13, keys.desk, *[""] * 5, self._announce, self._backup]
        with store_errors():
            reply = await self._script([keys.head, keys.rehearsal, *[keys.head] * 12], arguments)
        if reply[0] == "forbidden":
            raise StoreUnavailableError(reply[1], Reason.RIGHTS)
        if reply[0] != "ok":
            raise StoreUnavailableError(reason=Reason.IMPORT)

    @property
    def confirms(self) -> bool:
        """Whether what is in the store already may still have to be confirmed."""
        return self._confirmation is not None

    async def recall(
        self, edition: str, key: IdempotencyKey
    ) -> tuple[Flash | None, IdempotencyKey]:
        """The flash that answered this idempotency key before, if one did, and the key for a try.

        Raises:
            KeyReusedError: The key was seen with another fingerprint.
            StoreUnavailableError: The store is away.
            UnconfirmedError: It is still not as the policy wants.
        """
        with store_errors():
            name = self._keys(edition).idempotency(key.name)
            seen = await self._commands.hmget(name, ["fingerprint", "record", "refusals"])
        if seen[0] is None:
            return None, replace(key, refusals=seen[2] or "")
        if seen[0] != key.fingerprint:
            raise KeyReusedError
        if self._confirmation is not None:
            await self._confirmation.confirm(name, key.seconds)
        return Record.decode(seen[1]).flash, key

    async def refuse(self, edition: str, key: IdempotencyKey) -> Flash | None:
        """Have no try of a request succeed that has begun by now; or the flash that one has made.

        Raises:
            StoreUnavailableError: Neither is known.
        """
        with store_errors():
            name = self._keys(edition).idempotency(key.name)
            record = await self._refuse([name], [key.fingerprint, REFUSED_SECONDS])
        return Record.decode(record).flash if record else None


def _own_key() -> IdempotencyKey:
    return IdempotencyKey(secrets.token_hex(16), "", _OWN_KEY_SECONDS)


def _touched(keys: Keys, flash: Flash, key: IdempotencyKey, leaves: str | None) -> list[str]:
    """KEYS of wire.lua, in its order."""
    coverage = keys.coverage(flash.coverage or "")
    return [
        keys.head,
        keys.wire,
        keys.flashes,
        keys.board,
        keys.pins,
        keys.due,
        keys.versions(flash.id),
        keys.idempotency(key.name),
        keys.coverage(leaves) if leaves else coverage,
        coverage,
        keys.queue,
        keys.stories,
        keys.hands,
        keys.unchanged(key.owner),
    ]


def _arguments(
    keys: Keys, record: Record, mode: Mode, key: IdempotencyKey, hands: Hands | None
) -> list[str | int]:
    """ARGV of wire.lua, in its order, but for its last three: how many, and what the store is."""
    flash = record.flash
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
        hands.encode() if hands else "",
        key.refusals,
        UNCHANGED_MAX if key.owner else 0,
    ]


def _outcome(reply: list[Any], flash: Flash) -> Flash:
    """The flash that now stands for the request."""
    match reply[0]:
        case "ok":
            return flash
        case "repeat":
            return Record.decode(cast("str", reply[1])).flash
        case "reused":
            raise KeyReusedError
        case "void":
            raise AttemptVoidError
        case "full":
            raise TooManyUnchangedError
        case "unfinished":
            raise StoreUnavailableError(reason=Reason.IMPORT)
        case _:
            raise VersionConflictError
