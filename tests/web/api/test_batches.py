"""One act, several editions: a list of lines in one request, with a result for each."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.desk import hire, log_in
from tests.support.service import running
from ticker.accounts.principal import Role
from ticker.store.faults import StoreUnavailableError
from ticker.store.wire import AttemptVoidError, VersionConflictError, Wire
from ticker.web.api.batches import LINES_MAX

if TYPE_CHECKING:
    from tests.support.service import Answer, Running
    from ticker.settings import Settings

URL = "/v1/flashes"
LINES = [
    {"edition": "en", "headline": "Bridge closed", "urgency": 2},
    {"edition": "ar", "headline": "إغلاق الجسر", "urgency": 2},
    {"edition": "es", "headline": "Puente cerrado", "draft": True},
]


async def send(
    service: Running, lines: Any, query: str = "", key: str | None = None, token: str = ""
) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return await service.request("POST", f"{URL}{query}", body=lines, headers=headers, token=token)


def statuses(answer: Answer) -> list[int]:
    assert answer.status == 207, answer.body
    return [it["status"] for it in answer.json["results"]]


async def board(service: Running, edition: str = "en") -> list[str]:
    answer = await service.get(f"/v1/{edition}/flashes")
    return [it["headline"] for it in answer.json["flashes"]]


async def test_each_line_goes_to_its_edition(service: Running) -> None:
    """Lines for several editions are answered one by one, in order, and each is where it belongs."""
    answer = await send(service, LINES)
    assert statuses(answer) == [201, 201, 201]
    flashes = [it["flash"] for it in answer.json["results"]]
    assert [(it["edition"], it["pubstatus"]) for it in flashes] == [
        ("en", "usable"),
        ("ar", "usable"),
        ("es", "withheld"),
    ]
    assert (await board(service), await board(service, "ar")) == (
        ["Bridge closed"],
        ["إغلاق الجسر"],
    )
    assert await board(service, "es") == []
    held = await send(service, LINES[:2], "?hold=9")
    assert [it["flash"]["pubstatus"] for it in held.json["results"]] == ["withheld"] * 2
    drafts = await send(service, [{**LINES[0], "draft": False}, LINES[1]], "?draft=true")
    assert [it["flash"]["pubstatus"] for it in drafts.json["results"]] == ["usable", "withheld"]


async def test_linked_lines_are_one_story(service: Running) -> None:
    """With linked=true the lines are versions of one story; without the first there is none."""
    answer = await send(service, LINES, "?linked=true")
    first, *others = (it["flash"] for it in answer.json["results"])
    assert "story" not in first
    assert [it["story"] for it in others] == [first["id"]] * 2
    joined = await send(service, [{**LINES[0], "story": "s1"}, LINES[1]], "?linked=true")
    assert [it["flash"]["story"] for it in joined.json["results"]] == ["s1", "s1"]
    bad = await send(service, [{**LINES[0], "headline": ""}, LINES[1]], "?linked=true")
    assert statuses(bad) == [422, 424]
    own = await send(service, [LINES[0], {**LINES[1], "story": "s2"}], "?linked=true")
    assert statuses(own) == [201, 422]
    assert own.json["results"][1]["problem"]["errors"][0]["field"] == "story"
    for lines in ([LINES[0], LINES[0]], [LINES[0], {**LINES[1], "edition": "drill-ar"}]):
        refused = await send(service, lines, "?linked=true")
        assert (refused.status, refused.fields) == (422, ["linked"])
    drill = [{**it, "edition": f"drill-{it['edition']}"} for it in LINES]
    assert statuses(await send(service, drill, "?linked=true")) == [201, 201, 201]


async def test_each_line_is_refused_by_itself(service: Running) -> None:
    """Whoever may not write in one edition is told there; what is wrong with a line names its field."""
    arabic = await service.token_for(Role.REPORTER, ["ar"])
    lines = [
        *LINES[:2],
        {"edition": "ar", "headline": "x"},
        {"edition": "ar", "headline": "x", "mood": 1},
        {"edition": "xx", "headline": "x"},
        {"headline": "x"},
        {"edition": 5, "headline": "x"},
        {"edition": "ar", "headline": "x", "draft": "yes"},
        "x",
        {"edition": "\ud800", "headline": "x"},
        {"edition": "ar", "headline": "\ud800"},
        {"edition": "ar", "headline": "x", "source": "x" * 17_000},
    ]
    answer = await send(service, lines, token=arabic)
    assert statuses(answer) == [403, 403, 201, 422, 404, 422, 422, 422, 422, 404, 422, 413]
    named = [
        it["problem"]["errors"][0]["field"] for it in answer.json["results"] if "problem" in it
    ]
    assert named == [
        "edition",
        "urgency",
        "mood",
        "edition",
        "edition",
        "edition",
        "draft",
        "body",
        "edition",
        "headline",
        "body",
    ]
    assert (await board(service), await board(service, "ar")) == ([], ["x"])
    metrics = service.server._service.metrics
    assert metrics.value("ticker_writes_total", verb="publish", status="403") == 2


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "body"),
        ([], 422, "body"),
        ([LINES[0]] * (LINES_MAX + 1), 422, "body"),
        ([{**LINES[0], "source": "x" * 90_000}], 413, "body"),
    ],
)
async def test_a_list_has_bounds(service: Running, body: Any, status: int, field: str) -> None:
    """What is no list, an empty one, one too long or too big changes nothing."""
    answer = await send(service, body)
    assert (answer.status, answer.fields) == (status, [field])
    assert await board(service) == []
    assert len(statuses(await send(service, [LINES[0]] * LINES_MAX))) == LINES_MAX


async def test_bad_options_and_tokens(service: Running) -> None:
    """The whole is refused for an option that is none, and to whoever has no token."""
    for query, field in (("?linked=1", "linked"), ("?hold=11", "hold"), ("?draft=x", "draft")):
        answer = await send(service, LINES, query)
        assert (answer.status, answer.fields) == (422, [field])
    answer = await service.request("POST", URL, body=LINES, token=None)
    assert (answer.status, answer.fields) == (401, ["Authorization"])
    answer = await service.request(
        "POST", URL, raw=json.dumps(LINES).encode(), headers={"Content-Type": "text/plain"}
    )
    assert answer.status == 415
    assert (await service.request("GET", URL)).status == 405
    assert await board(service) == []


async def test_sessions_prove_their_intent(service: Running) -> None:
    """The desk sends lists with its session's proof, and no other site can."""
    await hire(service, "amal")
    editor = await log_in(service, "amal")
    assert (await editor.ask("POST", URL, LINES, csrf="")).status == 403
    assert (await editor.ask("POST", URL, LINES, Sec_Fetch_Site="cross-site")).status == 403
    assert await board(service) == []
    assert statuses(await editor.ask("POST", URL, LINES)) == [201, 201, 201]


