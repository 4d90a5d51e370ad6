"""Messages and their encodings."""

from __future__ import annotations

import json

from tests.protocol.test_rfc6455 import read_as_client
from tests.support.flashes import NOON, after, chain, flash
from ticker.news.event import GENESIS, Cursor
from ticker.news.flash import PubStatus
from ticker.news.newsroom import Edition
from ticker.protocol import frames
from ticker.protocol.frames import CloseCode, Encoder, Frame
from ticker.settings import Settings

ENGLISH = Edition("en", "en", "ltr", "English", "Breaking")
ENCODER = Encoder(25, 50, 24, ENGLISH)
CURSOR = chain([flash("a")])[0].cursor


def test_a_snapshot_replaces_and_a_replay_adds() -> None:
    """A hello says which of the two it is, and everything a reader needs to go on."""
    snapshot = json.loads(ENCODER.snapshot(CURSOR, [flash("a")], NOON).text)
    assert snapshot == {
        "type": "hello",
        "cursor": str(CURSOR),
        "reset": True,
        "flashes": snapshot["flashes"],
        "now": "2026-11-23T12:00:00.000Z",
        "beat": 25,
        "board": {"lines": 50, "hours": 24},
        "lang": "en",
        "dir": "ltr",
    }
    replay = json.loads(ENCODER.replay(CURSOR, [], ["x"], NOON).text)
    assert (replay["reset"], replay["flashes"], replay["drops"]) == (False, [], ["x"])
    assert "drops" not in json.loads(ENCODER.replay(CURSOR, [], [], NOON).text)


def test_a_flash_a_kill_and_a_drop() -> None:
    """A line is told whole, a kill without its words, a drop by its id."""
    told = json.loads(frames.flash(CURSOR, flash("a")).text)
    assert (told["type"], told["flash"]["headline"]) == ("flash", "line a")
    killed = frames.flash(CURSOR, flash("a", 2, pubstatus=PubStatus.CANCELED))
    assert "line a" not in killed.text
    assert json.loads(frames.drop(CURSOR, flash("a")).text) == {
        "type": "drop",
        "cursor": str(CURSOR),
        "id": "a",
    }


def test_while_the_store_is_away_every_beat_and_hello_says_so() -> None:
    """A reader is never left to think that an old board is current (P26)."""
    encoder = Encoder(25, 50, 24, ENGLISH)
    assert "stale" not in json.loads(encoder.beat(GENESIS, NOON).text)
    encoder.stale = after(-5)
    for frame in (encoder.beat(GENESIS, NOON), encoder.snapshot(GENESIS, [], NOON)):
        assert json.loads(frame.text)["stale"] == "2026-11-23T11:59:55.000Z"


def test_one_message_in_every_encoding() -> None:
    """Each transport carries the same message, made once (P7, P10)."""
    frame = Frame({"type": "flash", "cursor": str(CURSOR), "words": "عاجل " * 50})
    sent = frame.text.encode()
    assert bytes(read_as_client(frame.websocket).data) == sent
    assert bytes(read_as_client(frame.deflated, deflate=True).data) == sent
    assert frame.sse == b"id: %b\ndata: %b\n\n" % (str(CURSOR).encode(), sent)
    size, _, rest = frame.sse_chunk.partition(b"\r\n")
    assert rest == frame.sse + b"\r\n"
    assert int(size, 16) == len(frame.sse)
    assert frame.size == len(sent)
    assert frame.websocket is frame.websocket


def test_a_message_is_one_line_of_an_event_stream() -> None:
    """No text can break out of its event."""
    frame = Frame({"cursor": "0", "text": "a\nb\r\n\ndata: c"})
    assert frame.sse.count(b"\n") == 3
    assert frames.sse_retry(3000) == b"retry: 3000\n\n"


def test_close_codes_say_what_to_do() -> None:
    """Codes of our own are in the ranges that tell a client to come back or stay away."""
    assert 4000 <= CloseCode.TOO_SLOW < 4400
    assert int(CloseCode.SERVICE_RESTART) == 1012
    assert int(CloseCode.POLICY_VIOLATION) == 1008


def test_an_idle_hour_is_cheap() -> None:
    """An idle reader over WebSocket takes at most 10 kB an hour, with TLS, TCP and IP around beats."""
    beats = 3600 / Settings().beat
    cursor = Cursor(1_000_000, "b7b11d7ba8a4cb67")
    around = 22 + 32 + 20  # a TLS 1.3 record, TCP with timestamps, IPv4
    untimed, timed = (len(ENCODER.beat(cursor, now).websocket) for now in (None, NOON))
    assert (untimed + around) * beats + (timed - untimed) * 6 <= 10_000
