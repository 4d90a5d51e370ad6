"""What a WordPress site makes of a stranger's oEmbed answer, and its part of what is said with the frame.

By what its `wp_filter_oembed_result` and `wp-embed.js` do to one that its filter has let through.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

_KEPT: Final = {
    "a": {"href"},
    "blockquote": set[str](),
    "iframe": {
        *("src", "width", "height", "frameborder"),
        *("marginwidth", "marginheight", "scrolling", "title"),
    },
}
_SECRET: Final = "Abc1234567"
# Hidden until the frame says something; links by message, and within the frame's own site alone.
_SCRIPT: Final = """<script>
  const told = [];
  addEventListener("message", ({ source, data }) => {
    const frame = document.querySelector("iframe");
    if (source !== frame.contentWindow || data.secret !== frame.dataset.secret) return;
    told.push(data.message);
    document.querySelector("blockquote").style.display = "none";
    frame.removeAttribute("style");
    if (data.message === "height") frame.height = Math.min(1000, Math.max(200, data.value));
    if (data.message === "link" && new URL(data.value).host === new URL(frame.src).host
        && document.activeElement === frame) top.location.href = data.value;
  });
</script>"""


def framed(html: str) -> str:
    """A post with the answer's HTML in it."""
    kept = _Kept()
    kept.feed(html)
    found = re.search(r"(<blockquote>.*?</blockquote>)?(<iframe[^>]*></iframe>)", kept.text)
    assert found is not None
    assert found[1], "nothing to show until the frame is there"
    quotation = found[1].replace("<blockquote", f'<blockquote data-secret="{_SECRET}"')
    strict = 'sandbox="allow-scripts" security="restricted"'
    hidden = 'style="position: absolute; clip: rect(1px, 1px, 1px, 1px);"'
    frame = re.sub(r' src="([^"]*)"', rf' src="\1#?secret={_SECRET}"', found[2])
    frame = frame.replace("<iframe", f'<iframe {strict} {hidden} data-secret="{_SECRET}"')
    return _SCRIPT + quotation + frame


class _Kept(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _KEPT:
            kept = "".join(f' {n}="{escape(v or "")}"' for n, v in attrs if n in _KEPT[tag])
            self.text += f"<{tag}{kept}>"

    def handle_endtag(self, tag: str) -> None:
        if tag in _KEPT:
            self.text += f"</{tag}>"

    def handle_data(self, data: str) -> None:
        self.text += escape(data)
