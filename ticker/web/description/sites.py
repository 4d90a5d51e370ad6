"""Operations of sites, crawlers and browsers, as far as programs use them: pages and files."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from ticker.formats import atom, json_feed, ninjs, rss
from ticker.web.description import samples
from ticker.web.description.operation import JSON, Operation, Operations, Reply, Tag
from ticker.web.description.parameters import FILTERS, SEARCH

_CACHED: Final = ("ETag",)
_DATED: Final = ("ETag", "Last-Modified")
_SCRIPT: Final = "text/javascript"
_NOT_MODIFIED: Final = Reply("What a cache has is still right.", None, "", headers=_CACHED)
_KILLED: Final = Reply("It was killed; the page says so.", None, "text/html", headers=_CACHED)


def _file(
    name: str, summary: str, media_type: str, *problems: int, **more: Reply | tuple[str, ...]
) -> Operation:
    """What is rendered once and answered to everybody."""
    reply = Reply(summary, None, media_type, headers=_CACHED)
    found = {200: reply, 304: _NOT_MODIFIED}
    found |= {int(it[1:]): other for it, other in more.items() if isinstance(other, Reply)}
    parameters = more.get("parameters", ())
    return Operation(
        id=name,
        summary=summary,
        tag=Tag.SITES,
        parameters=(*(parameters if isinstance(parameters, tuple) else ()), "If-None-Match"),
        replies=found,
        problems=problems,
    )


def _feed(name: str, summary: str, parameters: tuple[str, ...] = ()) -> Operation:
    others = (rss.MEDIA_TYPE, atom.MEDIA_TYPE, ninjs.MEDIA_TYPE)
    reply = Reply(summary, None, json_feed.MEDIA_TYPE, _DATED, others=others)
    return Operation(
        id=name,
        summary=summary,
        tag=Tag.SITES,
        parameters=(*parameters, "If-None-Match", "If-Modified-Since"),
        replies={200: reply, 304: Reply(_NOT_MODIFIED.meaning, None, "", _DATED)},
        problems=(404, 422),
    )


SITES: Final[Operations] = MappingProxyType(
    {
        "GET /openapi.json": _file("openapi", "This description (OpenAPI 3.1)", JSON),
        "GET /asyncapi.json": _file("asyncapi", "The live URL's (AsyncAPI 3.1)", JSON),
        "GET /docs": _file("docs", "Both descriptions, as a page", "text/html"),
        "GET /llms.txt": _file("llms", "Where language models find what", "text/plain"),
        "GET /oembed": Operation(
            id="oembed",
            summary="oEmbed: the frame that shows a page of this service",
            tag=Tag.SITES,
            parameters=("url", "format", "maxwidth", "maxheight"),
            query={"url": "https://ticker.example/en"},
            replies={200: Reply("The frame.", "Oembed", example=samples.OEMBED)},
            problems=(404, 422, 501),
        ),
        "GET /ticker.js": _file("widget", "The banner's script", _SCRIPT),
        "GET /ticker-{name}.js": _file("pinned_widget", "One version of it", _SCRIPT, 404),
        "GET /ticker.css": _file("banner_sheet", "The banner's style sheet", "text/css"),
        "GET /embed/{edition}.fragment": _file(
            "fragment",
            "The banner with its lines, for pages that a server puts together",
            *("text/html", 404, 422),
            parameters=FILTERS,
        ),
        "GET /embed/{edition}": _file(
            "frame", "The banner as a page", "text/html", 404, 422, parameters=FILTERS
        ),
        "GET /": _file(
            "home",
            "The first edition's board",
            "text/html",
            401,
            422,
            parameters=(*FILTERS, *SEARCH),
        ),
        "GET /{edition}": _file(
            "edition",
            "An edition's board, or what is found",
            "text/html",
            *(401, 404, 422),
            parameters=("before", *FILTERS, *SEARCH),
        ),
        "GET /{edition}/section/{code}": _file("section", "A section", "text/html", 404, 422),
        "GET /{edition}/region/{code}": _file("region", "A region", "text/html", 404, 422),
        "GET /{edition}/f/{id}": _file("permalink", "One line", "text/html", 404, s410=_KILLED),
        "GET /{edition}/coverage/{slug}": _file("story", "A running story", "text/html", 404),
        "GET /{edition}/feed.{kind}": _feed("feed", "An edition's feed", parameters=FILTERS),
        "GET /{edition}/section/{code}/feed.{kind}": _feed("section_feed", "A section's feed"),
        "GET /{edition}/region/{code}/feed.{kind}": _feed("region_feed", "A region's feed"),
        "GET /{edition}/coverage/{slug}/feed.{kind}": _feed("story_feed", "A running story's feed"),
        "GET /sitemap-news.xml": _file("sitemap", "News sitemap", "application/xml"),
        "GET /{edition}/app.webmanifest": Operation(
            id="manifest",
            summary="Web application manifest",
            tag=Tag.SITES,
            replies={200: Reply("It.", "Manifest", "application/manifest+json")},
            problems=(404,),
        ),
        "GET /{edition}/picture.png": _file("picture", "An edition's picture", "image/png", 404),
        "GET /{edition}/f/{id}.v{version}.png": _file(
            *("line_picture", "A line's picture", "image/png", 404, 410),
            s302=Reply("To its newest version's.", None, "", headers=("Location", "ETag")),
        ),
        "GET /{edition}/coverage/{slug}/picture.png": _file(
            "story_picture", "A running story's picture", "image/png", 404
        ),
        "GET /.well-known/security.txt": Operation(
            id="security_txt",
            summary="Whom to tell of a weakness (RFC 9116)",
            tag=Tag.SITES,
            replies={200: Reply("The contact.", None, "text/plain")},
            problems=(404,),
        ),
        "GET /robots.txt": Operation(
            id="robots",
            summary="Robots Exclusion Protocol",
            tag=Tag.SITES,
            replies={200: Reply("What crawlers may read.", None, "text/plain")},
        ),
    }
)
