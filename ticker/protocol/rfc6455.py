"""The half of WebSocket that a server which only sends needs (RFC 6455, RFC 7692), without I/O.

Handshake, frames to a reader, and what a reader may say back: ping, pong and close. A reader that
sends data is told to go.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from hashlib import sha1
from typing import TYPE_CHECKING, Final

from ticker.protocol.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES: Final = 16
_FIN: Final = 0x80
_COMPRESSED: Final = 0x40
_RESERVED: Final = 0x70
_MASKED: Final = 0x80
_LENGTH_16: Final = 126
_LENGTH_64: Final = 127
_CONTROL: Final = 0x08
_CONTROL_MAX: Final = 125
_MASK_BYTES: Final = 4
NO_DATA: Final = "Send nothing: lines come by themselves. To ping, send a ping frame, not a text."
MESSAGE_MAX: Final = 4096  # nobody may send data; this is room for a refusal with grace
_BURST: Final = 100.0  # token bucket of a peer's control frames; a browser sends none
_PER_SECOND: Final = 2.0
_SEGMENT_COST: Final = 1 / 16  # a frame in single bytes costs more of our time than one in one go
_TOP_BIT: Final = 1 << 63
_EMPTY_BLOCK: Final = b"\x00\x00\xff\xff"
_DEFLATE_FROM: Final = 128  # a smaller message does not repay its deflate header

DEFLATE: Final = b"permessage-deflate; server_no_context_takeover; client_no_context_takeover"
_WINDOW: Final = b"; server_max_window_bits=15"  # said where it was asked for (RFC 7692 §7.1.2.1)
# The parameters of an offer with the values that we can do, None for none (RFC 7692 §7.1). A window
# of the server's that is smaller would need frames of its own.
_PARAMETERS: Final[Mapping[bytes, Collection[bytes | None]]] = {
    b"server_no_context_takeover": (None,),
    b"client_no_context_takeover": (None,),
    b"server_max_window_bits": (b"15",),
    b"client_max_window_bits": (None, *(b"%d" % bits for bits in range(8, 16))),
}
_PARAMETER: Final = re.compile(rb"([a-z_]+)(?:[ \t]*=[ \t]*(\"?)([0-9]+)\2)?")


class Opcode(IntEnum):
    """RFC 6455 §11.8."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class Close(IntEnum):
    """Close codes of RFC 6455 §7.4.1 that a faulty peer is sent."""

    NORMAL = 1000
    PROTOCOL_ERROR = 1002
    INVALID_DATA = 1007
    POLICY_VIOLATION = 1008
    TOO_BIG = 1009


class ViolationError(Exception):
    """The peer broke the protocol, or ours; `code` is what to close with."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Control:
    """A control frame from a peer."""

    opcode: Opcode
    payload: bytes


def accept_key(key: bytes) -> bytes | None:
    """`Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`, or None for a malformed one (§4.2.2)."""
    try:
        nonce = base64.b64decode(key, validate=True)
    except binascii.Error:
        return None
    if len(nonce) != _KEY_BYTES:
        return None
    return base64.b64encode(sha1(key + _GUID, usedforsecurity=False).digest())


@lru_cache(maxsize=64)
def deflate_answer(offers: bytes) -> bytes:
    """`Sec-WebSocket-Extensions` for the first offer that lets us deflate once for everybody.

    They have no context takeover and a window of 15 bits (RFC 7692 §7.1). Empty: there is none.
    """
    for offer in offers.split(b","):
        name, *parameters = (part.strip(b" \t") for part in offer.split(b";"))
        wanted = _parameters(parameters) if name == b"permessage-deflate" else None
        if wanted is not None:
            return DEFLATE + (_WINDOW if b"server_max_window_bits" in wanted else b"")
    return b""


def _parameters(given: list[bytes]) -> set[bytes] | None:
    """The names of an offer's parameters; None: it is to be declined (§7.1)."""
    names: set[bytes] = set()
    for text in given:
        match = _PARAMETER.fullmatch(text)
        if match is None or match[3] not in _PARAMETERS.get(match[1], ()) or match[1] in names:
            return None
        names.add(match[1])
    return names


def frame(opcode: Opcode, payload: bytes, *, compressed: bool = False) -> bytes:
    """One unmasked, final frame, as servers send them (§5.2)."""
    first = _FIN | opcode | (_COMPRESSED if compressed else 0)
    size = len(payload)
    if size < _LENGTH_16:
        return bytes((first, size)) + payload
    if size <= 0xFFFF:  # noqa: PLR2004 - what 16 bits hold
        return struct.pack("!BBH", first, _LENGTH_16, size) + payload
    return struct.pack("!BBQ", first, _LENGTH_64, size) + payload


