"""Routes of readers in a browser: boards, permalinks, running stories, static files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Mount, Route

from ticker.settings import static_dir
from ticker.web.pages.assets import Assets
from ticker.web.pages.board import Pages
from ticker.web.pages.coverage import Coverage
from ticker.web.pages.crawlers import Crawlers
from ticker.web.pages.feeds import Feeds
from ticker.web.pages.permalinks import Permalinks
from ticker.web.pages.pictures import Pictures
from ticker.web.pages.search import SearchPages
from ticker.web.pages.versions import LanguageVersions
from ticker.web.shared import Visitor

if TYPE_CHECKING:
    from ticker.web.shared import Public


def pages(shared: Public) -> Visitor:
    """Readers."""
    archive, templates = shared.archive, shared.templates
    reading, newsroom, rendered = shared.reading, shared.newsroom, shared.rendered
    found = SearchPages(templates, reading, shared.full_text, newsroom, rendered)
    board = Pages(templates, reading, shared.search, shared.clicks, newsroom, rendered, found)
    versions = LanguageVersions(reading, archive, shared.story_versions, newsroom)
    parts = templates, reading, archive, newsroom, rendered, versions
    permalinks, coverage = Permalinks(*parts), Coverage(*parts)
    crawlers, pictures, feeds = Crawlers(*parts), Pictures(*parts), Feeds(*parts, shared.agency)
    return Visitor(
        [
            Mount("/static", Assets(static_dir())),
            Route("/newsroom.css", board.sheet),
            Route("/favicon.ico", crawlers.favicon),
            Route("/robots.txt", crawlers.robots),
            Route("/sitemap-news.xml", crawlers.sitemap),
            Route("/", board.home),
            Route("/{edition}/app.webmanifest", crawlers.manifest),
            Route("/{edition}/feed.{kind}", feeds.edition),
            Route("/{edition}/section/{code}/feed.{kind}", feeds.section),
            Route("/{edition}/region/{code}/feed.{kind}", feeds.region),
            Route("/{edition}/coverage/{slug}/feed.{kind}", feeds.story),
            Route("/{edition}/picture.png", pictures.edition),
            Route("/{edition}/f/{id}.v{version:int}.png", pictures.line),
            Route("/{edition}/coverage/{slug}/picture.png", pictures.story),
            Route("/{edition}/f/{id}", permalinks.page, name="permalink"),
            Route("/{edition}/coverage/{slug}", coverage.page, name="coverage"),
            Route("/{edition}/section/{code}", board.section),
            Route("/{edition}/region/{code}", board.region),
            Route("/{edition}", board.edition, name="edition"),
        ]
    )
