"""Accounts: has the store confirm what is remembered of tokens and sessions, every few seconds.

So what is revoked while the store answers is forgotten before it can go away.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ticker.store.faults import StoreUnavailableError
from ticker.store.refusals import ACCOUNTS

if TYPE_CHECKING:
    from ticker.accounts.sessions import Sessions
    from ticker.accounts.tokens import Tokens
    from ticker.store.refusals import Refusals

_EVERY_SECONDS: Final = 5.0


async def confirm(tokens: Tokens, sessions: Sessions, refusals: Refusals) -> None:
    """Confirm for as long as this is not cancelled, at once when something was refused.

    Where they are on the one server that everything is on, that is said of it as a whole.
    """
    apart = ACCOUNTS in refusals.parts
    while True:
        try:
            await tokens.confirm()
            await sessions.confirm()
        except StoreUnavailableError as error:
            if apart:
                refusals.failed(error, ACCOUNTS)
        else:
            if apart:
                refusals.passed(ACCOUNTS)
                await refusals.doubted(_EVERY_SECONDS, ACCOUNTS)
                continue
        await asyncio.sleep(_EVERY_SECONDS)
