"""Embed code: what a site copies to show a banner, with SRI, and the CSP that lets it run."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

from ticker.web.embed.banner import BAR_PX, NARROW_PX, ROW_PX, TWO_ROWS_PX, Banner, iframe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STILL_ROWS: Final = 3


class Script(Protocol):
    """Pinned asset: the widget's script under an address that never changes."""

    @property
    def path(self) -> str:
        """Its path."""

    @property
    def integrity(self) -> str:
        """Its hash for Subresource Integrity (SRI)."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something to copy.

    Attributes:
        title: What it is.
        note: Where it goes, and when it is needed.
        text: What is copied.
    """

    title: str
    note: str
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """Where readers reach us.

    Attributes:
        base: Our address, without a slash at the end.
        title: Accessible name of the iframe, for screen readers.
        script: The widget.
    """

    base: str
    title: str
    script: Script


def element(banner: Banner, site: Site) -> list[Snippet]:
    """Embed code as script and custom element; plain, or pinned with SRI."""
    base = escape(site.base)
    attributes = "".join(f' {name}="{escape(v)}"' for name, v in banner.attributes().items())
    inside = f'<a href="{base}{escape(banner.filters.href)}">{escape(site.title)}</a>'
    tag = f"<breaking-ticker{attributes}>{inside}</breaking-ticker>"
    pinned = (
        f'<script type="module" src="{base}{site.script.path}"\n'
        f'  integrity="{site.script.integrity}" crossorigin="anonymous"></script>'
    )
    socket = site.base.replace("http", "ws", 1)
    policy = f"script-src {site.base}; connect-src {site.base} {socket}"
    return [
        Snippet(
            "HTML",
            "Where the banner shall stand. It keeps itself up to date, and so does the script.",
            f'<script type="module" src="{base}/ticker.js"></script>\n{tag}',
        ),
        Snippet(
            "CSS",
            "In your style sheet. It keeps the banner’s place, so that your page doesn’t jump.",
            _style(banner),
        ),
        Snippet(
            "Pinned script",
            "Instead of the script above, if you review every line of code that you run. "
            "It never changes.",
            pinned,
        ),
        Snippet("Content Security Policy", "If your site has one, add this.", policy),
    ]


def iframe_code(banner: Banner, site: Site) -> list[Snippet]:
    """Embed code as iframe, which runs no script of ours in the page."""
    src = site.base + banner.path
    listener = (
        'addEventListener("message", ({ source, data }) => {\n'
        f"  for (const frame of document.querySelectorAll('iframe[src^=\"{site.base}/embed/\"]'))\n"
        '    if (frame.contentWindow === source && data.type === "ticker:height") '
        "frame.height = data.height;\n"
        "});"
    )
    return [
        Snippet(
            "HTML",
            "Where the banner shall stand. No script of ours runs in your page.",
            iframe(src, site.title, "100%", banner.height(NARROW_PX + 1)),
        ),
        Snippet(
            "Script for the height",
            "If your page may have one: the frame is then always as high as the banner. "
            "Without it a phone shows the banner in one row.",
            listener,
        ),
        _iframe_policy(site),
    ]


def fragment(banner: Banner, site: Site) -> list[Snippet]:
    """Embed code for server-side includes: nginx and Apache (SSI), Varnish and CDNs (ESI)."""
    path = banner.fragment
    name, _, query = path.removeprefix("/embed/").partition("?")
    local = f"/ticker/{name}{'?' if query else ''}{query}"
    socket = site.base.replace("http", "ws", 1)
    note = "In your style sheet: the colours of the banner."
    colours = [Snippet("CSS", note, _colours(banner))] if banner.colours else []
    return [
        Snippet(
            "SSI",
            "Where the banner shall stand, in a page that nginx or Apache serves; "
            "/ticker/ is where your server asks for it, as below.",
            f'<!--#include virtual="{local}" -->',
        ),
        Snippet(
            "nginx",
            "In the server that has the page: “ssi on;” for its location, and this.",
            "location /ticker/ {\n"
            "  internal;\n"
            f"  proxy_pass {site.base}/embed/;\n"
            "  proxy_ssl_server_name on;\n"
            "  proxy_pass_request_headers off;\n"
            "  proxy_connect_timeout 1s;\n"
            "  proxy_read_timeout 2s;\n"
            "}",
        ),
        Snippet(
            "ESI",
            "Instead, where Varnish or a CDN puts pages together.",
            f'<esi:include src="{escape(site.base + path)}" onerror="continue"/>',
        ),
        *colours,
        Snippet(
            "Content Security Policy",
            "If your site has one, add this.",
            f"script-src {site.base}; style-src {site.base}; connect-src {site.base} {socket}",
        ),
    ]


def link(banner: Banner, site: Site) -> list[Snippet]:
    """Embedding by oEmbed: the address to paste."""
    src = site.base + banner.path
    return [
        Snippet(
            "Address",
            "Paste it on a line of its own: an editor that knows oEmbed makes the banner of it.",
            src,
        ),
        Snippet(
            "oEmbed",
            "What such an editor asks for. It may also be told that addresses here are for it.",
            f"{site.base}/oembed?url={quote(src, safe='')}",
        ),
        _iframe_policy(site),
    ]


KINDS: Final[Mapping[str, Callable[[Banner, Site], list[Snippet]]]] = {
    "script": element,
    "frame": iframe_code,
    "fragment": fragment,
    "link": link,
}


def _iframe_policy(site: Site) -> Snippet:
    return Snippet(
        "Content Security Policy", "If your site has one, add this.", f"frame-src {site.base}"
    )


def _style(banner: Banner) -> str:
    """CSS against layout shift (the height before the script runs), and the colours."""
    place = "breaking-ticker:not(:defined)"
    rules = []
    if banner.mode == "flash":
        rules.append(f"{place} {{ display: none; }}")
    else:
        high = banner.height(NARROW_PX + 1)
        rules.append(f"{place} {{ display: block; min-block-size: {high}px; }}")
    if banner.mode in {"rotate", "crawl"}:
        still = BAR_PX + 1 + _STILL_ROWS * ROW_PX
        narrow, calm = f"(max-width: {NARROW_PX}px)", "(prefers-reduced-motion: reduce)"
        for query, height in ((narrow, TWO_ROWS_PX), (calm, still)):
            rules.append(f"@media {query} {{\n  {place} {{ min-block-size: {height}px; }}\n}}")
    if banner.colours:
        rules.append(_colours(banner))
    return "\n".join(rules)


def _colours(banner: Banner) -> str:
    lines = "".join(f"  --bt-{name}: #{value};\n" for name, value in banner.colours)
    return f"breaking-ticker {{\n{lines}}}"
