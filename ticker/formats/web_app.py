"""Web application manifest (W3C): what a device needs to keep an edition on its home screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ticker.news.masthead import Masthead
    from ticker.news.newsroom import Edition

# As in static/tokens.css: the page, light and dark.
LIGHT: Final = "#f6f5f2"
DARK: Final = "#0a0c10"
_SHORT_MAX: Final = 12
_ICONS: Final = (
    ("icon-192.png", 192, "any"),
    ("icon-512.png", 512, "any"),
    ("icon-maskable-512.png", 512, "maskable"),
)


def manifest(edition: Edition, site: str, masthead: Masthead) -> dict[str, Any]:
    """The manifest of an edition, with the newsroom's icon where it has one.

    Args:
        edition: Which edition.
        site: The newsroom's name there.
        masthead: Its colours and icon.
    """
    return {
        "id": f"/{edition.code}",
        "name": f"{site} · {edition.name}",
        # Longer ones are cut by the device, wherever it likes.
        "short_name": site if len(site) <= _SHORT_MAX else edition.label,
        "lang": edition.lang,
        "dir": edition.dir,
        "start_url": f"/{edition.code}",
        "scope": "/",
        # With a way back, since stories are on other sites.
        "display": "minimal-ui",
        "theme_color": masthead.colours.masthead or LIGHT,
        "background_color": LIGHT,
        "categories": ["news"],
        "icons": _icons(masthead),
    }


def _icons(masthead: Masthead) -> list[dict[str, str]]:
    if masthead.icon:
        return [{"src": masthead.icon, "sizes": "512x512", "type": "image/png"}]
    return [
        {
            "src": f"/static/icons/{name}",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, size, purpose in _ICONS
    ]
