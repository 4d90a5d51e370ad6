"""One act, several editions: a list of lines that are filed one by one, each with its own outcome.

A list is no transaction: what is refused of it keeps nothing else from being filed. The idempotency
key is of the whole list, so that asking again finishes what an outage of the store has left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.rights import ForbiddenError
from ticker.editing.bounds import FullError
from ticker.news.document import dumps
from ticker.news.faults import Fault, InvalidError
from ticker.store.faults import StoreUnavailableError
from ticker.store.replication import UnconfirmedError
from ticker.store.wire import (
    AttemptVoidError,
    KeyReusedError,
    TooManyUnchangedError,
    VersionConflictError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.editing.context import EditContext
    from ticker.editing.intake import Intake
    from ticker.news.flash import Flash
    from ticker.news.stages import PublishOptions
    from ticker.store.wire import Wire

_REFUSALS: Final = (
    AttemptVoidError,
    ForbiddenError,
    FullError,
    InvalidError,
    KeyReusedError,
    StoreUnavailableError,
    TooManyUnchangedError,
    VersionConflictError,
)


class FirstRefusedError(Exception):
    """The first of linked lines was not filed, so the others have no story to be of."""


@dataclass(frozen=True, slots=True)
class Order:
    """One line of a list.

    Attributes:
        context: Who asks, for which edition.
        data: Field → value.
        options: How it is to go out.
    """

    context: EditContext
    data: dict[str, Any]
    options: PublishOptions


class Batch:
    """Files lists of lines.

    Args:
        intake: That files each of them.
        wire: That remembers idempotency keys.
    """

    def __init__(self, intake: Intake, wire: Wire) -> None:
        self._intake = intake
        self._wire = wire

    async def publish(
        self, orders: Sequence[Order | Exception], asked: str, *, linked: bool = False
    ) -> list[Flash | Exception]:
        """File each line, in order; the result of each is its flash, or why there is none.

        Args:
            orders: The lines, or why one can't be tried.
            asked: All that is asked for, as text: under one key always the same.
            linked: Whether they are versions of one story, whose key is that of the first.

        Raises:
            KeyReusedError: The key has answered another request; nothing is filed.
        """
        keyed = _keyed(orders, asked)
        away = await self._check_keys(keyed)
        outcomes: list[Flash | Exception] = []
        for order in keyed:
            outcome = await self._publish(_linked(order, outcomes) if linked else order, away)
            outcomes.append(outcome)
        return outcomes

    async def _check_keys(
        self, orders: Sequence[Order | Exception]
    ) -> dict[str, StoreUnavailableError]:
        """Look all keys up before anything is filed; the editions whose part can't be asked."""
        away: dict[str, StoreUnavailableError] = {}
        for order in orders:
            if isinstance(order, Exception):
                continue
            edition, key = order.context.edition, order.context.idempotency_key("publish")
            if key is None or edition in away:
                continue
            try:
                await self._wire.recall(edition, key)
            except UnconfirmedError:
                continue
            except StoreUnavailableError as refusal:
                away[edition] = refusal
        return away

    async def _publish(
        self, order: Order | Exception, away: dict[str, StoreUnavailableError]
    ) -> Flash | Exception:
        """File one; an edition whose part of the store was away is not waited for again."""
        if isinstance(order, Exception):
            return order
        edition = order.context.edition
        if edition in away:
            return away[edition]
        try:
            return await self._intake.publish(order.context, order.data, order.options)
        except _REFUSALS as refusal:
            if isinstance(refusal, StoreUnavailableError):
                # Of the lines behind it none is stored, as one that is not confirmed is.
                away[edition] = StoreUnavailableError(reason=refusal.reason)
            return refusal


def _keyed(orders: Sequence[Order | Exception], asked: str) -> list[Order | Exception]:
    """Idempotency keys of lines: the list's, and the line's place among those of its edition."""
    digest = sha256(asked.encode(errors="surrogatepass")).hexdigest()
    places: dict[str, int] = {}
    keyed: list[Order | Exception] = []
    for order in orders:
        if isinstance(order, Exception) or order.context.key is None:
            keyed.append(order)
            continue
        context = order.context
        place = places[context.edition] = places.get(context.edition, -1) + 1
        # A client's own key has no blank, so no line that stands alone has the key of one of these.
        key = f"{context.key} {place}"
        keyed.append(replace(order, context=replace(context, key=key, batch=digest)))
    return keyed


def _linked(order: Order | Exception, before: Sequence[Flash | Exception]) -> Order | Exception:
    """A line as a version of the first one's story."""
    if isinstance(order, Exception) or not before:
        return order
    if isinstance(before[0], Exception):
        return FirstRefusedError()
    if order.data.get("story") is not None:
        return InvalidError([Fault("story", "is that of the first line, since they are linked")])
    return replace(order, data={**order.data, "story": before[0].story_key})


def fingerprint(lines: object, options: PublishOptions, *switches: bool) -> str:
    """All that a request with a list asks for, as text."""
    return dumps([lines, options.draft, options.hold, *switches])
