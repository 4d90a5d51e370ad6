"""What a site copies; that it works is proved in tests/browser/test_embed.py."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

import pytest

from ticker.settings import load_newsroom
from ticker.web.embed.banner import Banner
from ticker.web.embed.snippets import KINDS, Site, element, fragment, iframe_code, link


@dataclass(frozen=True, slots=True)
class Pinned:
    path: str = "/ticker-0.1.0-1a2b3c4d.js"
    integrity: str = "sha384-abc"


SITE = Site("https://ticker.example", "Breaking news · English", Pinned())


def banner(query: str = "", code: str = "en") -> Banner:
    return Banner.of(load_newsroom(""), code, parse_qs(query))


def test_the_element_and_its_fallback() -> None:
    """The script is the newest, and without it the lines are a link away."""
    html = element(banner("mode=crawl&section=sports&tag=a%22b"), SITE)[0].text
    assert html == (
        '<script type="module" src="https://ticker.example/ticker.js"></script>\n'
        '<breaking-ticker edition="en" label="Breaking" mode="crawl" section="sports" '
        'tag="a&quot;b"><a href="https://ticker.example/en?section=sports&amp;tag=a%22b">'
        "Breaking news · English</a></breaking-ticker>"
    )


def test_the_pinned_script_is_checked_by_the_browser() -> None:
    """A site that reviews code gets an address that never changes, with its hash."""
    text = element(banner(), SITE)[2].text
    assert 'src="https://ticker.example/ticker-0.1.0-1a2b3c4d.js"' in text
    assert 'integrity="sha384-abc" crossorigin="anonymous"' in text


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["min-block-size: 44px", "(max-width: 600px)", "min-block-size: 91px"]),
        ("mode=stack&max=4", ["min-block-size: 245px"]),
        ("mode=flash", ["display: none"]),
        ("breaking=004488&text=111111", ["--bt-breaking: #004488;", "--bt-text: #111111;"]),
    ],
)
def test_the_style_keeps_the_place(query: str, wanted: list[str]) -> None:
    """The page does not jump when the banner comes, and chosen colours are set."""
    text = element(banner(query), SITE)[1].text
    assert all(part in text for part in wanted)


def test_the_policy_is_no_wider_than_needed() -> None:
    """A strict site allows the script and its connections, or the frame, and nothing else."""
    assert element(banner(), SITE)[-1].text == (
        "script-src https://ticker.example; connect-src https://ticker.example wss://ticker.example"
    )
    assert iframe_code(banner(), SITE)[-1].text == "frame-src https://ticker.example"
    assert link(banner(), SITE)[-1].text == "frame-src https://ticker.example"


def test_the_fragment_is_included_by_servers() -> None:
    """Servers of both kinds are told where to ask, with the choices that were made, and colours go into CSS."""
    query = "mode=stack&label=a%22b&section=sports&breaking=004488"
    found = {it.title: it.text for it in fragment(banner(query), SITE)}
    choices = "en.fragment?mode=stack&amp;label=a%22b&amp;section=sports"
    # A server takes the address of an SSI as it stands, and that of an ESI as XML.
    plain = choices.replace("&amp;", "&")
    assert found["SSI"] == f'<!--#include virtual="/ticker/{plain}" -->'
    assert found["ESI"] == (
        f'<esi:include src="https://ticker.example/embed/{choices}" onerror="continue"/>'
    )
    assert "  proxy_pass https://ticker.example/embed/;\n" in found["nginx"]
    assert found["CSS"] == "breaking-ticker {\n  --bt-breaking: #004488;\n}"
    assert "style-src https://ticker.example;" in found["Content Security Policy"]
    assert "CSS" not in {it.title for it in fragment(banner(), SITE)}


def test_the_link_is_what_oembed_takes() -> None:
    """The address and the one that an editor asks belong together."""
    address, endpoint, _ = (it.text for it in link(banner("mode=crawl&tag=a"), SITE))
    assert address == "https://ticker.example/embed/en?mode=crawl&tag=a"
    assert unquote(endpoint.partition("url=")[2]) == address
    assert "&" not in endpoint


def test_every_kind_can_be_copied() -> None:
    """Each snippet says what it is and where it goes."""
    for make in KINDS.values():
        assert all(it.title and it.note and it.text for it in make(banner(), SITE))
