"""The table `newsroom` of the newsroom file."""

from __future__ import annotations

import tomllib

import pytest

from ticker.news.masthead import Masthead, PageLink, masthead_of
from ticker.news.newsroom import NewsroomError, newsroom_of

CODES = ("en", "ar")
EDITIONS = "".join(
    f'[[editions]]\ncode = "{code}"\nlang = "{code}"\ndir = "ltr"\nname = "N"\nlabel = "L"\n'
    for code in CODES
)


def read(text: str) -> Masthead:
    return masthead_of(tomllib.loads(text), CODES)


def test_a_newsroom_has_a_name_a_logo_colours_and_links() -> None:
    """All that readers see of whose pages they are stands in one table, by edition where it differs."""
    masthead = newsroom_of(
        tomllib.loads(
            EDITIONS
            + """
[newsroom]
name = { en = "Harbour Post", ar = "بريد الميناء" }
logo = { src = "https://cdn.example/logo.svg", dark = "/logo-dark.svg", width = 160, height = 32 }
colours = { masthead = "#0b2545", words = "#ffffff", link = "#0b5cad", link_dark = "#7db7ff" }
links = [{ text = "News", url = { en = "https://news.example/" } }]
icon = "https://img.example/icon-512.png"
footer = [{ text = { en = "Privacy", ar = "الخصوصية" }, url = "/privacy" }]
"""
        )
    ).masthead
    assert masthead.names == {"en": "Harbour Post", "ar": "بريد الميناء"}
    assert masthead.origins == ["https://img.example", "https://cdn.example"]
    assert masthead.links == {"en": [PageLink("News", "https://news.example/")], "ar": []}
    assert masthead.footer["ar"] == [PageLink("الخصوصية", "/privacy")]
    assert masthead.sheet == (
        ":root { --masthead: #0b2545; --on-masthead: #ffffff; "
        "--link: light-dark(#0b5cad, #7db7ff); }\n"
    )


def test_a_newsroom_that_says_nothing_has_a_plain_masthead() -> None:
    """Without the table nothing is added: no name, no logo, no sheet of colours, no links."""
    masthead = newsroom_of(tomllib.loads(EDITIONS)).masthead
    assert (masthead.names, masthead.logo, masthead.sheet, masthead.origins) == ({}, None, "", [])
    assert masthead.links == masthead.footer == {"en": [], "ar": []}
    assert read('name = "Post"').names == {"en": "Post", "ar": "Post"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('mood = "x"', "mood is unknown; there are name, logo, icon, colours, links, footer"),
        ("name = 7", "name: 7 is no text"),
        ('icon = "icon.png"', "icon: 'icon.png' is no path and no https address"),
        ('name = ""', "name: '' is no text"),
        ('name = "a\\u202Eb"', "is no text"),
        (f'name = "{"n" * 81}"', "longer than 80"),
        ('name = { en = "Post" }', "name: edition ar has none"),
        ('name = { fr = "Post" }', "there is no edition 'fr'"),
        ('logo = "x.svg"', "logo: must be a table"),
        ('logo = { src = "/x.svg", width = 10 }', "logo: height is required"),
        ('logo = { src = "http://x/x.svg", width = 1, height = 1 }', "no path and no https"),
        ('logo = { src = "//x/x.svg", width = 1, height = 1 }', "no path and no https"),
        ('logo = { src = "https://a;b/x", width = 1, height = 1 }', "no path and no https"),
        ('logo = { src = "/x.svg", width = true, height = 1 }', "width: True is no number"),
        ('logo = { src = "/x.svg", width = 1, height = 9999 }', "height: 9999 is no number"),
        ('logo = { src = "/x.svg", width = 1, height = 1, alt = "x" }', "logo: alt is unknown"),
        ('colours = { masthead = "#0b2545" }', "masthead and words go together"),
        ('colours = { masthead = "red", words = "#ffffff" }', "'red' is no colour such as"),
        ('colours = { masthead = "#777777", words = "#888888" }', "words #888888 on masthead has a contrast of 1.2"),
        ('colours = { link = "#7db7ff", link_dark = "#7db7ff" }', "link #7db7ff on #f6f5f2 has a contrast"),
        ('colours = { link = "#0b5cad", link_dark = "#0b5cad" }', "link_dark #0b5cad on #"),
        ('colours = { text = "#0b5cad" }', "colours: text is unknown"),
        ('links = "x"', "links: must be a list of up to 12 links"),
        ('links = ["x"]', "links: must be a table"),
        ('links = [{ text = "x" }]', "a link has a text and a url"),
        ('links = [{ text = "x", url = "javascript:alert(1)" }]', "is no path and no http"),
        ('footer = [{ text = "x", url = "https://x", rel = "y" }]', "footer: rel is unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(line: str, why: str) -> None:
    """A service does not start with a masthead that cannot be shown, or that nobody could read."""
    with pytest.raises(NewsroomError) as refused:
        newsroom_of(tomllib.loads(f"{EDITIONS}[newsroom]\n{line}\n"))
    assert str(refused.value).startswith("newsroom: ")
    assert why in str(refused.value)
