"""Screen reports of all hubs as one: how many of the screens that were asked show what they should.

Anybody can send a report. So no site has more than it has readers, and all of them together not
more than hold the version, as the kernel knows: what strangers can do is to hide a screen that is
missing among those.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypedDict

from ticker.news.reach import ScreenState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ticker.news.reach import ScreenReports


class ScreensOfSite(TypedDict):
    """So many screens of an embedding site: asked, and what they said."""

    asked: int
    painted: int
    unseen: int
    gone: int


class Screens(TypedDict):
    """What became of a version on screens (docs/api.md); `asked` is expected where `one_in` > 1."""

    one_in: int
    asked: int
    painted: int
    unseen: int
    gone: int
    sites: dict[str, ScreensOfSite]


def encode_screens(reports: ScreenReports | None) -> dict[str, Any] | None:
    """One hub's reports, as they are kept."""
    if reports is None:
        return None
    return {"one_in": reports.one_in, "readers": reports.readers, "said": reports.said}


def merge_screens(told: Iterable[Mapping[str, Any] | None], most: int) -> Screens | None:
    """The reports of all hubs; None where nobody was asked.

    Args:
        told: What each hub has kept.
        most: Who holds the version.
    """
    readers: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    said = {state: Counter[str]() for state in ScreenState}
    one_in = 1
    for one in filter(None, told):
        one_in = max(one_in, one["one_in"])
        readers.update(one["readers"])
        for site, count in one["readers"].items():
            asked[site] += count / one["one_in"]
        for state, counts in one["said"].items():
            said[ScreenState(state)].update(counts)
    if not readers:
        return None
    sites: dict[str, ScreensOfSite] = {}
    for site in sorted(readers):
        left = min(readers[site], most)
        of_site: ScreensOfSite = {"asked": round(asked[site]), "painted": 0, "unseen": 0, "gone": 0}
        for state in ScreenState:
            of_site[state.value] = min(said[state][site], left)
            left -= of_site[state.value]
        most -= sum(of_site[state.value] for state in ScreenState)
        sites[site] = of_site
    return {
        "one_in": one_in,
        "asked": sum(it["asked"] for it in sites.values()),
        "painted": sum(it["painted"] for it in sites.values()),
        "unseen": sum(it["unseen"] for it in sites.values()),
        "gone": sum(it["gone"] for it in sites.values()),
        "sites": sites,
    }
