"""Routing: every URL of the service, by kind of visitor, in the order they are matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.web.api.routes import api
from ticker.web.desk.routes import desk
from ticker.web.embed.routes import embed
from ticker.web.pages.routes import pages

if TYPE_CHECKING:
    from ticker.web.shared import Shared, Visitor


def visitors(shared: Shared) -> list[Visitor]:
    """All kinds; readers' pages last, since `/{edition}` matches whatever is left."""
    return [kind(shared) for kind in (api, embed, desk, pages)]
