"""The editors' HTTP: what is accepted, and precise refusals that change nothing."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import redis

from tests.support.desk import hire, log_in
from tests.support.service import Answer, Running, running
from ticker.accounts.principal import Role
from ticker.accounts.tokens import Tokens
from ticker.news.document import format_time
from ticker.store.client import Store

if TYPE_CHECKING:
    from ticker.settings import Settings

FLASHES = "/v1/en/flashes"
JSON = {"Content-Type": "application/json"}
LINE = b'{"headline":"A line"}'
ONE = f"{FLASHES}/{{id}}"
IN_2098, IN_2099 = "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@dataclass(frozen=True)
class Bad:
    """A request that must be refused; `token` names a kind.

    `{id}` is a line of another's, `{dead}` a killed one.
    """

    status: int
    named: str
    body: Any = None
    raw: bytes | None = None
    method: str = "POST"
    path: str = FLASHES
    headers: dict[str, str] = field(default_factory=dict)
    token: str = "editor"

    @property
    def name(self) -> str:
        said = self.raw if self.body is None else json.dumps(self.body)
        parts = [self.method, self.named, self.token, said, *self.headers.values()]
        return " ".join(str(part) for part in parts)[:70]


MALFORMED = {"basic": "Basic dGVzdDp0ZXN0", "empty": "Bearer", "double": "Bearer tkr_a tkr_b"}


def fields(status: int, name: str, *values: Any) -> list[Bad]:
    return [Bad(status, name, {"headline": "A line"} | {name: value}) for value in values]


def raw(status: int, name: str, *bodies: bytes, **more: Any) -> list[Bad]:
    headers = {**JSON, **more.pop("headers", {})}
    return [Bad(status, name, raw=body, headers=headers, **more) for body in bodies]


BAD = [
    Bad(422, "headline", {}),
    *fields(422, "headline", "", " ", 5, None, ["x"], "x" * 281),
    *fields(422, "headline", "a\nb", "a\tb", "a\x00b", "a\u202eb", "a\u200bb", "a\u2028b"),
    *fields(422, "headline", "a\ud800"),
    *fields(422, "url", "javascript:alert(1)", "data:text/html,x", "ftp://a/b", "/path", "http://"),
    *fields(422, "url", "https://a:b@c.example/", "http://a b/", "http://[::1", 5),
    *fields(422, "url", "http://a:99999/", "//a/b", "http://a/" + "x" * 2048, "http://a/\ud800"),
    *fields(422, "section", "nowhere", 5),
    *fields(422, "region", "moon"),
    *fields(422, "urgency", 0, 10, True, 3.5, "3", None, 10**30),
    *fields(422, "tags", "a", [1], [""], ["x" * 65], ["a\nb"], [f"{n}" for n in range(21)], {}),
    *fields(422, "source", 5, "", "x" * 121, "a\u202eb"),
    *fields(422, "located", ["x"], "a\nb"),
    *fields(422, "coverage", "a b", "../a"),
    *fields(422, "pinned", "yes", None, 1),
    *fields(422, "expires", "2027-01-01", "soon", 5, "2020-01-01T00:00:00Z"),
    *fields(422, "embargoed", "soon", "2099-01-01T00:00:00", True),
    Bad(422, "expires", {"headline": "x", "expires": IN_2098, "embargoed": IN_2099}),
    *fields(422, "correction", "On a new line"),
    *[
        bad
        for name in ("mood", "id", "edition", "version", "pubstatus", "firstcreated", "", "\ud800")
        for bad in fields(422, name, "x")
    ],
    *raw(400, "body", b"", b"{", b"\xff\xfe", b'{"headline":NaN}'),
    *raw(400, "body", b'{"headline":"a","headline":"b"}'),
    *raw(400, "body", b"[" * 5000 + b"]" * 5000, b'{"a":' * 2500 + b"1" + b"}" * 2500),
    *raw(400, "body", b'{"headline":"a","urgency":' + b"9" * 5000 + b"}", b"\xef\xbb\xbf" + LINE),
    *raw(422, "body", b"[]", b'"x"', b"5", b"null"),
    *raw(415, "Content-Type", LINE, headers={"Content-Type": "text/plain"}),
    Bad(415, "Content-Type", raw=LINE),
    Bad(415, "Content-Type", raw=LINE, headers={"Content-Type": "application/merge-patch+json"}),
    *raw(413, "body", b'{"headline":"' + b"x" * 17_000 + b'"}'),
    *[
        bad
        for token in ("none", "unknown", "expired", "revoked", "basic", "empty", "double")
        for bad in raw(401, "Authorization", LINE, token=token)
    ],
    *raw(401, "Authorization", LINE, method="PATCH", path=ONE, token="none"),
    Bad(401, "Authorization", method="DELETE", path=f"{ONE}?reason=a", token="none"),
    *raw(403, "edition", LINE, token="arabic"),
    *raw(403, "edition", LINE, method="PATCH", path=ONE, token="arabic"),
    Bad(403, "edition", method="DELETE", path=f"{ONE}?reason=a", token="arabic"),
    Bad(403, "edition", method="GET", path=f"{ONE}/versions", token="arabic"),
    *raw(403, "urgency", b'{"headline":"x","urgency":1}', token="reporter"),
    *raw(403, "urgency", b'{"headline":"x","urgency":2}', token="reporter"),
    *raw(403, "pinned", b'{"headline":"x","pinned":true}', token="reporter"),
    *raw(404, "edition", LINE, path="/v1/nowhere/flashes"),
    *raw(404, "edition", LINE, method="PATCH", path="/v1/nowhere/flashes/x"),
    Bad(404, "edition", method="DELETE", path="/v1/nowhere/flashes/x?reason=a"),
    *[
        bad
        for key in ("a key", "", "\xe9", "k" * 256)
        for bad in raw(422, "Idempotency-Key", LINE, headers={"Idempotency-Key": key})
    ],
    *raw(409, "Idempotency-Key", LINE, headers={"Idempotency-Key": "used"}),
    *raw(
        409, "Idempotency-Key", b'{"headline":"First use"}',
        method="PATCH", path=ONE, headers={"Idempotency-Key": "used"},
    ),
    Bad(
        409, "Idempotency-Key",
        method="DELETE", path=f"{ONE}?reason=a", headers={"Idempotency-Key": "used"},
    ),
    *raw(404, "id", LINE, method="PATCH", path=f"{FLASHES}/nowhere"),
    *raw(403, "role", LINE, method="PATCH", path=f"{FLASHES}/{{id}}", token="reporter"),
    *raw(422, "headline", b'{"headline":null}', method="PATCH", path=f"{FLASHES}/{{id}}"),
    *raw(
        412, "If-Match", LINE, method="PATCH", path=f"{FLASHES}/{{id}}", headers={"If-Match": '"7"'}
    ),
    *raw(
        409, "pubstatus", b'{"embargoed":"2099-01-01T00:00:00Z"}',
        method="PATCH", path=f"{FLASHES}/{{id}}",
    ),
    *raw(422, "version", b'{"version":7}', method="PATCH", path=ONE),
    *raw(422, "mood", b'{"mood":null}', method="PATCH", path=ONE),
    *raw(422, "correction", b'{"correction":"a\\nb"}', method="PATCH", path=ONE),
    *raw(422, "body", b"[]", method="PATCH", path=ONE),
    *raw(400, "body", b"{", method="PATCH", path=ONE),
    *raw(413, "body", b" " * 17_000, method="PATCH", path=ONE),
    Bad(415, "Content-Type", raw=LINE, method="PATCH", path=ONE),
    *raw(409, "pubstatus", LINE, method="PATCH", path=f"{FLASHES}/{{dead}}"),
    Bad(422, "reason", method="DELETE", path=f"{FLASHES}/{{id}}"),
    Bad(422, "reason", method="DELETE", path=f"{ONE}?reason="),
    Bad(422, "reason", method="DELETE", path=f"{ONE}?reason=" + "x" * 281),
    Bad(422, "query", method="DELETE", path=f"{ONE}?reason=a" + "&x=1" * 64),
    Bad(422, "reason", method="DELETE", path=f"{FLASHES}/{{id}}?reason=%0A"),
    Bad(422, "reason", method="DELETE", path=f"{FLASHES}/{{id}}?reason=a&reason=b"),
    Bad(404, "id", method="DELETE", path=f"{FLASHES}/nowhere?reason=a"),
    Bad(403, "role", method="DELETE", path=f"{FLASHES}/{{id}}?reason=a", token="reporter"),
    Bad(
        412, "If-Match",
        method="DELETE", path=f"{FLASHES}/{{id}}?reason=a", headers={"If-Match": 'W/"1"'},
    ),
    Bad(401, "Authorization", method="GET", path=f"{FLASHES}/{{id}}/versions", token="none"),
    Bad(404, "id", method="GET", path=f"{FLASHES}/nowhere/versions"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def busy(valkey: str) -> Any:
    """A service with a line of somebody's, a used key, and tokens of every kind."""
    from ticker.settings import Settings  # noqa: PLC0415 - only this fixture makes its own

    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    settings = replace(Settings(), redis_url=valkey, port=0)
    async with running(settings) as service:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        revoked = await service.token_for(Role.ADMIN)
        store = Store(valkey)
        await Tokens(store).revoke("admin-0")
        await store.close()
        tokens = {
            "editor": service.token,
            "reporter": await service.token_for(Role.REPORTER),
            "arabic": await service.token_for(Role.EDITOR, ["ar"]),
            "expired": await service.token_for(Role.EDITOR, (), yesterday),
            "revoked": revoked,
            "unknown": "tkr_unknown",
        }
        line = await service.post("en", "Somebody's line")
        used = {"Idempotency-Key": "used"}
        await service.request("POST", FLASHES, body={"headline": "First use"}, headers=used)
        dead = await service.post("en", "A killed line")
        await service.kill("en", dead["id"])
        yield service, tokens, {"id": line["id"], "dead": dead["id"]}


