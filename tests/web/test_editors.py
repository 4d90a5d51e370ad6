"""The editors' HTTP: what is accepted, and precise refusals that change nothing."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import redis

from tests.support.service import Running, running
from ticker.accounts import Accounts, Role
from ticker.document import format_time
from ticker.store import Store

if TYPE_CHECKING:
    from ticker.settings import Settings

FLASHES = "/v1/en/flashes"
JSON = {"Content-Type": "application/json"}
LINE = b'{"headline":"A line"}'


@dataclass(frozen=True)
class Bad:
    """A request that must be refused. `{id}` is a line of another's; `token` names a kind."""

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
    *fields(422, "url", "http://a:99999/"),
    *fields(422, "section", "nowhere", 5),
    *fields(422, "region", "moon"),
    *fields(422, "urgency", 0, 10, True, 3.5, "3", None, 10**30),
    *fields(422, "tags", "a", [1], [""], ["x" * 65]),
    *fields(422, "coverage", "a b", "../a"),
    *fields(422, "pinned", "yes", None, 1),
    *fields(422, "expires", "2027-01-01", "soon", 5, "2020-01-01T00:00:00Z"),
    *fields(422, "embargoed", "soon"),
    *fields(422, "correction", "On a new line"),
    *[bad for name in ("mood", "id", "version", "pubstatus") for bad in fields(422, name, "x")],
    *raw(400, "body", b"", b"{", b"\xff\xfe", b'{"headline":NaN}'),
    *raw(400, "body", b'{"headline":"a","headline":"b"}'),
    *raw(400, "body", b"[" * 5000 + b"]" * 5000),
    *raw(422, "body", b"[]", b'"x"', b"5", b"null"),
    *raw(415, "Content-Type", LINE, headers={"Content-Type": "text/plain"}),
    Bad(415, "Content-Type", raw=LINE),
    *raw(413, "body", b'{"headline":"' + b"x" * 17_000 + b'"}'),
    *[
        bad
        for token in ("none", "unknown", "expired", "revoked", "basic")
        for bad in raw(401, "Authorization", LINE, token=token)
    ],
    *raw(403, "edition", LINE, token="arabic"),
    *raw(403, "urgency", b'{"headline":"x","urgency":1}', token="reporter"),
    *raw(403, "pinned", b'{"headline":"x","pinned":true}', token="reporter"),
    *raw(404, "edition", LINE, path="/v1/nowhere/flashes"),
    *raw(422, "Idempotency-Key", LINE, headers={"Idempotency-Key": "a key"}),
    *raw(409, "Idempotency-Key", LINE, headers={"Idempotency-Key": "used"}),
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
    Bad(422, "reason", method="DELETE", path=f"{FLASHES}/{{id}}"),
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
        await Accounts(store).revoke("admin-0")
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
        yield service, tokens, line["id"]


@pytest.mark.parametrize("bad", BAD, ids=[f"{n} {bad.name}" for n, bad in enumerate(BAD)])
async def test_a_bad_request_is_refused_precisely_and_changes_nothing(
    busy: tuple[Running, dict[str, str], str], bad: Bad
) -> None:
    """Each mistake gets its exact status and names its field, and the wire is as it was."""
    service, tokens, flash_id = busy
    before = (await service.get(FLASHES)).json
    headers = dict(bad.headers)
    if bad.token == "basic":
        headers["Authorization"] = "Basic dGVzdDp0ZXN0"
    answer = await service.request(
        bad.method,
        bad.path.format(id=flash_id),
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


async def test_an_endless_body_is_cut_off(service: Running) -> None:
    """A body without an announced end is refused as soon as it is too big."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(
        f"POST {FLASHES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    outgoing.write((b"1000\r\n" + b"x" * 0x1000 + b"\r\n") * 5)
    assert b" 413 " in await incoming.readline()
    outgoing.close()


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
        assert (await service.request("GET", one, token=arabic)).status == 404
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


async def test_every_write_is_counted_by_how_it_ended(service: Running) -> None:
    """The operator sees what editors are refused."""
    await service.post("en", "A line")
    await service.request("POST", FLASHES, body={})
    await service.kill("en", "nowhere")
    text = (await service.get("/metrics")).body.decode()
    for sample in ('verb="publish",status="201"', 'verb="publish",status="422"'):
        assert f"ticker_writes_total{{{sample}}} 1\n" in text
    assert 'ticker_writes_total{verb="kill",status="404"} 1\n' in text
