"""Every URL of the service: the lists of each kind of visitor, in the order they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.web.api.routes import api
from ticker.web.desk.routes import desk
from ticker.web.embed.routes import embed
from ticker.web.pages.routes import pages

if TYPE_CHECKING:
    from ticker.web.shared import Shared, Visitor


def visitors(shared: Shared) -> list[Visitor]:
    """All kinds; readers' pages last, since an edition's name can be anything that is left."""
    return [kind(shared) for kind in (api, embed, desk, pages)]
