"""What editors do: publish, correct, kill. Each returns when the wire has it, and not before.

Every use case goes the same way: authorise → recall → check → append. It never reaches the hub:
even in one process a flash gets to readers through the wire alone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker import flash as flashes, text
from ticker.accounts import Principal, Role
from ticker.document import dumps
from ticker.draft import Fault, InvalidError, Rules
from ticker.event import Record
from ticker.flash import Flash, PubStatus
from ticker.ids import Ids
from ticker.wire import Once, VersionConflictError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from ticker.archive import Archive
    from ticker.wire import Mode, Wire

_REPORTER_URGENCY: Final = 3
_REASON_MOST: Final = 280
_KEY_SECONDS: Final = 24 * 3600
_OWN_KEY_SECONDS: Final = 60
_TRIES: Final = 5
RELEASER: Final = "ticker"


class ForbiddenError(Exception):
    """The token's role or editions do not allow it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class NoSuchFlashError(Exception):
    """There is no flash of that id in the edition."""


class PreconditionError(Exception):
    """`If-Match` names another version than the current one."""

    def __init__(self, current: int) -> None:
        super().__init__(f'the current version is "{current}"')


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, for which edition, and under which conditions.

    Attributes:
        principal: Whose token it is.
        edition: Code of the edition.
        if_match: Versions that the flash may have; None: any.
        key: The client's idempotency key; None: it has none.
    """

    principal: Principal
    edition: str
    if_match: Collection[str] | None = None
    key: str | None = None


def now_ms() -> datetime:
    """The clock of intake: UTC, cut to the milliseconds that are stored."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Intake:
    """The editors' use cases. Every method raises `StoreUnavailableError` and `KeyReusedError`."""

    def __init__(
        self, wire: Wire, archive: Archive, rules: Rules, clock: Callable[[], datetime] = now_ms
    ) -> None:
        self._wire = wire
        self._archive = archive
        self._rules = rules
        self._clock = clock
        self._ids = Ids()

    async def publish(self, request: Request, data: dict[str, Any]) -> Flash:
        """Put a new line on the wire, or withhold it until its embargo is over.

        Raises:
            ForbiddenError: The token may not.
            InvalidError: Anything is wrong with the data.
        """
        _authorise(request, Role.REPORTER)
        once = _once(request, "publish", "", data)
        if earlier := await self._recall(request, once):
            return earlier
        now = self._clock()
        values = self._rules.publication(data, now)
        _check_rank(request.principal, values)
        embargo = values["embargoed"]
        flash = Flash(
            id=self._ids.mint(now),
            edition=request.edition,
            version=1,
            pubstatus=PubStatus.WITHHELD if embargo and embargo > now else PubStatus.USABLE,
            firstcreated=now,
            versioncreated=now,
            **values,
        )
        record = Record(flash=flash, action="publish", by=request.principal.name, at=now)
        return await self._wire.append(record, _mode(None, flash), once)

    async def correct(self, request: Request, flash_id: str, data: dict[str, Any]) -> Flash:
        """Replace the fields that `data` names; a change of nothing makes no version.

        Raises:
            ForbiddenError, InvalidError, NoSuchFlashError, PreconditionError: As they say.
            IllegalChangeError: The flash is killed, or published and to be embargoed.
        """
        _authorise(request, Role.REPORTER)
        once = _once(request, "correct", flash_id, data)

        async def change(current: Flash, now: datetime) -> Record:
            await self._check_ownership(request, flash_id)
            values = self._rules.changes(data)
            _check_rank(request.principal, values)
            changed = flashes.correct(current, values, now)
            return Record(flash=changed, action="correct", by=request.principal.name, at=now)

        return await self._change(request, flash_id, once, change)

    async def kill(self, request: Request, flash_id: str, reason: str) -> Flash:
        """Remove a line from every screen; killing a killed one changes nothing.

        Raises:
            ForbiddenError, InvalidError, NoSuchFlashError, PreconditionError: As they say.
        """
        _authorise(request, Role.EDITOR)
        once = _once(request, "kill", flash_id, {"reason": reason})
        why = _clean_reason(reason)

        async def change(current: Flash, now: datetime) -> Record:
            return Record(
                flash=flashes.kill(current, now),
                action="kill",
                by=request.principal.name,
                at=now,
                reason=why,
            )

        return await self._change(request, flash_id, once, change)

    async def versions(self, principal: Principal, edition: str, flash_id: str) -> list[Record]:
        """Every version of a flash with who made it and when, oldest first.

        Raises:
            ForbiddenError, NoSuchFlashError: As they say.
        """
        _authorise(Request(principal, edition), Role.REPORTER)
        records = await self._archive.versions(edition, flash_id)
        if not records:
            raise NoSuchFlashError(flash_id)
        return records

    async def release_due(self, editions: Collection[str]) -> list[Flash]:
        """Publish the withheld lines whose embargo is over; other processes may try the same."""
        released = []
        for held in await self._archive.due(editions, self._clock()):
            now = self._clock()
            flash = flashes.release(held, now)
            record = Record(flash=flash, action="release", by=RELEASER, at=now)
            try:
                released.append(await self._wire.append(record, "announce", _own_once()))
            except VersionConflictError:
                continue
        return released

    async def _change(
        self,
        request: Request,
        flash_id: str,
        once: Once,
        change: Callable[[Flash, datetime], Awaitable[Record]],
    ) -> Flash:
        if earlier := await self._recall(request, once):
            return earlier
        for _ in range(_TRIES):
            current = await self._archive.get(request.edition, flash_id)
            if current is None:
                raise NoSuchFlashError(flash_id)
            if request.if_match is not None and str(current.version) not in request.if_match:
                raise PreconditionError(current.version)
            record = await change(current, self._clock())
            if record.flash is current and request.key is None:
                return current
            mode = "remember" if record.flash is current else _mode(current, record.flash)
            try:
                return await self._wire.append(record, mode, once, current.coverage)
            except VersionConflictError:
                continue
        raise VersionConflictError

    async def _recall(self, request: Request, once: Once) -> Flash | None:
        return await self._wire.recall(request.edition, once) if request.key is not None else None

    async def _check_ownership(self, request: Request, flash_id: str) -> None:
        if request.principal.role > Role.REPORTER:
            return
        records = await self._archive.versions(request.edition, flash_id)
        if records[0].by != request.principal.name:
            raise ForbiddenError("role", "A reporter may correct only their own lines.")


