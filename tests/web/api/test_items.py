"""A line in agencies' formats, through its URLs; the formats are tests/formats/test_agency.py."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from ticker.accounts.principal import Role
from ticker.news.document import format_time, utcnow
from ticker.news.ids import uri_of

if TYPE_CHECKING:
    from tests.support.service import Running

NEWS = "{http://iptc.org/std/nar/2006-10-01/}"


async def test_a_line_and_its_versions_elsewhere(service: Running) -> None:
    """Each format has the newest version of a line, and names those of other editions until they are killed."""
    line = await service.post("en", "Harbour closed", coverage="storm")
    other = await service.post("ar", "إغلاق الميناء", story=line["id"])
    one = f"/v1/en/flashes/{line['id']}"
    answer = await service.get(f"{one}.ninjs", Origin="https://elsewhere.example")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json["events"][0]["name"] == "Storm"
    assert [it["uri"] for it in answer.json["associations"]] == [uri_of(other["id"])]
    back = (await service.get(f"/v1/ar/flashes/{other['id']}.ninjs")).json
    assert [it["uri"] for it in back["associations"]] == [uri_of(line["id"])]
    newsml = await service.get(f"{one}.newsml")
    assert newsml.headers["content-type"] == "application/vnd.iptc.g2.newsitem+xml"
    assert [it.get("residref") for it in ET.fromstring(newsml.body).iter(f"{NEWS}link")] == [uri_of(other["id"])]  # fmt: skip
    assert (await service.get(f"{one}.newsml", If_None_Match=newsml.headers["etag"])).status == 304
    await service.patch("en", line["id"], headline="Harbour open")
    await service.kill("ar", other["id"])
    after = (await service.get(f"{one}.ninjs")).json
    assert (after["version"], after["headlines"][0]["value"]) == ("2", "Harbour open")
    assert "associations" not in after


async def test_an_edition_is_items_in_an_envelope(service: Running) -> None:
    """Its lines, newest first, then what was killed lately, each an item that a program puts in by its uri."""
    first = await service.post("en", "Secret words", section="sports")
    second = await service.post("en", "Second")
    third = await service.post("ar", "الثاني", story=second["id"])
    await service.kill("en", first["id"])
    answer = await service.get("/en/feed.ninjs")
    found = answer.json
    assert answer.headers["content-type"] == "application/json"
    assert (found["edition"], found["language"]) == ("en", "en")
    assert [(it["uri"], it["pubStatus"]) for it in found["items"]] == [
        (uri_of(second["id"]), "usable"), (uri_of(first["id"]), "canceled"),
    ]  # fmt: skip
    assert found["items"][0]["associations"][0]["uri"] == uri_of(third["id"])
    assert b"Secret" not in answer.body
    (dead,) = (await service.get("/en/section/sports/feed.ninjs")).json["items"]
    assert dead["pubStatus"] == "canceled"


async def test_a_killed_line_is_gone_and_says_so(service: Running) -> None:
    """A program that asks for a killed line gets 410 with an item that is canceled; for none, 404."""
    line = await service.post("en", "Secret words")
    await service.kill("en", line["id"])
    for kind in ("ninjs", "newsml"):
        answer = await service.get(f"/v1/en/flashes/{line['id']}.{kind}")
        assert answer.status == 410
        assert b"canceled" in answer.body
        assert b"Secret" not in answer.body
        assert (await service.get(f"/v1/en/flashes/nowhere.{kind}")).status == 404
        assert (await service.get(f"/v1/xx/flashes/{line['id']}.{kind}")).status == 404


async def test_an_embargo_is_for_those_with_a_token(service: Running) -> None:
    """A withheld line is an item to those who may see it, kept by no cache, and to others none."""
    until = format_time(utcnow() + timedelta(hours=1))
    line = await service.post("en", "Secret words", embargoed=until)
    for kind in ("ninjs", "newsml"):
        path = f"/v1/en/flashes/{line['id']}.{kind}"
        answer = await service.request("GET", path)
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert until.encode() in answer.body
        assert b"withheld" in answer.body
        assert (await service.get(path)).status == 404
        stranger = await service.token_for(Role.EDITOR, ["ar"])
        assert (await service.request("GET", path, token=stranger)).status == 404
