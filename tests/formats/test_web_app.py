"""The web app manifest of an edition."""

from __future__ import annotations

from ticker.formats.web_app import manifest
from ticker.news.masthead import Colours, Masthead
from ticker.news.newsroom import Edition

ARABIC = Edition("ar", "ar", "rtl", "العربية", "عاجل")


def test_an_edition_is_an_app_of_its_own() -> None:
    """It has its own name, language, direction and start, and icons that a device can mask."""
    app = manifest(ARABIC, "بريد", Masthead())
    assert (app["name"], app["short_name"]) == ("بريد · العربية", "بريد")
    assert (app["lang"], app["dir"], app["start_url"], app["id"]) == ("ar", "rtl", "/ar", "/ar")
    assert {(it["sizes"], it["purpose"]) for it in app["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip


def test_a_long_name_is_not_cut_by_the_device() -> None:
    """Under an icon, where a dozen letters fit, a longer name gives way to the edition's label."""
    assert manifest(ARABIC, "The Harbour Post of Hamburg", Masthead())["short_name"] == "عاجل"


def test_a_newsroom_has_its_own_icon_and_colour() -> None:
    """What the newsroom file says goes before ours."""
    own = Masthead(colours=Colours("#0b2545", "#ffffff"), icon="https://img.example/512.png")
    app = manifest(ARABIC, "Post", own)
    assert app["theme_color"] == "#0b2545"
    assert [it["src"] for it in app["icons"]] == ["https://img.example/512.png"]
