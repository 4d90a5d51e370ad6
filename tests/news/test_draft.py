"""What an editor sent, and all that is wrong with it at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.support.flashes import NOON
from ticker.news.draft import BLANK, Rules
from ticker.news.faults import InvalidError

RULES = Rules(sections=("politics", "sports"), regions=("mena", "europe"))


def fields_of(error: InvalidError) -> list[str]:
    return sorted(fault.field for fault in error.faults)


def test_a_headline_is_enough() -> None:
    """A line with nothing else gets the defaults: urgency 3, not pinned, nothing said."""
    assert RULES.publication({"headline": "A line"}, NOON) == {**BLANK, "headline": "A line"}


def test_every_field_is_read() -> None:
    """All that an editor may say of a line is taken, times in UTC and to the millisecond."""
    values = RULES.publication(
        {
            "headline": "A line",
            "urgency": 1,
            "source": "Agency",
            "located": "Tokyo",
            "section": "politics",
            "region": "mena",
            "tags": ["one", "two", "one"],
            "coverage": "sea-of-japan",
            "url": "https://news.example/a?b=ü#c",
            "pinned": True,
            "expires": "2026-11-24T12:00:00.123456+02:00",
            "embargoed": "2026-11-23T13:00:00Z",
        },
        NOON,
    )
    assert values["tags"] == ("one", "two")
    assert values["expires"] == datetime(2026, 11, 24, 10, 0, 0, 123_000, tzinfo=UTC)
    assert values["embargoed"] == NOON + timedelta(hours=1)
    assert values["url"] == "https://news.example/a?b=ü#c"


BAD: list[tuple[str, Any]] = [
    *[("headline", value) for value in ["", " ", "x" * 281, "👨‍👩‍👧‍👦" * 101, 5, None, ["x"], "a\nb", "a\u202eb"]],
    *[("urgency", value) for value in [0, 10, -1, True, 3.0, "3", None, 10**40, []]],
    *[("source", value) for value in ["", "x" * 121, 5, "a\u200bb"]],
    *[("located", value) for value in ["", 5]],
    *[("section", value) for value in ["", "nowhere", 5, ["politics"]]],
    *[("region", value) for value in ["", "moon", 5]],
    *[("tags", value) for value in ["a", [1], [""], ["x" * 65], [str(n) for n in range(21)], {}]],
    *[("coverage", value) for value in ["", "a b", "-a", "a-", "a--b", "a/b", "../a", 5]],
    *[
        ("url", value)
        for value in [
            "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:x", "data:text/html,x",
            "ftp://a.example/", "//a.example/", "/path", "a.example", "http://", "https:///path",
            "http://user@a.example/", "https://a:b@a.example/", "http://a b.example/",
            "http://a.example/\nx", "http://[::1", "http://a.example:99999/", "http://a.example:0/",
            "http:\\\\a.example", "http://a.example/<script>", "https://a.example/" + "x" * 2048, "https://a.example/" + "語" * 677, 5,
        ]
    ],
    *[
        ("url", f"https://{host}/")
        for host in [
            "evil\u3002com", "evil\uff0ecom", "evil\uff61com", "\uff45vil.com", "evil.\u2460", "e%76il.com",
            "evil\u2024com", "ev\ufe0fil.com", "evil;com", "a,b.example", "evil.com\u2044x",
        ]
    ],
    *[("pinned", value) for value in [None, "true", 1, 0]],
    *[("expires", value) for value in ["", "soon", "2027-01-01", "2027-01-01T00:00:00", 5]],
    *[("expires", value) for value in ["2026-11-23T12:00:00Z", "2026-11-23T11:59:59Z"]],
    *[("expires", value) for value in ["0001-01-01T00:00:00+23:00", "2026-13-01T00:00:00Z"]],
    *[("embargoed", value) for value in ["soon", 5, True]],
    *[("correction", value) for value in ["What was wrong", 5]],
    *[(name, "x") for name in ["id", "edition", "version", "pubstatus", "firstcreated", "x"]],
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_bad_value_is_named(field: str, value: object) -> None:
    """Each thing that cannot be published is refused, and the refusal names its field."""
    with pytest.raises(InvalidError) as refused:
        RULES.publication({"headline": "A line", field: value}, NOON)
    assert fields_of(refused.value) == [field]


@pytest.mark.parametrize(
    "host",
    ["a.example", "a_b-c.example.", "127.0.0.1:80", "[::1]:80", "münchen.example", "例え.テスト",
     "xn--n3h.example", "موقع.وزارة-الاتصالات.مصر", "भारत.भारत"],
)  # fmt: skip
def test_hosts_of_any_script(host: str) -> None:
    """A link may lead to a host in any script."""
    url = f"https://{host}/a"
    assert RULES.publication({"headline": "A line", "url": url}, NOON)["url"] == url


def test_everything_wrong_is_said_at_once() -> None:
    """An editor with three mistakes hears of three, not of the first."""
    with pytest.raises(InvalidError) as refused:
        RULES.publication({"urgency": 0, "section": "x", "mood": 1}, NOON)
    assert fields_of(refused.value) == ["headline", "mood", "section", "urgency"]
    assert all(fault.detail for fault in refused.value.faults)


def test_a_line_cannot_expire_before_its_embargo_ends() -> None:
    """A line that would never be seen is refused."""
    with pytest.raises(InvalidError) as refused:
        RULES.publication(
            {
                "headline": "x",
                "expires": "2026-11-24T00:00:00Z",
                "embargoed": "2026-11-24T00:00:00Z",
            },
            NOON,
        )
    assert fields_of(refused.value) == ["expires"]


def test_null_means_nothing_where_nothing_is_possible() -> None:
    """A program that sends null for what it does not know is understood."""
    data = {"headline": "x", **dict.fromkeys(BLANK.keys() - {"urgency", "pinned"})}
    assert RULES.publication(data, NOON) == {**BLANK, "headline": "x"}


def test_a_correction_names_only_what_changes() -> None:
    """A correction carries what it changes, and null takes something back."""
    assert RULES.changes(
        {"headline": "new", "correction": "why", "source": None, "tags": None}
    ) == {
        "headline": "new",
        "correction": "why",
        "source": None,
        "tags": (),
    }
    assert RULES.changes({}) == {}


@pytest.mark.parametrize("name", ["headline", "urgency", "pinned", "version", "mood"])
def test_what_every_line_has_cannot_be_taken_back(name: str) -> None:
    """A line without a headline or an urgency is none, and other fields are not an editor's."""
    with pytest.raises(InvalidError) as refused:
        RULES.changes({name: None})
    assert fields_of(refused.value) == [name]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*BLANK, "headline", "mood"]), json_values))
def test_nothing_but_a_precise_refusal_comes_of_rubbish(data: dict[str, Any]) -> None:
    """Whatever JSON is sent, the answer is values that a flash may hold, or named faults."""
    known = BLANK.keys() | {"headline"}
    try:
        named = set(RULES.publication(data, NOON))
    except InvalidError as error:
        named = {fault.field for fault in error.faults} - data.keys()
    assert named <= known
    try:
        named = set(RULES.changes(data))
    except InvalidError as error:
        named = {fault.field for fault in error.faults}
    assert named <= data.keys()