async def test_lines_of_a_list_are_cleaned(service: Running) -> None:
    """With clean=true each line is cleaned as if it had been sent alone, and says so; else it is refused."""
    lines = [LINES[1], {"edition": "en", "headline": "Bridge\ufeff closed"}, "x"]
    refused = await send(service, lines, "", "a")
    assert statuses(refused) == [201, 422, 422]
    assert refused.json["results"][1]["problem"]["errors"][0]["remedy"] == "?clean=true"
    other = await send(service, lines, "?clean=true", "a")
    assert (other.status, other.fields) == (409, ["Idempotency-Key"])
    cleaned = await send(service, lines, "?clean=true", "b")
    assert statuses(cleaned) == [201, 201, 422]
    plain, mended, _ = (it.get("flash") for it in cleaned.json["results"])
    assert mended["headline"] == "Bridge closed"
    assert [it["rule"] for it in mended["cleaned"]] == ["invisible"]
    assert (plain["cleaned"], plain["doubtful"]) == ([], [])
    assert (await send(service, lines, "?clean=true", "b")).json == cleaned.json


async def test_a_list_is_done_once(service: Running) -> None:
    """The same list under the same key is answered the same; another list under it is refused."""
    first = await send(service, LINES, "?linked=true", "k")
    assert statuses(first) == [201, 201, 201]
    again = await send(service, LINES, "?linked=true", "k")
    assert again.json == first.json
    for lines, query in ((LINES, ""), (LINES[:2], "?linked=true"), ([LINES[1]], "?linked=true")):
        other = await send(service, lines, query, "k")
        assert (other.status, other.fields) == (409, ["Idempotency-Key"])
    assert (await board(service), await board(service, "ar")) == (
        ["Bridge closed"],
        ["إغلاق الجسر"],
    )
    single = await service.request(
        "POST", "/v1/en/flashes", body={"headline": "Single"}, headers={"Idempotency-Key": "k"}
    )
    assert single.status == 201


