"""What a search finds, judged on lines themselves; the index may never know less."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, strategies as st

from tests.support.flashes import flash, record
from ticker.news.folding import words
from ticker.news.search_query import (
    QUERY_MAX,
    WORDS_MAX,
    SearchQuery,
    SearchQueryError,
    typed,
)
from ticker.news.search_terms import WORD_MAX, terms_of, texts_of
from ticker.news.size import FLASH_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = (
    "Harbour bridge closed after a ship strikes a pier",
    "L’Élysée annonce un remaniement à Paris",
    "El año más cálido en España, según Núñez",
    "وزير الخارجيّة: الحربُ في غزة لن تتوقف قبل ٢٠٢٧",
    "رئیس‌جمهور ایران می‌گوید کشورهای منطقه",
    "東京都知事選、小池氏が当選確実",
    "ประเทศไทยประกาศภาวะฉุกเฉิน",
    "대통령이 국회에서 연설했다",
    "Премьер ещё раз увеличил бюджет на 5 %",
    "किसान आंदोलन दिल्ली",
    "İstanbul’da IŞIKLAR söndü: Straße ﬁnance ＡＢＣ",
    "COVID-19: 3–2 l'Iran 1,200",
)

CHANGES: list[Callable[[str], str]] = [str, str.upper, str.lower, str.casefold]


@given(st.sampled_from(LINES), st.data())
def test_a_line_is_found_by_each_of_its_words(line: str, data: st.DataObject) -> None:
    """Whole or begun, in capitals or in small letters, in any order; and the index has its terms."""
    item = record(flash(headline=line))
    some = data.draw(st.lists(st.sampled_from(words(line)), min_size=1, max_size=4))
    said = [line[it.start : it.end] for it in some]
    last = said[-1][: data.draw(st.integers(2, max(2, len(said[-1]))))]
    change = data.draw(st.sampled_from(CHANGES))
    query = SearchQuery(words=typed(change(" ".join([*said[:-1], last]))))
    assert query.matches(item)
    terms = terms_of(item)
    assert all(set(choice) & terms for choice in query.terms)


ANYTHING = st.one_of(
    st.characters(categories=["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No"]),
    st.sampled_from(" -’\u200cñéıİßΣςاأإآلةىيکـوأ東가\u0e36"),
)


def test_what_folding_shortens_and_lengthens_stands_where_it_stood() -> None:
    """A mark that goes and a letter that becomes two leave the length, and yet move what follows."""
    (word,) = words("A\u2de0\u013f")
    assert (word.start, word.end) == (0, 3)


@given(st.text(ANYTHING, min_size=1, max_size=12), st.data())
def test_any_word_of_any_script_is_found(text: str, data: st.DataObject) -> None:
    """Whatever letters, marks and digits make a word, who types it finds its line, by the index too."""
    line = unicodedata.normalize("NFC", text)
    assume(words(line))
    word = data.draw(st.sampled_from(words(line)))
    item = record(flash(headline=line))
    for said in (line[word.start : word.end], line[word.start : word.end] + " "):
        query = SearchQuery(words=typed(said))
        assert query.matches(item)
        assert all(set(choice) & terms_of(item) for choice in query.terms)


@pytest.mark.parametrize(
    ("line", "text", "found"),
    [
        ("Café au lait", "cafe", True),
        ("Cafe au lait", "CAFÉ", True),
        ("El año nuevo", "ano", True),
        ("El ano nuevo", "año", False),
        ("الحرب على غزة", "حرب", True),
        ("والحرب على غزة", "الحرب", True),
        ("حرب غزة", "الحرب", False),
        ("رئيس الوزراء", "ريیس", True),
        ("٢٠٢٦ في", "2026", True),
        ("سال ۲۰۲۶", "٢٠٢٦", True),
        ("می‌خواهم", "می خواهم", True),
        ("می‌خواهم", "میخواهم", True),
        ("東京都知事", "京都", True),
        ("東京都知事", "知", True),
        ("東京都知事", "東知", False),
        ("대통령이", "대통령", True),
        ("International aid", "national", False),
        ("International aid", "int aid", False),
        ("International aid", "international ai", True),
        ("International aid", "internationalist", False),
        ("International aid", "intern ", False),
        ("Presidents meet", "president", True),
        ("Bridge (closed)", "“bridge”", True),
        ("ＴＯＫＹＯ", "tokyo", True),
        ("Ёлка", "елка", True),
    ],
)  # fmt: skip
def test_what_is_found(line: str, text: str, found: bool) -> None:
    """Who leaves marks out finds both, who types a letter of its own means it; the last word may go on."""
    assert SearchQuery(words=typed(text)).matches(record(flash(headline=line))) is found


def test_all_that_readers_see_is_searched() -> None:
    """Words of source, place, tags, note and story find a line, each by itself and together."""
    item = record(
        flash(
            headline="Bridge closed",
            source="Port authority",
            located="Hamburg",
            tags=("shipping lanes",),
            correction="It was a ferry",
            coverage="harbour-bridge",
            url="https://secret.example",
        )
    )
    for text in ("authority", "hamburg", "shipping", "ferry", "harbour", "bridge port ferry lanes"):
        assert SearchQuery(words=typed(text)).matches(item), text
    assert not SearchQuery(words=typed("secret")).matches(item)
    assert len(list(texts_of(item.flash))) == 6


@pytest.mark.parametrize("letters", ["ab" * 700 + " ", "الحرب والسلام ", "東京都知事選", "x "])
def test_terms_of_a_line_are_bounded(letters: str) -> None:
    """The longest line of any script, changed as often as it may be, has few terms in the index."""
    size = FLASH_BYTES_MAX // len(letters.encode())
    item = record(flash(headline=letters * max(1, size)))
    assert len(terms_of(item)) < FLASH_BYTES_MAX
    assert max(map(len, terms_of(item))) <= WORD_MAX + 1


def test_facets() -> None:
    """Facets narrow what words find; the values of one are a choice, whatever their case."""
    item = record(
        flash(
            source="Civil Aviation Authority",
            tags=("Storm", "x"),
            section="sports",
            region="asia",
            coverage="storm-1",
            urgency=3,
            firstcreated=datetime(2026, 11, 23, 23, 59, tzinfo=UTC),
        ),
        by="Amal",
    )
    some = frozenset
    right = [
        SearchQuery(source=("aviation", "civil")),
        SearchQuery(tags=some({"storm", "none"})),
        SearchQuery(authors=some({"amal", "other"})),
        SearchQuery(days=some({"2026-11-23", "2026-11-24"})),
        SearchQuery(sections=some({"sports"}), regions=some({"asia", "europe"})),
        SearchQuery(coverages=some({"storm-1"}), urgency=3),
    ]
    wrong = [
        SearchQuery(source=("navy",)),
        SearchQuery(tags=some({"stor"})),
        SearchQuery(authors=some({"ama"})),
        SearchQuery(days=some({"2026-11-24"})),
        SearchQuery(sections=some({"health"}), regions=some({"asia"})),
        SearchQuery(urgency=2),
    ]
    terms = terms_of(item)
    for query in right:
        assert query.matches(item)
        assert all(set(choice) & terms for choice in query.terms)
    assert not any(query.matches(item) for query in wrong)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must not be empty"),
        ("  ", "must not be empty"),
        ("— !", "must have a letter or a digit"),
        ("x" * (QUERY_MAX + 1), f"must be at most {QUERY_MAX} characters long, and is 201"),
        (" ".join(map(str, range(WORDS_MAX + 1))), f"must have at most {WORDS_MAX} words, and has 13"),
    ],
    ids=["nothing", "blank", "signs", "long", "many"],
)  # fmt: skip
def test_what_cannot_be_searched_for(text: str, why: str) -> None:
    """Who types what finds nothing is told why."""
    with pytest.raises(SearchQueryError, match=f"^{why}$"):
        typed(text)


@pytest.mark.parametrize(
    ("line", "text", "marked"),
    [
        ("Bridge closed, bridges too", "bridge", ["Bridge", "bridges"]),
        ("L’Élysée à Paris", "elysee paris", ["Élysée", "Paris"]),
        ("والحرب في غزة", "حرب", ["والحرب"]),
        ("東京都と京都", "京都", ["京都", "京都"]),
        ("Nothing of it", "bridge", []),
    ],
)
def test_what_was_found_can_be_marked(line: str, text: str, marked: list[str]) -> None:
    """Whoever shows a result can mark the words that were found in it."""
    ranges = SearchQuery(words=typed(text)).ranges(line)
    assert [line[start:end] for start, end in ranges] == marked
