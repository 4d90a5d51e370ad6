from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.blocking import Blocking
from tests.support.process import Serving, serving
from tests.support.service import receive
from ticker.client import ClientError
from ticker.news.draft import Rules
from ticker.news.flash import HEADLINE_MAX
from ticker.settings import load_newsroom

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT: dict[str, list[dict[str, Any]]] = json.loads(
    (files("ticker.commands") / "demo.json").read_text(encoding="utf-8")
)
_LINES = [(edition, line) for edition, lines in _SCRIPT.items() for line in lines]


def _printed_token(service: Serving) -> str:
    while (said := re.findall(r"Token +(tkr_\S+)\n", service.out)) == []:
        assert service.process.poll() is None, service.log
    token: str = said[-1]
    return token


async def _first_lines(service: Serving) -> None:
    """A line of the newsroom in each edition, on the board or as it comes."""
    for edition in ("en", "ar", "es"):
        headlines = {line["headline"] for line in _SCRIPT[edition]}
        async with service.remote.live(edition) as reader:
            message = await receive(reader)
            while not (set(_headlines(message)) & headlines):
                message = await receive(reader)


def _headlines(message: dict[str, Any]) -> list[str]:
    flashes = message.get("flashes", [message["flash"]] if "flash" in message else [])
    return [flash.get("headline", "") for flash in flashes]


async def test_demo(tmp_path: Path) -> None:
    """`ticker demo` prints where to read and a token to write, and plays lines in each edition."""
    with serving(tmp_path / "data", verb="demo", token=False) as service:
        service.token = _printed_token(service)
        for edition in ("en", "ar", "es"):
            assert f"{service.url}/{edition}" in service.out
            assert (await service.remote.get(f"/{edition}")).status == 200
        assert service.client.publish("en", "My first breaking line", urgency=2)
        await _first_lines(service)
        first = service.token
        assert service.stop() == 0
        service.start()
        service.token = _printed_token(service)
        while service.token == first:
            service.token = _printed_token(service)
        board = await service.remote.get("/v1/en/flashes")
        assert "My first breaking line" in _headlines(board.json)
        with pytest.raises(ClientError, match="401"):
            Blocking(service.url, first).publish("en", "with yesterday's token")
        await _first_lines(service)
    assert "Traceback" not in service.log


def test_every_edition_plays() -> None:
    """Every edition of the built-in newsroom has lines in the demo, and no other edition has."""
    assert _SCRIPT.keys() == load_newsroom("").editions.keys()
    assert all(_SCRIPT.values())


@pytest.mark.parametrize(("edition", "line"), _LINES, ids=lambda value: str(value)[:24])
def test_lines_are_valid(edition: str, line: dict[str, Any]) -> None:
    """Every line of the demo is one that an editor could post, and so is its correction."""
    newsroom = load_newsroom("")
    rules = Rules(newsroom.sections, newsroom.regions)
    draft = dict(line)
    correction = draft.pop("corrected", None)
    values = rules.publication(draft, datetime.now(UTC))
    assert edition in newsroom.editions
    assert values["headline"] == line["headline"]
    assert len(line["headline"]) <= HEADLINE_MAX
    if correction is not None:
        changes = rules.changes(correction)
        assert changes["headline"] != line["headline"]
        assert changes["correction"]