async def test_an_outage_in_the_middle_is_finished_by_the_retry(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the store took is not done twice, what it did not take is done when it is asked again."""
    append, lost = Wire.append, {"ar": "before", "es": "after"}

    async def faulty(self: Wire, record: Any, *given: Any, **named: Any) -> Any:
        when = lost.get(record.flash.edition)
        if when == "before":
            raise StoreUnavailableError
        flash = await append(self, record, *given, **named)
        if when == "after":
            raise StoreUnavailableError
        return flash

    monkeypatch.setattr(Wire, "append", faulty)
    lines = [*LINES[:2], {**LINES[1], "headline": "second"}, {"edition": "es", "headline": "Tres"}]
    broken = await send(service, lines, "", "k")
    assert statuses(broken) == [201, 503, 503, 503]
    lost.clear()
    mended = await send(service, lines, "", "k")
    assert statuses(mended) == [201, 201, 201, 201]
    assert mended.json["results"][0] == broken.json["results"][0]
    assert await board(service) == ["Bridge closed"]
    assert await board(service, "ar") == ["second", "إغلاق الجسر"]
    assert await board(service, "es") == ["Tres"]


async def test_every_line_counts_as_a_request(settings: Settings) -> None:
    """Who sends lists has no more lines a second than who sends lines."""
    async with running(replace(settings, posts_burst=4, posts_per_second=0.01)) as service:
        assert len(statuses(await send(service, LINES))) == 3
        refused = await send(service, LINES)
        assert (refused.status, refused.fields) == (429, ["Authorization"])
        assert await board(service) == ["Bridge closed"]


async def test_a_store_that_is_away_is_asked_once(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an edition's part of the store is away its lines are not waited for one by one."""
    recall, asked = Wire.recall, []

    async def away(self: Wire, edition: str, key: Any) -> Any:
        asked.append(edition)
        if edition == "en":
            raise StoreUnavailableError
        return await recall(self, edition, key)

    monkeypatch.setattr(Wire, "recall", away)
    answer = await send(service, [LINES[0], LINES[0], LINES[1], LINES[0]], "", "k")
    assert statuses(answer) == [503, 503, 201, 503]
    assert asked.count("en") == 1
    metrics = service.server._service.metrics
    assert metrics.value("ticker_store_refusals_total", reason="away") == 3


async def test_whatever_a_line_is_refused_for_is_said_of_it_alone(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that one line can be refused for leaves the others as they are, and is its own result."""
    append = Wire.append
    for refusal, status in ((AttemptVoidError, 409), (VersionConflictError, 409)):

        async def refuse(
            self: Wire, record: Any, *given: Any, why: type[Exception] = refusal, **named: Any
        ) -> Any:
            if record.flash.edition == "ar":
                raise why
            return await append(self, record, *given, **named)

        monkeypatch.setattr(Wire, "append", refuse)
        assert statuses(await send(service, LINES, "", refusal.__name__)) == [201, status, 201]


async def test_ten_at_once_are_one_list(service: Running) -> None:
    """A list that is sent again before its answer is there is filed once in each edition."""
    answers = await asyncio.gather(*(send(service, LINES, "?linked=true", "k") for _ in range(10)))
    assert {it.status for it in answers} == {207}
    assert len({it.body for it in answers}) == 1
    assert (await board(service), await board(service, "ar")) == (
        ["Bridge closed"],
        ["إغلاق الجسر"],
    )