@pytest.mark.parametrize("bad", BAD, ids=[f"{n} {bad.name}" for n, bad in enumerate(BAD)])
async def test_a_bad_request_is_refused_precisely_and_changes_nothing(
    busy: tuple[Running, dict[str, str], dict[str, str]], bad: Bad
) -> None:
    """Each mistake gets its exact status and names its field, and the wire is as it was."""
    service, tokens, ids = busy
    before = (await service.get(FLASHES)).json
    headers = dict(bad.headers)
    if bad.token in MALFORMED:
        headers["Authorization"] = MALFORMED[bad.token]
    answer = await service.request(
        bad.method,
        bad.path.format(**ids),
        body=bad.body,
        raw=bad.raw,
        headers=headers,
        token=tokens.get(bad.token),
    )
    assert answer.status == bad.status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert bad.named in answer.fields
    assert {"type", "title", "status", "detail"} <= answer.json.keys()
    assert (await service.get(FLASHES)).json == before
    if bad.status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_all_that_is_wrong_is_said_at_once(service: Running) -> None:
    """An editor's tool learns every mistake in one answer, not one after another."""
    body = {"headline": "a\nb", "urgency": 0, "url": "ftp://a", "mood": "x", "tags": "y"}
    answer = await service.request("POST", FLASHES, body=body)
    assert answer.status == 422
    assert sorted(answer.fields) == sorted(body)


