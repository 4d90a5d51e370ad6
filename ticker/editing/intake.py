"""Use cases of editors: publish, correct, release, kill. Each returns once the wire has it.

Each goes the same way: authorise → recall (idempotency) → check → append (optimistic concurrency).
None reaches the hub: even in one process a flash gets to readers through the wire alone.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.principal import Role
from ticker.accounts.rights import (
    authorise,
    check_change,
    check_own,
    check_rank,
    check_release,
    check_withdrawal,
)
from ticker.editing import bounds
from ticker.editing.attempts import PreconditionError, once
from ticker.editing.context import clean_reason, mode_of
from ticker.editing.scheduled import released_by_time
from ticker.news import flash as flashes, size, stages, timing
from ticker.news.document import utcnow
from ticker.news.faults import Fault, InvalidError
from ticker.news.flash import Flash, IllegalChangeError, PubStatus, Stage
from ticker.news.ids import Ids
from ticker.news.stages import NOW, PublishOptions
from ticker.store.wire import VersionConflictError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from datetime import datetime

    from ticker.accounts.principal import Principal
    from ticker.editing.context import EditContext
    from ticker.news.draft import Rules
    from ticker.news.event import Record
    from ticker.news.hands import Hands
    from ticker.store.archive import Archive
    from ticker.store.wire import IdempotencyKey, Wire

_TRIES: Final = 5
_ACTIONS: Final[Mapping[Stage | None, str]] = {
    None: "publish",
    Stage.DRAFT: "draft",
    Stage.HELD: "hold",
    Stage.AWAITING: "submit",
}


class NoSuchFlashError(Exception):
    """There is no flash of that id in the edition."""


class Intake:
    """The editors' use cases. Every method raises `StoreUnavailableError` and `KeyReusedError`.

    Args:
        wire: To append to.
        archive: To read from.
        rules: Validation of fields.
        clock: Aware UTC.
        two_key: Two-person rule (four-eyes principle): another editor releases urgency 1.
    """

    def __init__(
        self,
        wire: Wire,
        archive: Archive,
        rules: Rules,
        clock: Callable[[], datetime] = utcnow,
        *,
        two_key: bool = False,
    ) -> None:
        self._wire = wire
        self._archive = archive
        self._rules = rules
        self._clock = clock
        self._two_key = two_key
        self._ids = Ids()

    async def publish(
        self, context: EditContext, data: dict[str, Any], options: PublishOptions = NOW
    ) -> Flash:
        """Publish a new line, or withhold it as a draft, for a hold, an embargo or a second key.

        Raises:
            ForbiddenError: They may not.
            InvalidError: Anything is wrong with the data.
        """
        authorise(context.principal, context.edition, Role.REPORTER)
        key = context.idempotency_key("publish", "", data, options)
        attempt = partial(self._publish, context, data, options)
        return await (once(self._wire, context.edition, key, attempt) if key else attempt(None))

    async def _publish(
        self,
        context: EditContext,
        data: dict[str, Any],
        options: PublishOptions,
        key: IdempotencyKey | None,
    ) -> Flash:
        now = self._clock()
        values = self._rules.publication(data, now, options.hold)
        if not options.draft:
            check_rank(context.principal, values)
        placement = stages.of_new(values, options, now, two_key=self._two_key)
        flash = Flash(
            id=self._ids.mint(now),
            edition=context.edition,
            version=1,
            pubstatus=placement.pubstatus,
            firstcreated=now,
            versioncreated=now,
            **values,
        )
        size.check_size(flash, data)
        record = context.record(flash, _ACTIONS[placement.stage], placement)
        for _ in range(_TRIES):
            most = await bounds.check_new(self._archive, flash)
            with suppress(VersionConflictError):
                return await self._wire.append(record, mode_of(None, flash), key, most=most)
        raise VersionConflictError

    async def correct(
        self, context: EditContext, flash_id: str, data: dict[str, Any], *, silently: bool = False
    ) -> Flash:
        """Replace the fields that `data` names; a change of nothing makes no version.

        Args:
            context: Who asks.
            flash_id: Which flash.
            data: Field → value.
            silently: Refile: mend a typo, without a note of correction to readers.

        Raises:
            ForbiddenError, InvalidError, NoSuchFlashError, PreconditionError: As they say.
            IllegalChangeError: The flash is killed, or published and to be embargoed.
        """
        authorise(context.principal, context.edition, Role.REPORTER)
        verb = "refile" if silently else "correct"
        key = context.idempotency_key(verb, flash_id, data)

        async def change(before: Record, hands: Hands, now: datetime) -> Record:
            check_own(context.principal, hands)
            values = self._rules.changes(data)
            if silently and "correction" in values:
                raise InvalidError([Fault("correction", "belongs to a correction, not a refile")])
            current = before.flash
            timing.check_change(current, values, now, before.due)
            urgency = values.get("urgency", current.urgency)
            waits = Stage.AWAITING if self._two_key and urgency == 1 else before.stage
            changed = flashes.correct(current, values, now, waits)
            size.check_size(changed, values, current)
            await bounds.check_pin(self._archive, current, changed)
            check_change(context.principal, before, changed, two_key=self._two_key)
            placement = stages.of_changed(before, changed, now, two_key=self._two_key)
            return before if changed is current else context.record(changed, verb, placement)

        return await self._change(context, flash_id, key, change)

    async def release(
        self, context: EditContext, flash_id: str, options: PublishOptions = NOW
    ) -> Flash:
        """Release a withheld line: a draft, the second key (two-person rule), a hold, an embargo.

        Releasing a published line changes nothing. A draft may have to wait for a second editor.

        Raises:
            ForbiddenError, NoSuchFlashError, PreconditionError: As they say.
            IllegalChangeError: The flash is killed.
        """
        authorise(context.principal, context.edition, Role.REPORTER)
        key = context.idempotency_key("release", flash_id, {}, options)

        async def change(before: Record, hands: Hands, now: datetime) -> Record:
            current = before.flash
            if current.pubstatus is PubStatus.CANCELED:
                raise IllegalChangeError("The flash is killed; a killed line stays dead.")
            if current.pubstatus is PubStatus.USABLE:
                return before
            check_release(context.principal, before, hands)
            timing.check_release(current, now, options.hold)
            placement = stages.of_released(before, options, now, two_key=self._two_key)
            if placement.pubstatus is PubStatus.USABLE:
                released = flashes.release(current, now)
                return context.record(await bounds.fit_on_top(self._archive, released), "release")
            waiting = flashes.wait(current, now)
            return context.record(waiting, _ACTIONS[placement.stage], placement)

        return await self._change(context, flash_id, key, change)

    async def kill(self, context: EditContext, flash_id: str, reason: str) -> Flash:
        """Kill a line: a tombstone takes it off every screen; idempotent.

        A line that was never out is withdrawn the same way, by its reporter too. One that readers
        see is killed also where the store has lost all of it but the log.

        Raises:
            ForbiddenError, InvalidError, NoSuchFlashError, PreconditionError: As they say.
        """
        authorise(context.principal, context.edition, Role.REPORTER)
        key = context.idempotency_key("kill", flash_id, {"reason": reason})
        why = clean_reason(reason)

        async def change(before: Record, hands: Hands, now: datetime) -> Record:
            check_withdrawal(context.principal, before, hands)
            killed = flashes.kill(before.flash, now)
            return before if killed is before.flash else context.record(killed, "kill", None, why)

        return await self._change(context, flash_id, key, change, from_log=True)

    async def versions(self, principal: Principal, edition: str, flash_id: str) -> list[Record]:
        """Version history of a flash with who made it and when, oldest first.

        Raises:
            ForbiddenError, NoSuchFlashError: As they say.
        """
        authorise(principal, edition, Role.REPORTER)
        records = await self._archive.versions(edition, flash_id)
        if not records:
            raise NoSuchFlashError(flash_id)
        return records

    async def queue(self, principal: Principal, edition: str) -> list[Record]:
        """Every withheld line of an edition at its newest version, in the order they were filed.

        Raises:
            ForbiddenError: They may not see it.
        """
        authorise(principal, edition, Role.REPORTER)
        return await self._archive.queue(edition)

    async def release_due(self, editions: Collection[str]) -> list[Flash]:
        """Scheduled release of holds and embargoes; every process tries (no leader), one wins.

        What has expired meanwhile, as while the store was away, becomes a draft instead.
        """
        released = []
        for before in await self._archive.due(editions, self._clock()):
            record = await released_by_time(self._archive, before.flash, self._clock())
            hands = (await self._archive.hands(before)).after(before, record)
            try:
                # Without the wait for replicas: what a failover loses is due again.
                mode, most = mode_of(before.flash, record.flash), bounds.most_beside(record.flash)
                released.append(
                    await self._wire.append(
                        record, mode, None, hands=hands, most=most, confirmed=False
                    )
                )
            except VersionConflictError:
                continue
        return released

    async def next_due(self, editions: Collection[str]) -> float | None:
        """Seconds until the next scheduled release; None: there is none."""
        due = await self._archive.due_next(editions)
        return None if due is None else (due - self._clock()).total_seconds()

    async def _change(
        self,
        context: EditContext,
        flash_id: str,
        key: IdempotencyKey | None,
        change: Callable[[Record, Hands, datetime], Awaitable[Record]],
        *,
        from_log: bool = False,
    ) -> Flash:
        """Read, check, compare and swap; tried again when another write came between."""

        async def attempt(key: IdempotencyKey | None) -> Flash:
            for _ in range(_TRIES):
                found = await self._archive.newest(context.edition, flash_id, from_log=from_log)
                if found is None:
                    raise NoSuchFlashError(flash_id)
                (before, hands), current = found, found[0].flash
                if context.if_match is not None and str(current.version) not in context.if_match:
                    raise PreconditionError(current.version)
                record = await change(before, hands, self._clock())
                most = bounds.check_version(record)
                if record is before and key is None and not self._wire.confirms:
                    return current
                mode = "remember" if record is before else mode_of(current, record.flash)
                after = hands.after(before, record)
                with suppress(VersionConflictError):
                    return await self._wire.append(
                        record, mode, key, current.coverage, hands=after, most=most
                    )
            raise VersionConflictError

        return await (once(self._wire, context.edition, key, attempt) if key else attempt(None))
