"""What a banner's address may ask for."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.flashes import NOON, after, flash
from ticker.settings import load_newsroom
from ticker.web.embed.banner import Banner, iframe
from ticker.web.problems import ProblemError

NEWSROOM = load_newsroom("")


def banner(query: str = "", code: str = "en") -> Banner:
    return Banner.of(NEWSROOM, code, parse_qs(query))


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("mode=spin", ["mode"]),
        ("theme=pink", ["theme"]),
        ("skin=none", ["skin"]),
        ("max=0", ["max"]),
        ("max=51", ["max"]),
        ("max=5.5", ["max"]),
        ("label=" + "x" * 41, ["label"]),
        ("label=a%E2%80%AEb", ["label"]),
        ("breaking=red", ["breaking"]),
        ("text=%23fffffff", ["text"]),
        ("section=gossip", ["section"]),
        ("urgency=0", ["urgency"]),
        ("mode=spin&max=x&link=1", ["mode", "max", "link"]),
    ],
)
def test_what_is_wrong_is_named(query: str, fields: list[str]) -> None:
    """A banner that cannot be made says which of its parameters are wrong."""
    with pytest.raises(ProblemError) as caught:
        banner(query)
    assert caught.value.status == 422
    assert [fault.field for fault in caught.value.faults] == fields


def test_an_unknown_edition_is_not_found() -> None:
    """A banner of an edition that is none says so."""
    with pytest.raises(ProblemError) as caught:
        banner(code="nowhere")
    assert caught.value.status == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "mode=crawl&theme=dark&skin=paper&label=Live+%26+now",
        "mode=stack&max=3&section=sports&section=health&region=asia&tag=a+b&coverage=x&urgency=2",
        "breaking=004488&on-breaking=ffffff",
    ],
)
def test_an_address_says_all_of_it(query: str) -> None:
    """The address that a banner gives itself makes the same banner again."""
    first = banner(query)
    path, _, said = first.path.partition("?")
    assert path == "/embed/en"
    assert banner(said) == first
    assert parse_qs(said) == parse_qs(query)


def test_what_is_as_usual_is_left_out() -> None:
    """Defaults and unknown parameters make no address longer, and a sharp sign is no difference."""
    usual = "mode=rotate&theme=auto&skin=signal&max=5&utm_source=x&breaking=%23ABCDEF"
    assert banner(usual).path == "/embed/en?breaking=abcdef"
    assert banner(usual).attributes() == {"edition": "en", "label": "Breaking"}


def test_the_element_takes_the_choices_as_attributes() -> None:
    """Look and filters become attributes, several values of one with commas."""
    chosen = banner("mode=stack&max=3&skin=solid&label=Live&section=sports&section=health", "ar")
    assert chosen.attributes() == {
        "edition": "ar",
        "dir": "rtl",
        "label": "Live",
        "mode": "stack",
        "skin": "solid",
        "max": "3",
        "section": "sports,health",
    }


@pytest.mark.parametrize(
    ("query", "width", "height"),
    [("", 601, 44), ("", 600, 91), ("mode=crawl", 320, 91), ("mode=stack&max=4", 320, 245)],
)
def test_its_height_is_known_before_it_is_there(query: str, width: int, height: int) -> None:
    """A page can keep the banner's place."""
    assert banner(query).height(width) == height


def test_which_lines_have_a_place() -> None:
    """A stack has so many rows, and a take-over is for the newest flash of the last hour alone."""
    board = [flash("c", urgency=3), flash("b", urgency=1), flash("a", urgency=1)]
    assert banner().shown(board, NOON) == board
    assert banner("mode=stack&max=2").shown(board, NOON) == board[:2]
    assert banner("mode=flash").shown(board, after(60)) == [board[1]]
    assert banner("mode=flash").shown(board, NOON + timedelta(hours=1)) == []


def test_nothing_gets_out_of_an_iframe_tag() -> None:
    """Whatever an address or a title holds, it stays in its attribute."""
    hostile = "\"><script>alert(1)</script>&amp;'"
    found: list[tuple[str, dict[str, str | None]]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, dict(attrs)))

    Parser().feed(iframe(f"https://t.example/{hostile}", hostile, 800, 44))
    ((tag, attributes),) = found
    assert tag == "iframe"
    assert attributes["src"] == f"https://t.example/{hostile}"
    assert attributes["title"] == hostile
    assert urlsplit(attributes["src"]).netloc == "t.example"
    assert "allow-top-navigation" not in (attributes["sandbox"] or "")
