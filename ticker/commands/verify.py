"""`ticker verify`: whether the log of each edition is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.accounts.audit import Audit
from ticker.commands.stores import with_store
from ticker.commands.tokens import known_editions
from ticker.store.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticker.settings import Settings
    from ticker.store.client import Store


class BrokenLogError(Exception):
    """A log is not what was written; the message says where."""


def verify(settings: Settings, editions: Sequence[str]) -> list[str]:
    """Recompute the hash chains; a line for each edition.

    Raises:
        BrokenLogError: A chain is broken.
        SettingsError: An edition is none.
        FileNotFoundError: There is no store.
    """
    known_editions(settings, editions)
    wanted = list(editions) or list(settings.newsroom.all_editions)
    return with_store(settings, lambda store: _verify(store, wanted), must_exist=True)


async def _verify(store: Store, editions: list[str]) -> list[str]:
    lines, broken = [], []
    for edition in editions:
        count, fault = await Verification(store, edition).run()
        if fault is None:
            lines.append(f"{edition}: {count} entries, unbroken")
        else:
            broken.append(f"{edition}: broken at entry {fault.offset}: {fault.why}")
    count, offset = await Audit(store).verify()
    if offset is None:
        lines.append(f"audit: {count} entries, unbroken")
    else:
        broken.append(f"audit: broken at entry {offset}")
    if broken:
        raise BrokenLogError("; ".join(broken))
    return lines
