"""WebSocket without I/O: what we send, and what a reader may say."""

from __future__ import annotations

import os
import zlib

import pytest
from hypothesis import given, strategies as st
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
)
from websockets.frames import Frame, Opcode as Theirs
from websockets.headers import parse_extension
from websockets.streams import StreamReader

from ticker.protocol import rfc6455
from ticker.protocol.rfc6455 import Opcode, ViolationError


def masked(first: int, payload: bytes, length: int | None = None) -> bytes:
    """A client's frame with this first byte; `length` may lie."""
    size = len(payload) if length is None else length
    mask = os.urandom(4)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size <= 0xFFFF:
        head = bytes((first, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def read_as_client(data: bytes, *, deflate: bool = False) -> Frame:
    """What a well-kept client makes of our bytes."""
    stream = StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    extensions = [PerMessageDeflate(True, True, 15, 15)] if deflate else []
    parser = Frame.parse(stream.read_exact, mask=False, extensions=extensions)
    try:
        while True:
            next(parser)
    except StopIteration as result:
        frame: Frame = result.value
        return frame


def test_the_handshake_of_the_rfc() -> None:
    """A browser's key is answered as the RFC's own example says."""
    assert rfc6455.accept_key(b"dGhlIHNhbXBsZSBub25jZQ==") == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("key", [b"", b"short", b"!!!!", b"dGhlIHNhbXBsZQ=="])
def test_a_malformed_key_is_no_handshake(key: bytes) -> None:
    """A handshake whose key is not sixteen bytes of base64 is refused."""
    assert rfc6455.accept_key(key) is None


@given(st.binary(max_size=70_000))
def test_a_client_reads_our_frames(payload: bytes) -> None:
    """Whatever its length, a message arrives as it was sent."""
    frame = read_as_client(rfc6455.frame(Opcode.BINARY, payload))
    assert (frame.opcode, bytes(frame.data), frame.fin) == (Theirs.BINARY, payload, True)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536])
def test_lengths_at_every_border(size: int) -> None:
    """The three forms of the length meet without a gap."""
    payload = b"x" * size
    assert bytes(read_as_client(rfc6455.frame(Opcode.TEXT, payload)).data) == payload


@given(st.text(max_size=3000))
def test_a_client_inflates_our_frames(text: str) -> None:
    """A deflated message arrives as it was sent, and a later one needs nothing of it."""
    sent = rfc6455.deflated(text.encode())
    assert bytes(read_as_client(sent, deflate=True).data).decode() == text


def test_a_long_line_shrinks_and_a_short_one_is_left_alone() -> None:
    """Deflate is used where it pays."""
    long = b'{"headline":"one and the same and the same and the same"}' * 10
    assert len(rfc6455.deflated(long)) < len(long) / 3
    assert rfc6455.deflated(b"short") == rfc6455.frame(Opcode.TEXT, b"short")


BARE = b"permessage-deflate; server_no_context_takeover; client_no_context_takeover"
OFFERS = {
    b"permessage-deflate": BARE,
    b"permessage-deflate ; server_no_context_takeover;client_no_context_takeover": BARE,
    b"permessage-deflate; client_max_window_bits": BARE,
    b"permessage-deflate;client_max_window_bits=12;server_no_context_takeover": BARE,
    b'permessage-deflate; client_max_window_bits="8"': BARE,
    b"permessage-deflate; server_max_window_bits=15": BARE + b"; server_max_window_bits=15",
    b'permessage-deflate; server_max_window_bits = "15"': BARE + b"; server_max_window_bits=15",
    b"permessage-deflate; server_max_window_bits=10": b"",
    b"permessage-deflate; server_max_window_bits=10, permessage-deflate": BARE,
    b"x, permessage-deflate; server_max_window_bits=15, permessage-deflate": (
        BARE + b"; server_max_window_bits=15"),
    b"permessage-deflate; server_max_window_bits": b"",
    b"permessage-deflate; server_max_window_bits=16": b"",
    b"permessage-deflate; server_max_window_bits=015": b"",
    b"permessage-deflate; client_max_window_bits=99": b"",
    b"permessage-deflate; client_max_window_bits=7": b"",
    b"permessage-deflate; client_max_window_bits=08": b"",
    b'permessage-deflate; client_max_window_bits="9': b"",
    b"permessage-deflate; client_max_window_bits=": b"",
    b"permessage-deflate; client_max_window_bits; client_max_window_bits": b"",
    b"permessage-deflate; client_max_window_bits=9; client_max_window_bits=9": b"",
    b"permessage-deflate; server_no_context_takeover; server_no_context_takeover": b"",
    b"permessage-deflate; server_no_context_takeover=1": b"",
    b"permessage-deflate; client_no_context_takeover=15": b"",
    b"permessage-deflate; unknown=1": b"",
    b"permessage-deflate; unknown": b"",
    b"permessage-deflate;": b"",
    b"x-webkit-deflate-frame": b"",
    b"": b"",
}  # fmt: skip


