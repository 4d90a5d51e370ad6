"""Routes for other sites: the widget's script, the iframe, the fragment, oEmbed, the builder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from ticker.settings import static_dir
from ticker.web.embed.builder import Builder
from ticker.web.embed.fragment import BannerSheet, EmbedFragment
from ticker.web.embed.frame import EmbedFrame
from ticker.web.embed.oembed import Oembed
from ticker.web.embed.widget import Widget
from ticker.web.shared import Visitor

if TYPE_CHECKING:
    from ticker.web.shared import Public


def embed(shared: Public) -> Visitor:
    """Sites that show our banner."""
    widget = Widget(static_dir(), shared.widgets)
    builder = Builder(shared.templates, widget, shared.settings, shared.rendered)
    frame = EmbedFrame(shared.templates, shared.reading, shared.newsroom, shared.rendered)
    fragment = EmbedFragment(shared.templates, shared.reading, shared.newsroom, shared.rendered)
    oembed = Oembed(shared.templates, shared.settings)
    return Visitor(
        [
            Route("/ticker.js", widget.newest),
            Route("/ticker-{name}.js", widget.pinned),
            Route("/ticker.css", BannerSheet(static_dir()).answer),
            Route("/oembed", oembed.answer),
            Route("/embed", builder.page),
            Route("/embed/{edition}.fragment", fragment.answer),
            Route("/embed/{edition}", frame.page, name="embed"),
        ],
        {"widget": widget.keep},
    )
