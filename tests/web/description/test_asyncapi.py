"""The AsyncAPI description: what readers are sent, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.description import validator
from tests.support.service import receive, running
from ticker.protocol.frames import CloseCode
from ticker.protocol.messages import CLOSE_CODES, MESSAGES
from ticker.settings import load_newsroom
from ticker.web.description.asyncapi import asyncapi

if TYPE_CHECKING:
    from tests.support.service import Running
    from ticker.settings import Settings

DESCRIPTION = asyncapi(load_newsroom(""), "https://ticker.example")
MANUAL = Path("docs/protocol.md").read_text("utf-8")


def judged(message: dict[str, Any]) -> dict[str, Any]:
    """The message, which must be as described."""
    schema = DESCRIPTION["components"]["messages"][message["type"]]["payload"]
    problems = [it.message for it in validator(json.dumps(schema)).iter_errors(message)]
    assert not problems, (message, problems)
    return message


async def test_readers_are_sent_what_is_described(settings: Settings) -> None:
    """A board, a line, a correction that a filter hides, a title, a kill and a beat are as described."""
    async with (
        running(replace(settings, beat=0.2)) as service,
        service.live("en", "urgency=3") as reader,
    ):
        assert judged(await receive(reader))["type"] == "hello"
        told = {"hello"}
        flash = await service.post(
            "en", "Harbour bridge closed", coverage="harbour-bridge", urgency=2
        )
        other = await service.post("en", "Ferry sails again", urgency=2)
        await service.patch("en", other["id"], urgency=5)
        title = {"title": "Harbour bridge"}
        await service.request("PUT", "/v1/en/coverages/harbour-bridge", body=title)
        await service.kill("en", flash["id"])
        while told < MESSAGES.keys():
            told.add(judged(await receive(reader))["type"])


def test_every_example_is_as_described() -> None:
    """Whoever writes a client by an example reads what really comes."""
    for message in DESCRIPTION["components"]["messages"].values():
        judged(message["examples"][0]["payload"])


def test_the_manual_says_the_same() -> None:
    """The manual has a table for each message, with the same members."""
    for name, message in MESSAGES.items():
        section = MANUAL.partition(f"\n### {name}\n")[2].lstrip().partition("\n\n")[0]
        members = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        assert members == ["type", "cursor", *message.members], name


def test_close_codes_have_a_meaning() -> None:
    """A client can know each code that it may be closed with."""
    assert CLOSE_CODES.keys() == set(CloseCode)
    assert set(DESCRIPTION["channels"]["live"]["x-close-codes"]) == {
        str(int(it)) for it in CloseCode
    }


async def test_it_says_where_the_service_is(service: Running) -> None:
    """With a public URL it names it; else a tool asks for the host."""
    assert DESCRIPTION["servers"]["websocket"] == {"host": "ticker.example", "protocol": "wss"}
    told = (await service.get("/asyncapi.json")).json
    assert told["servers"]["websocket"]["host"] == "{host}"
    assert told["asyncapi"] == "3.1.0"