@pytest.mark.parametrize("offer", OFFERS)
def test_deflate_is_taken_only_where_one_frame_serves_all(offer: bytes) -> None:
    """A client that asks for a smaller window than ours, or for nonsense, gets plain frames."""
    assert rfc6455.deflate_answer(offer) == OFFERS[offer]


@pytest.mark.parametrize("offer", [offer for offer, answer in OFFERS.items() if answer])
def test_a_client_takes_our_answer(offer: bytes) -> None:
    """What is agreed on is what the client may agree to, by its own rules."""
    _, parameters = parse_extension(rfc6455.deflate_answer(offer).decode())[0]
    asked = b"server_max_window_bits" in rfc6455.deflate_answer(offer)
    factory = ClientPerMessageDeflateFactory(server_max_window_bits=15 if asked else None)
    assert factory.process_response_params(parameters, []).remote_no_context_takeover


@given(st.sampled_from([Opcode.PING, Opcode.PONG, Opcode.CLOSE]), st.binary(max_size=125))
def test_a_control_frame_is_read_however_it_is_cut(opcode: Opcode, payload: bytes) -> None:
    """A ping that comes byte by byte is the same ping."""
    data = masked(0x80 | opcode, payload)
    for end in range(len(data)):
        assert rfc6455.parse(data[:end], deflate=False) == (None, 0)
    control, taken = rfc6455.parse(data + b"next", deflate=False)
    assert control == rfc6455.Control(opcode, payload)
    assert taken == len(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (masked(0x81, b"hi"), 1008),
        (masked(0x82, b"hi"), 1008),
        (masked(0x01, b"part of"), 1008),
        (masked(0x81, b""), 1008),
        (masked(0x81, b"", 4097), 1009),
        (masked(0x82, b"", 2**62), 1009),
        (masked(0x80, b"of nothing"), 1002),
        (masked(0xC1, b"rsv1"), 1002),
        (masked(0xA1, b"rsv2"), 1002),
        (masked(0x83, b"reserved"), 1002),
        (masked(0x8B, b"reserved"), 1002),
        (masked(0x09, b"fragmented ping"), 1002),
        (masked(0x89, b"x" * 126), 1002),
        (masked(0xC9, b"compressed ping"), 1002),
        (b"\x89\x00", 1002),
        (b"\x81\x02hi", 1002),
    ],
    ids=[f"case-{number}" for number in range(16)],
)
def test_everything_else_is_refused(data: bytes, code: int) -> None:
    """A reader that talks, or talks nonsense, is closed with the code that says why."""
    with pytest.raises(ViolationError) as refused:
        rfc6455.parse(data, deflate=False)
    assert refused.value.code == code


def test_a_compressed_message_is_data_where_deflate_was_agreed() -> None:
    """With deflate agreed, a compressed message is refused as data, not as nonsense."""
    with pytest.raises(ViolationError) as refused:
        rfc6455.parse(masked(0xC1, b"x"), deflate=True)
    assert refused.value.code == 1008


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", 1000),
        (b"\x03\xe8", 1000),
        (b"\x03\xe9bye", 1001),
        ((4001).to_bytes(2, "big"), 4001),
    ],
)
def test_a_close_is_answered_with_its_own_code(payload: bytes, code: int) -> None:
    """Who says goodbye hears the same back."""
    assert rfc6455.close_code(payload) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03", 1002),
        ((1005).to_bytes(2, "big"), 1002),
        ((1006).to_bytes(2, "big"), 1002),
        ((999).to_bytes(2, "big"), 1002),
        ((5000).to_bytes(2, "big"), 1002),
        (b"\x03\xe8\xff", 1007),
    ],
)
def test_a_malformed_close_is_refused(payload: bytes, code: int) -> None:
    """A goodbye that cannot be understood is a fault of the peer."""
    with pytest.raises(ViolationError) as refused:
        rfc6455.close_code(payload)
    assert refused.value.code == code


def test_after_a_goodbye_nobody_listens() -> None:
    """However much a peer sends with its goodbye, or after it, it is one goodbye, and nothing is kept."""
    control = rfc6455.ControlFrames(deflate=False)
    sent = masked(0x89, b"last") + masked(0x88, b"") * 20_000 + b"\x88"
    assert [it.opcode for it in control.receive(sent, 0.0)] == [Opcode.PING, Opcode.CLOSE]
    assert list(control.receive(masked(0x89, b"") + masked(0x88, b""), 0.0)) == []


def test_a_close_frame_fits_however_long_the_reason() -> None:
    """A reason is cut so that the close frame stays a control frame."""
    frame = read_as_client(rfc6455.close_frame(1008, "r" * 300))
    assert frame.opcode is Theirs.CLOSE
    assert len(frame.data) == 125


def test_the_deflated_form_has_no_trailer() -> None:
    """The four bytes that end a deflate block are left out, as RFC 7692 wants."""
    sent = rfc6455.deflated(b"a" * 500)
    plain = zlib.decompressobj(-15).decompress(sent[2:] + b"\x00\x00\xff\xff")
    assert plain == b"a" * 500
