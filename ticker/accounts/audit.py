"""Audit log of accounts: logins and changes of rights, hash-chained, beside the editions' wires."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import dumps, format_time, utcnow
from ticker.news.event import GENESIS, TAG_LENGTH, Cursor
from ticker.store.faults import Reason, StoreUnavailableError, store_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from ticker.store.client import Store

_log = logging.getLogger(__name__)
_SCRIPT: Final = (Path(__file__).parent / "audit.lua").read_text(encoding="utf-8")
_PAGE: Final = 500
_DETAIL_MAX: Final = 200


class Audit:
    """The log of accounts. Every method raises `StoreUnavailableError`."""

    def __init__(self, store: Store, clock: Callable[[], datetime] = utcnow) -> None:
        self._commands: Any = store.commands
        self._house = store.house
        self._append = store.script(_SCRIPT)
        self._clock = clock

    async def note(
        self, who: str, action: str, target: str = "", address: str = "", detail: str = ""
    ) -> None:
        """Add an entry.

        Args:
            who: Name of a user or token, or the command line.
            action: What they did, such as login or user added; refused logins come as sums.
            target: To whom.
            address: From where.
            detail: What else there is to say.
        """
        entry = {
            "at": format_time(self._clock()),
            "who": who[:_DETAIL_MAX],
            "action": action,
            "target": target[:_DETAIL_MAX],
            "address": address,
            "detail": detail[:_DETAIL_MAX],
        }
        # In ASCII: what a stranger types as a name may hold what UTF-8 cannot.
        await self.append(json.dumps(entry, separators=(",", ":")))

    async def append(self, text: str, offset: int | None = None) -> None:
        """Add an entry as it is; with an offset, only if that is the one that it gets."""
        args: list[str | int] = [text, GENESIS.tag, TAG_LENGTH, offset or ""]
        with store_errors():
            added = await self._append(
                [self._house.audit, self._house.audit_head, self._house.import_lock], args
            )
        if added < 0:
            raise StoreUnavailableError(reason=Reason.IMPORT)

    async def head(self) -> Cursor:
        """Where the log ends."""
        with store_errors():
            offset, tag = await self._commands.hmget(self._house.audit_head, ["offset", "tag"])
        return Cursor(int(offset), tag) if offset else GENESIS

    async def entries(self) -> AsyncIterator[str]:
        """Every entry as JSON Lines, oldest first: {"cursor", "entry"}, as it is stored."""
        async for cursor, text in self.read():
            yield dumps({"cursor": str(cursor), "entry": text}) + "\n"

    async def verify(self) -> tuple[int, int | None]:
        """Recompute the chain: how many entries there are, and the first one that breaks it."""
        reached = GENESIS
        async for cursor, text in self.read():
            expected = reached.follows(text)
            if cursor != expected:
                return reached.offset, expected.offset
            reached = expected
        whole = await self.head() == reached
        return reached.offset, None if whole else reached.offset + 1

    async def read(self) -> AsyncIterator[tuple[Cursor, str]]:
        """Every entry with its position, oldest first."""
        after = "-"
        while True:
            with store_errors():
                page = await self._commands.xrange(self._house.audit, min=after, count=_PAGE)
            for entry_id, fields in page:
                yield Cursor(int(entry_id.partition("-")[0]), fields["tag"]), fields["entry"]
            if not page:
                return
            after = f"({page[-1][0]}"


async def entered(entry: Awaitable[None], what: str) -> bool:
    """Enter what is done already, and stands if the store does not take the entry; whether it did.

    A store whose memory is full still ends tokens, users and sessions, and takes no entry.

    Args:
        entry: Puts it into the audit log.
        what: What is done, for our own log.
    """
    try:
        await entry
    except StoreUnavailableError as error:
        _log.warning("done, but the audit log does not say so: %s (%s)", what, error)
        return False
    return True
