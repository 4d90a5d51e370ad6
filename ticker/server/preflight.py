"""Preflight check: a store that would lose lines, or never take one, is refused at the start."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from ticker.store.client import Store
from ticker.store.faults import Reason, StoreUnavailableError
from ticker.store.import_lock import ImportLock
from ticker.store.inspection import EVICTION, PERSISTENCE, Inspection
from ticker.store.rights import Rights
from ticker.store.wire import Wire

if TYPE_CHECKING:
    from ticker.settings import Settings

_log = logging.getLogger(__name__)
_CURES: Final = {
    EVICTION: "set maxmemory-policy noeviction",
    PERSISTENCE: "set appendonly yes and appendfsync always",
}
_NEVER: Final = frozenset({Reason.RIGHTS, Reason.COMMAND})


class UnfitStoreError(Exception):
    """The store must be set up otherwise first; the message says how."""


async def check(settings: Settings) -> None:
    """Look at the store before anybody is served; of one that is away the relay finds out.

    Raises:
        UnfitStoreError: It would lose lines, and `store_risks` does not accept that; or it would
            never take one.
        UnfinishedImportError: It holds half of a backup.
    """
    store = Store(settings.redis_url, settings.namespace)
    try:
        await _check_rights(store, settings)
        await ImportLock(store).refuse()
        await _check_risks(store, settings)
        for edition in settings.newsroom.editions:
            await Wire(store).rehearse(edition)
    except StoreUnavailableError as error:
        if error.reason in _NEVER:
            raise UnfitStoreError(f"{error}: docs/stores.md has the rights it needs") from error
    finally:
        await store.close()


async def _check_rights(store: Store, settings: Settings) -> None:
    missing = await Rights(store).missing(settings.newsroom.all_editions)
    if missing:
        raise UnfitStoreError(
            f"{Reason.RIGHTS.value}: {', '.join(missing)}; docs/stores.md has the line of its ACL"
        )


async def _check_risks(store: Store, settings: Settings) -> None:
    found = await Inspection(store, "", settings.newsroom).settings()
    risks = {what: found[what] for what in _CURES if what in found}
    for what, sentence in risks.items():
        _log.error("store: %s; %s", sentence, _CURES[what])
    if risks and settings.store_risks != "accept":
        said = "; ".join(f"{sentence} ({_CURES[what]})" for what, sentence in risks.items())
        raise UnfitStoreError(f"{said}. TICKER_STORE_RISKS=accept serves on it all the same")