async def test_a_line_is_as_long_as_readers_count(service: Running) -> None:
    """280 letters with two marks each fit on a line, and 281 do not; 280 families are too heavy."""

    async def post(headline: str) -> Answer:
        line = json.dumps({"headline": headline}, ensure_ascii=False).encode()
        return await service.request("POST", FLASHES, raw=line, headers=JSON)

    line = await post("بِّ" * 280)
    assert (line.status, line.json["headline"]) == (201, "بِّ" * 280)
    assert (await service.get(FLASHES)).json["flashes"] == [line.json]
    for long, why in (("بِّ" * 281, "is 281"), (FAMILY * 280, "bytes")):
        answer = await post(long)
        assert (answer.status, answer.fields) == (422, ["headline"])
        assert why in answer.json["detail"]


async def test_a_line_is_short_as_a_whole(service: Running) -> None:
    """Fields that are each allowed and together too long are refused, by the name of the biggest."""
    body = {"headline": "語" * 280, "tags": [f"{number} " + "語" * 60 for number in range(20)]}
    answer = await service.request("POST", FLASHES, body=body)
    assert (answer.status, answer.fields) == (422, ["tags"])
    assert "4000" in answer.json["detail"]
    assert (await service.get(FLASHES)).json["flashes"] == []


async def test_an_endless_body_is_cut_off(service: Running) -> None:
    """A body without an announced end is refused as soon as it is too big."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(
        f"POST {FLASHES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    outgoing.write((b"1000\r\n" + b"x" * 0x1000 + b"\r\n") * 5)
    assert b" 413 " in await incoming.readline()
    assert b"application/problem+json" in await incoming.read()
    outgoing.close()
    assert (await service.get(FLASHES)).json["cursor"].startswith("0.")


async def test_a_post_that_breaks_off_is_no_fault_of_ours(service: Running) -> None:
    """Who hangs up in the middle of a line is counted with those who sent none, not with our faults."""
    metrics = service.server._service.metrics
    _, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(
        f"POST {FLASHES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        'Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"head'.encode()
    )
    await outgoing.drain()
    outgoing.close()
    while not metrics._samples("ticker_writes_total"):
        await service.get("/healthz")
    assert metrics.value("ticker_writes_total", verb="publish", status="400") == 1


async def test_a_body_in_pieces_is_one_body(service: Running) -> None:
    """A line that comes in many small chunks, cut within characters, is one line."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(
        f"POST {FLASHES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        "Content-Type: APPLICATION/JSON; charset=utf-8\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n".encode()
    )
    body = json.dumps({"headline": "عاجل"}, ensure_ascii=False).encode()
    outgoing.write(b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
    assert b" 201 " in await incoming.readline()
    await incoming.read()
    outgoing.close()
    assert [it["headline"] for it in (await service.get(FLASHES)).json["flashes"]] == ["عاجل"]


async def test_too_many_requests_are_slowed_down(settings: Settings) -> None:
    """A token that asks too often is told when to come back."""
    async with running(replace(settings, posts_burst=2, posts_per_second=0.1)) as service:
        for _ in range(2):
            await service.post("en", "A line")
        answer = await service.request("POST", FLASHES, body={"headline": "One too many"})
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert len((await service.get(FLASHES)).json["flashes"]) == 2


async def test_publish_correct_kill(service: Running) -> None:
    """The life of a line over HTTP: where it is, its versions, and what is left of it."""
    made = await service.request("POST", FLASHES, body={"headline": " A line ", "tags": ["a"]})
    flash = made.json
    assert (made.status, made.headers["etag"]) == (201, '"1"')
    assert made.headers["location"] == f"{FLASHES}/{flash['id']}"
    assert (flash["headline"], flash["urgency"], flash["pubstatus"]) == ("A line", 3, "usable")
    changed = await service.patch("en", flash["id"], headline="Better", correction="Was worse")
    assert (changed.status, changed.headers["etag"]) == (200, '"2"')
    assert changed.json == flash | {
        "version": 2,
        "headline": "Better",
        "correction": "Was worse",
        "versioncreated": changed.json["versioncreated"],
    }
    same = await service.patch("en", flash["id"], headline="Better")
    assert (same.status, same.json) == (200, changed.json)
    killed = await service.kill("en", flash["id"], "untrue")
    assert (killed.status, killed.json["pubstatus"], killed.json["version"]) == (200, "canceled", 3)
    assert (await service.kill("en", flash["id"], "again")).json == killed.json
    assert (await service.patch("en", flash["id"], headline="Zombie")).status == 409
    versions = await service.request("GET", f"{FLASHES}/{flash['id']}/versions")
    told = [(it["flash"]["version"], it["action"], it["by"]) for it in versions.json["versions"]]
    assert told == [(1, "publish", "tester"), (2, "correct", "tester"), (3, "kill", "tester")]
    assert versions.json["versions"][2]["reason"] == "untrue"


@pytest.mark.parametrize("tag", ['"1"', "1", "*", '"7", "1"'])
async def test_if_match(service: Running, tag: str) -> None:
    """A correction of the version that an editor saw is made."""
    line = await service.post("en", "A line")
    answer = await service.request(
        "PATCH",
        f"{FLASHES}/{line['id']}",
        body={"headline": "Better"},
        headers={"If-Match": tag},
    )
    assert answer.status == 200


async def test_what_is_sent_again_is_done_once(service: Running) -> None:
    """Each verb, sent again with its key, gets the answer it got and makes no event."""
    line = await service.post("en", "A line")
    one = f"{FLASHES}/{line['id']}"
    requests: list[tuple[str, str, Any]] = [
        ("POST", FLASHES, {"headline": "Another"}),
        ("POST", FLASHES, {"headline": "Held", "embargoed": "2099-01-01T00:00:00Z"}),
        ("PATCH", one, {"headline": "Better"}),
        ("PATCH", one, {"headline": "Better"}),
        ("DELETE", f"{one}?reason=wrong", None),
    ]

    async def send() -> list[Any]:
        return [
            await service.request(method, path, body=body, headers={"Idempotency-Key": f"k{n}"})
            for n, (method, path, body) in enumerate(requests)
        ]

    first = await send()
    cursor = (await service.get(FLASHES)).json["cursor"]
    second = await send()
    assert [it.status for it in first] == [201, 201, 200, 200, 200]
    assert [(it.status, it.json) for it in first] == [(it.status, it.json) for it in second]
    assert (await service.get(FLASHES)).json["cursor"] == cursor


async def test_one_request_sent_ten_times_at_once_is_one_line(service: Running) -> None:
    """A tool that loses patience and asks again meanwhile makes no second line."""
    key = {"Idempotency-Key": "impatient"}
    answers = await asyncio.gather(
        *(
            service.request("POST", FLASHES, body={"headline": "Once"}, headers=key)
            for _ in range(10)
        )
    )
    assert {it.status for it in answers} == {201}
    board = (await service.get(FLASHES)).json
    assert [board["flashes"]] == [[it.json] for it in answers[:1]]
    assert {it.json["id"] for it in answers} == {board["flashes"][0]["id"]}
    assert board["cursor"].startswith("1.")


async def test_an_embargoed_line_is_nobodys_until_it_is_due(service: Running) -> None:
    """A withheld line is seen only with a token, and comes to readers by itself when it is due (P18)."""
    due = format_time(datetime.now(UTC) + timedelta(seconds=2))
    async with service.sse("en") as reader:
        await reader.message()
        held = await service.post("en", "Held", embargoed=due)
        one = f"{FLASHES}/{held['id']}"
        assert held["pubstatus"] == "withheld"
        assert (await service.get(FLASHES)).json["flashes"] == []
        assert (await service.get(one)).status == 404
        assert (await service.get(f"{FLASHES}?before={held['id']}")).status == 404
        seen = await service.request("GET", one)
        assert (seen.status, seen.json) == (200, held)
        arabic = await service.token_for(Role.EDITOR, ["ar"])
        unknown = f"{FLASHES}/01m8et268yrgwqrd"
        nothing = (await service.get(unknown)).body.replace(b"01m8et268yrgwqrd", b"")
        for token in (arabic, "tkr_revoked", ""):
            sent = {"Authorization": f"Bearer {token}"}
            answer = await service.request("GET", one, headers=sent, token=None)
            assert answer.body.replace(held["id"].encode(), b"") == nothing
            assert (answer.status, answer.headers.get("www-authenticate")) == (404, None)
        released = (await reader.message())["flash"]
    assert (released["id"], released["version"], released["pubstatus"]) == (held["id"], 2, "usable")
    assert released["firstcreated"] >= due
    assert (await service.get(one)).json == released


async def test_pinned_and_expired_lines(service: Running) -> None:
    """A pinned line stands on top; a line that has expired is off the board and in the archive."""
    pinned = await service.post("en", "Pinned", pinned=True)
    await service.post("en", "Newer")
    board = (await service.get(FLASHES)).json["flashes"]
    assert [it["headline"] for it in board] == ["Pinned", "Newer"]
    gone = format_time(datetime.now(UTC) - timedelta(seconds=1))
    assert (await service.patch("en", pinned["id"], expires=gone)).status == 200
    board = (await service.get(FLASHES)).json["flashes"]
    assert [it["headline"] for it in board] == ["Newer"]
    past = await service.get(f"{FLASHES}?before={board[0]['id']}")
    assert [it["headline"] for it in past.json["flashes"]] == ["Pinned"]


async def test_any_time_of_the_calendar_can_be_read_again(service: Running) -> None:
    """A line that expired in the year 1 stops nobody: not the next line, not a kill, not a hub."""
    oldest = await service.post("en", "Long ago")
    answer = await service.patch("en", oldest["id"], expires="0001-01-01T00:00:00Z")
    assert answer.json["expires"] == "0001-01-01T00:00:00.000Z"
    async with service.live("en") as reader:
        hello = json.loads(await reader.recv())
        assert hello["flashes"] == []
        newest = await service.post("en", "After it", expires="9999-12-31T23:59:59.999Z")
        assert json.loads(await reader.recv())["flash"]["id"] == newest["id"]
    path = f"{FLASHES}/{oldest['id']}"
    assert (await service.get(path)).json["expires"] == "0001-01-01T00:00:00.000Z"
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"):
        assert (await service.request("GET", f"/v1/en/board?at={at}")).status == 200
    killed = await service.request("DELETE", f"{path}?reason=Old")
    assert killed.status == 200


async def test_every_write_is_counted_by_how_it_ended(service: Running) -> None:
    """The operator sees what editors are refused."""
    await service.post("en", "A line")
    await service.request("POST", FLASHES, body={})
    await service.kill("en", "nowhere")
    text = (await service.get("/metrics")).body.decode()
    for sample in ('verb="publish",status="201"', 'verb="publish",status="422"'):
        assert f"ticker_writes_total{{{sample}}} 1\n" in text
    assert 'ticker_writes_total{verb="kill",status="404"} 1\n' in text


async def test_reporters_do_not_see_from_where_others_work(service: Running) -> None:
    """Addresses are for editors, and each sees their own."""
    await hire(service, "rosa", Role.REPORTER)
    await hire(service, "amal")
    amal, rosa = await log_in(service, "amal"), await log_in(service, "rosa")
    line = await amal.ask("POST", FLASHES, body={"headline": "Hers"})
    path = f"{FLASHES}/{line.json['id']}/versions"
    told = {name: (await it.ask("GET", path)).json["versions"][0]["address"]
            for name, it in (("amal", amal), ("rosa", rosa))}  # fmt: skip
    assert told == {"amal": "127.0.0.1", "rosa": None}
    page = (await rosa.ask("GET", f"/desk/en/timeline/{line.json['id']}")).body
    assert b"127.0.0.1" not in page
    own = await rosa.ask("POST", FLASHES, body={"headline": "Own"})
    mine = await rosa.ask("GET", f"{FLASHES}/{own.json['id']}/versions")
    assert mine.json["versions"][0]["address"] == "127.0.0.1"


async def test_a_query_that_is_mistyped_does_nothing(service: Running) -> None:
    """What was meant to wait does not go out because a letter was wrong, or a value missing."""
    line = await service.post("en", "A line")
    one, all_ = f"/v1/en/flashes/{line['id']}", "/v1/en/flashes"
    body = {"headline": "Not yet"}
    for method, path, given, named in (
        ("POST", all_, "hodl=3", "hodl"), ("POST", all_, "Draft=true", "Draft"), ("POST", all_, "draft", "draft"),
        ("POST", all_, "draft=", "draft"), ("POST", all_, "hold=", "hold"), ("POST", all_, "refile=true", "refile"),
        ("PATCH", one, "refiled=true", "refiled"), ("PATCH", one, "refile=", "refile"),
        ("POST", f"{one}/release", "draft=true", "draft"), ("DELETE", one, "reason=wrong&then=x", "then"),
        ("POST", "/v1/flashes", "linkd=true", "linkd"),
    ):  # fmt: skip
        lines = [{"edition": "en", **body}] if path == "/v1/flashes" else body
        sent = None if method == "DELETE" else lines
        answer = await service.request(method, f"{path}?{given}", body=sent)
        assert (answer.status, answer.fields) == (422, [named]), given
    assert (await service.get(all_)).json["flashes"] == [line]
