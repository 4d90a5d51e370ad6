"""`?clean=true`: a program may send what was pasted, and learns what was done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.pasted import ALL, LOST

if TYPE_CHECKING:
    from tests.support.service import Answer, Running

FLASHES = "/v1/en/flashes"


async def post(service: Running, query: str = "", **body: Any) -> Answer:
    return await service.request("POST", f"{FLASHES}{query}", body=body)


async def test_a_pasted_line_is_cleaned_and_said_to_be(service: Running) -> None:
    """What meant nothing is gone for every reader, what may mean something is left and named."""
    answer = await post(
        service, "?clean=true",
        headline="Marks &amp;\tSpencer\ufeff  (draft)", source="\u200bReuters", tags=["a", "b\u00ad"],
    )  # fmt: skip
    assert answer.status == 201
    said = answer.json
    assert said.pop("cleaned") == [
        {"field": "headline", "pointer": "#/headline", "position": 6, "rule": "entity", "what": "&amp;", "replacement": "&"},
        {"field": "headline", "pointer": "#/headline", "position": 11, "rule": "break", "what": "U+0009", "replacement": " "},
        {"field": "headline", "pointer": "#/headline", "position": 19, "rule": "invisible",
         "what": "U+FEFF ZERO WIDTH NO-BREAK SPACE", "replacement": ""},
        {"field": "source", "pointer": "#/source", "position": 0, "rule": "invisible",
         "what": "U+200B ZERO WIDTH SPACE", "replacement": ""},
        {"field": "tags", "pointer": "#/tags/1", "position": 1, "rule": "invisible",
         "what": "U+00AD SOFT HYPHEN", "replacement": ""},
    ]  # fmt: skip
    assert said.pop("doubtful") == [
        {"field": "headline", "pointer": "#/headline", "position": 21, "rule": "spaces",
         "what": "U+0020 SPACE", "replacement": ""},
    ]  # fmt: skip
    assert (said["headline"], said["source"], said["tags"]) == (
        "Marks & Spencer  (draft)", "Reuters", ["a", "b"],
    )  # fmt: skip
    assert (await service.get(FLASHES)).json["flashes"] == [said]


async def test_every_way_of_text_can_be_cleaned(service: Running) -> None:
    """Drafts, holds, corrections, refiles and the reason of a kill too."""
    for query in ("draft=true", "hold=5", "clean=true"):
        assert (await post(service, f"?{query}&clean=true", headline="a\tb")).json[
            "headline"
        ] == "a b"
    line = (await post(service, headline="A line")).json
    one = f"{FLASHES}/{line['id']}"
    for query, body in (
        ("clean=true", {"headline": "Two\nlines", "correction": "It’s\u00ad so"}),
        ("refile=true&clean=true", {"located": "Ham\ufeffburg"}),
    ):
        answer = await service.request("PATCH", f"{one}?{query}", body=body)
        assert answer.status == 200
        assert answer.json["cleaned"]
    assert answer.json["headline"] == "Two lines"
    assert answer.json["located"] == "Hamburg"
    killed = await service.request(
        "DELETE", f"{one}?reason={quote('Wrong' + chr(10) + 'bridge')}&clean=true"
    )
    assert [(it["field"], it["position"]) for it in killed.json["cleaned"]] == [("reason", 5)]
    versions = (await service.request("GET", f"{one}/versions")).json["versions"]
    assert versions[-1]["reason"] == "Wrong bridge"


async def test_what_needs_no_cleaning_is_told_so(service: Running) -> None:
    """A program can tell an answer that was looked through from one that was not."""
    looked = (await post(service, "?clean=true", headline="A line")).json
    assert (looked["cleaned"], looked["doubtful"]) == ([], [])
    assert not {"cleaned", "doubtful"} & (await post(service, headline="A line")).json.keys()
    assert (await post(service, "?clean=yes", headline="A line")).fields == ["clean"]


async def test_a_refusal_offers_cleaning_where_it_helps(service: Running) -> None:
    """Named is the character with its place, as before, and that `?clean=true` would take it out."""
    answer = await post(
        service, headline="a\tb", source="x" * 121, tags=["\u200b"], url="https://a.example/\u200b", located="Beyonc\ufffd\t"
    )  # fmt: skip
    assert answer.status == 422
    said = {it["field"]: it for it in answer.json["errors"]}
    assert "U+0009 (control or invisible), at position 1" in said["headline"]["detail"]
    assert {name: it.get("remedy") for name, it in said.items()} == {
        "headline": "?clean=true", "source": None, "tags": None, "url": "?clean=true", "located": None,
    }  # fmt: skip
    line = await post(service, headline="A line")
    refused = await service.request("DELETE", f"{FLASHES}/{line.json['id']}?reason=a%09b")
    assert [(it["field"], it["remedy"]) for it in refused.json["errors"]] == [
        ("reason", "?clean=true")
    ]


async def test_what_is_lost_is_refused_all_the_same(service: Running) -> None:
    """Nobody can clean a letter that is gone: it must be looked up."""
    for it in LOST:
        answer = await post(service, "?clean=true", headline=it.text)
        assert (answer.status, answer.fields) == (422, ["headline"])


@pytest.mark.parametrize("clean", ["false", "true"])
async def test_real_lines_of_many_languages_arrive(service: Running, clean: str) -> None:
    """What is accepted is stored to the letter, and what is cleaned is what the desk would send."""
    for it in ALL:
        answer = await post(service, f"?clean={clean}&draft=true", headline=it.text)
        if clean == "true":
            assert (answer.status == 201) is (it not in LOST)
        else:
            assert (answer.status == 201) is it.accepted
        if answer.status == 201:
            text = it.left if clean == "true" else it.text
            assert answer.json["headline"] == text.strip()


async def test_a_cleaned_line_is_sent_again_without_harm(service: Running) -> None:
    """Under its key it is the same line, and the program is told the same again."""
    key = {"Idempotency-Key": "pasted"}
    first, again = [
        await service.request(
            "POST", f"{FLASHES}?clean=true", body={"headline": "a\tb"}, headers=key
        )
        for _ in range(2)
    ]
    assert first.json == again.json
    assert len((await service.get(FLASHES)).json["flashes"]) == 1
