"""Language tags, and what is known for them."""

from __future__ import annotations

import pytest

from ticker.news.language import canonical, lookup


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("AR-AE", "ar-AE"),
        ("pt_BR", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("ckb", "ckb"),
        ("de-1996-x-ab-CD", "de-1996-x-ab-cd"),
        ("sl-ROZAJ-biske", "sl-rozaj-biske"),
        ("X-KLINGON", "x-klingon"),
        ("es-419", "es-419"),
    ],
)
def test_a_tag_may_be_written_in_any_case(written: str, tag: str) -> None:
    """A newsroom writes its language as it likes; pages and programs get the usual form."""
    assert canonical(written) == tag


@pytest.mark.parametrize("written", ["", "e", "x", "n3ws", "de-", "en--GB", "العربية", "en GB"])
def test_what_is_no_tag_is_refused(written: str) -> None:
    """A language that no browser would take is named before anybody reads it."""
    with pytest.raises(ValueError, match="is no language tag such as"):
        canonical(written)


def test_what_exists_for_a_language_is_found_for_its_kinds() -> None:
    """An edition for the Emirates has Arabic names, unless it has its own."""
    names = {"ar": "رياضة", "pt-BR": "Esportes", "PT": "Desporto"}
    assert lookup(names, "ar-AE") == "رياضة"
    assert lookup(names, "pt-BR") == "Esportes"
    assert lookup(names, "pt-PT") == "Desporto"
    assert lookup(names, "arn") is None
