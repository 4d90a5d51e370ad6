"""JSON Feed 1.1 (jsonfeed.org), with what it has no place for under `_ticker`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.news.document import dumps, format_time

if TYPE_CHECKING:
    from ticker.formats.feed import Entry, Feed

MEDIA_TYPE: Final = "application/feed+json"
_VERSION: Final = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> str:
    """A feed as JSON; killed lines are not in it, and it has no place to name them."""
    return dumps(
        {
            "version": _VERSION,
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.url,
            "icon": feed.icon,
            "favicon": feed.icon,
            "authors": [{"name": feed.author, "url": f"{feed.place.base}/{feed.place.edition}"}],
            "language": feed.place.lang,
            "items": [_item(it) for it in feed.entries],
        }
    )


def _item(entry: Entry) -> dict[str, Any]:
    more = {"external_url": entry.related, "summary": entry.summary}
    tags = [it.label for it in entry.categories]
    return {
        "id": entry.uri,
        "url": entry.url,
        **{name: value for name, value in more.items() if value},
        "title": entry.title,
        "content_text": entry.content,
        "date_published": format_time(entry.published),
        "date_modified": format_time(entry.updated),
        **({"tags": tags} if tags else {}),
        "language": entry.lang,
        "_ticker": entry.ours,
    }