def _authorise(request: Request, least: Role) -> None:
    principal = request.principal
    if not principal.covers(request.edition):
        raise ForbiddenError("edition", f"The token does not hold for edition {request.edition!r}.")
    if principal.role < least:
        raise ForbiddenError(
            "role", f"This takes the role {least.word}; the token's is {principal.role.word}."
        )


def _check_rank(principal: Principal, values: dict[str, Any]) -> None:
    if principal.role > Role.REPORTER:
        return
    if values.get("urgency", _REPORTER_URGENCY) < _REPORTER_URGENCY:
        raise ForbiddenError(
            "urgency", "A reporter may set urgency 3 to 9; 1 and 2 take an editor."
        )
    if values.get("pinned"):
        raise ForbiddenError("pinned", "Pinning a line takes an editor.")


def _clean_reason(reason: str) -> str:
    try:
        return text.line(reason, _REASON_MOST)
    except text.TextError as error:
        raise InvalidError([Fault("reason", str(error))]) from error


def _mode(before: Flash | None, after: Flash) -> Mode:
    """Readers hear of a version unless the flash was never out and still is not."""
    if after.pubstatus is PubStatus.USABLE:
        return "announce"
    was_out = before is not None and before.pubstatus is PubStatus.USABLE
    return "announce" if was_out else "file"


def _once(request: Request, verb: str, flash_id: str, data: dict[str, Any]) -> Once:
    if request.key is None:
        return _own_once()
    asked = dumps([verb, flash_id, sorted(request.if_match or ()), sorted(data.items())])
    name = dumps([request.principal.name, request.key])
    return Once(_digest(name), _digest(asked), _KEY_SECONDS)


def _own_once() -> Once:
    """Makes the store client's own retries harmless."""
    return Once(secrets.token_hex(16), "", _OWN_KEY_SECONDS)


def _digest(name: str) -> str:
    return sha256(name.encode(errors="surrogatepass")).hexdigest()