def deflated(payload: bytes) -> bytes:
    """A text message for those who negotiated deflate; a small one goes plain (RFC 7692 §7.2.1)."""
    if len(payload) < _DEFLATE_FROM:
        return frame(Opcode.TEXT, payload)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
    return frame(Opcode.TEXT, packed.removesuffix(_EMPTY_BLOCK), compressed=True)


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame (§5.5.1)."""
    return frame(Opcode.CLOSE, struct.pack("!H", code) + reason.encode()[: _CONTROL_MAX - 2])


def parse(data: bytes, *, deflate: bool) -> tuple[Control | None, int]:
    """The first frame of what a reader sent, and how many bytes it took; None and 0 if incomplete.

    Args:
        data: What has come and was not taken yet.
        deflate: Whether permessage-deflate was negotiated, which gives RSV1 a meaning.

    Raises:
        ViolationError: It is no control frame in good order. A data frame is refused by its header,
            however long it says that it is.
    """
    if len(data) < 2:  # noqa: PLR2004 - the two bytes that every frame has
        return None, 0
    first, second = data[0], data[1]
    size = second & ~_MASKED
    try:
        opcode = Opcode(first & 0x0F)
    except ValueError:
        raise ViolationError(Close.PROTOCOL_ERROR, "reserved opcode") from None
    if not second & _MASKED:
        raise ViolationError(Close.PROTOCOL_ERROR, "unmasked frame")
    if opcode < _CONTROL:
        reserved = _RESERVED & ~(_COMPRESSED if deflate else 0)
        return _refuse_data(data, opcode, size, malformed=bool(first & reserved))
    if first & _RESERVED or not first & _FIN or size > _CONTROL_MAX:
        raise ViolationError(Close.PROTOCOL_ERROR, "malformed control frame")
    end = 2 + _MASK_BYTES + size
    if len(data) < end:
        return None, 0
    payload = _unmask(data[2 : 2 + _MASK_BYTES], data[2 + _MASK_BYTES : end])
    return Control(opcode, payload), end


def close_code(payload: bytes) -> int:
    """The code to answer a close frame with: its own (§5.5.1), or 1000 if it says none.

    Raises:
        ViolationError: The payload is malformed.
    """
    if not payload:
        return Close.NORMAL
    if len(payload) < 2:  # noqa: PLR2004 - the bytes of a code
        raise ViolationError(Close.PROTOCOL_ERROR, "malformed close frame")
    code: int = struct.unpack("!H", payload[:2])[0]
    if not (3000 <= code < 5000 or code in _VALID_CODES):  # noqa: PLR2004 - §7.4.2
        raise ViolationError(Close.PROTOCOL_ERROR, "invalid close code")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise ViolationError(Close.INVALID_DATA, "close reason is not UTF-8") from None
    return code


class ControlFrames:
    """Parses what a peer sends, control frame by control frame, at a limited rate.

    Args:
        deflate: Whether permessage-deflate was negotiated.
    """

    __slots__ = ("_budget", "_deflate", "_is_over", "_received")

    def __init__(self, *, deflate: bool) -> None:
        self._deflate = deflate
        self._received = b""
        self._is_over = False
        self._budget = TokenBucket(_PER_SECOND, _BURST)

    def receive(self, data: bytes, now: float) -> Iterator[Control]:
        """The control frames that are whole now, up to a close: what follows is not read (§5.5.1).

        Args:
            data: What has come.
            now: Seconds on a monotonic clock.

        Raises:
            ViolationError: The peer broke the protocol or the rate limit; the rest is not read.
        """
        if self._is_over:
            return
        data, self._received = self._received + data, b""
        self._budget.spend(_SEGMENT_COST, now)
        while data:
            control, taken = parse(data, deflate=self._deflate)
            if control is None:
                self._check(now)
                break
            if control.opcode is Opcode.CLOSE:
                self._is_over = True
                yield control
                return
            self._budget.spend(1, now)
            self._check(now)
            data = data[taken:]
            yield control
        self._received = data

    def _check(self, now: float) -> None:
        if self._budget.left(now) < 0:
            raise ViolationError(Close.POLICY_VIOLATION, "too many frames")


_VALID_CODES: Final = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})


def _refuse_data(data: bytes, opcode: Opcode, size: int, *, malformed: bool) -> tuple[None, int]:
    if malformed or opcode is Opcode.CONTINUATION:
        raise ViolationError(Close.PROTOCOL_ERROR, "reserved bits or a continuation of nothing")
    extra = {_LENGTH_16: 2, _LENGTH_64: 8}.get(size, 0)
    if len(data) < 2 + extra:
        return None, 0
    if extra:
        size = int.from_bytes(data[2 : 2 + extra], "big")
    if size >= _TOP_BIT:
        raise ViolationError(Close.PROTOCOL_ERROR, "a length with its highest bit set")
    if size > MESSAGE_MAX:
        raise ViolationError(Close.TOO_BIG, f"Too big. {NO_DATA}")
    raise ViolationError(Close.POLICY_VIOLATION, NO_DATA)


def _unmask(mask: bytes, payload: bytes) -> bytes:
    size = len(payload)
    key = int.from_bytes((mask * (size // _MASK_BYTES + 1))[:size], "big")
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")
