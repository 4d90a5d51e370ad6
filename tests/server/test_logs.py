from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.process import environment, serving, store_of
from tests.support.service import receive

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """
import logging, sys
from ticker.server import logs
logs.set_up()
try:
    raise ValueError(sys.argv[1])
except ValueError:
    logging.getLogger("newsroom").exception("said: %s", sys.argv[1])
logging.getLogger("newsroom").debug("too fine")
logging.getLogger("uvicorn.error").info("127.0.0.1 - GET /v1/en/live?cursor=secret")
"""
_CANARY = "canary-7f3a"


def _logged(message: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, message],
        env=environment(),
        capture_output=True,
        check=True,
    )
    return done.stderr.decode().splitlines()


@pytest.mark.parametrize(
    "message",
    [
        "plain",
        'she said "quote" \\ and a backslash',
        'line\n{"level":"error","message":"forged"}',
        "carriage\r\nreturn",
        "vertical\x0btab, form\x0cfeed, \x1c\x1d\x1e separators",
        "next\x85line, line\u2028and paragraph\u2029separators",
        "terminal \x1b[2J and \x9b2J and \x7f",
        "عاجل 速报 🚨",
        "not UTF-8: \udc80",
    ],
    ids=[
        "plain", "quotes", "newline", "crlf", "controls", "unicode-newlines", "escapes",
        "other-scripts", "surrogate",
    ],
)  # fmt: skip
def test_one_line_each(message: str) -> None:
    """Whatever is logged, it is one line of JSON, and nobody can forge another line with it."""
    (line,) = _logged(message)
    entry: dict[str, Any] = json.loads(line)
    assert entry["message"] == f"said: {message}"
    assert entry["level"] == "error"
    assert entry["logger"] == "newsroom"
    assert f"ValueError: {message}" in entry["exception"]
    assert not any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in line)


def test_readable_in_every_script() -> None:
    """An operator reads Arabic in the log as Arabic, not as escapes."""
    assert "عاجل" in _logged("عاجل")[0]


def test_time_is_utc() -> None:
    """Every line says when, in UTC."""
    assert json.loads(_logged("when")[0])["time"].endswith("+00:00")


async def test_no_secrets(tmp_path: Path) -> None:
    """Neither tokens nor query strings of readers and editors ever get into the log."""
    with serving(tmp_path / "data") as service:
        remote = service.remote
        query = f"cursor={_CANARY}&tag={_CANARY}"
        for path in ("/v1/en/live", "/v1/en/flashes", "/v1/none/live", "/nothing", "/readyz"):
            async with remote.sse("en", query) as reader:
                assert (await reader.message())["type"] == "hello"
            answer = await remote.request("GET", f"{path}?{query}&urgency=x", token=_CANARY)
            assert answer.status in {200, 404, 422}
        for extensions in ({}, {"compression": None}):
            async with remote.live("en", query, **extensions) as live:
                assert (await receive(live))["type"] == "hello"
        bad = await remote.request("GET", f"/bad\x01?{query}", token=_CANARY)
        assert bad.status == 400
        answer = await remote.request(
            "POST", f"/v1/en/flashes?{query}", body={"headline": "x"}, token=_CANARY
        )
        assert answer.status == 401
        killed = await remote.kill("en", (await remote.post("en", "line"))["id"], _CANARY)
        assert killed.status == 200
        _block_start(service.data)
        os.kill(store_of(service.process.pid), signal.SIGKILL)
        for path in ("/v1/en/flashes/none/versions", "/v1/en/live", "/readyz"):
            await remote.request("GET", f"{path}?{query}&urgency=x", token=_CANARY)
        for given, status in ((query, 422), ("draft=true", 503)):
            path = f"/v1/en/flashes?{given}"
            answer = await remote.request("POST", path, body={"headline": _CANARY})
            assert answer.status == status
        while "store is away" not in service.log:
            await remote.get("/readyz")
    assert _CANARY not in service.log
    assert service.token not in service.log


def _block_start(data: Path) -> None:
    """Have the store of a data directory stay away once it has ended."""
    log = data / "valkey.log"
    log.unlink()
    log.mkdir()


async def test_who_reads_too_slowly_fills_no_log(tmp_path: Path) -> None:
    """A stream that ASGI serves and nobody reads is closed as too slow, without a word."""
    small = {"TICKER_READER_BUFFER": "4096", "TICKER_POSTS_BURST": "5000"}
    with serving(tmp_path / "data", settings=small) as service:
        before, remote = service.log, service.remote
        async with remote.sse("en", Content_Length="0") as reader:
            reader.incoming._transport.pause_reading()  # type: ignore[attr-defined]
            while b'code="4008"' not in (await remote.get("/metrics")).body:
                await remote.post("en", "x" * 280, tags=[f"{n:064d}" for n in range(20)])
        while b'transport="sse"} 1' in (await remote.get("/metrics")).body:
            pass
        assert service.log == before


async def test_strangers_cannot_fill_the_log(tmp_path: Path) -> None:
    """Readers that are refused and requests that are none leave no line behind."""
    with serving(tmp_path / "data") as service:
        before = service.log
        for _ in range(3):
            with pytest.raises(InvalidStatus):
                async with service.remote.live("nowhere"):
                    pass
            assert (await service.remote.request("FOO", "/", token=None)).status == 400
            h2c = {"Upgrade": "h2c", "Connection": "Upgrade, close"}
            assert (await service.remote.request("GET", "/", headers=h2c, token=None)).status == 200
    assert service.log == before
