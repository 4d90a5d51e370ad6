"""The swarm's own honesty: it must notice what goes wrong."""

from __future__ import annotations

import socket
import struct
import threading
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ticker.bench.errors import BenchError
from ticker.bench.lines import Lines
from ticker.bench.readers import Plan, Readers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINES = Lines()
UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HELLO = b'{"type":"hello"}'


def frame(payload: bytes, first: int = 0x81) -> bytes:
    head = (
        bytes((first, len(payload)))
        if len(payload) < 126
        else struct.pack("!BBH", first, 126, len(payload))
    )
    return head + payload


def line(number: int) -> bytes:
    return LINES.message(number).encode()


def event(payload: bytes) -> bytes:
    body = b"id: 1\ndata: %b\n\n" % payload
    return b"%x\r\n%b\r\n" % (len(body), body)


def inflated_apart(numbers: Sequence[int]) -> list[bytes]:
    """Frames whose compression goes on from one to the next, as most servers send them."""
    packer = zlib.compressobj(wbits=-12)
    packed = []
    for number in numbers:
        data = packer.compress(line(number)) + packer.flush(zlib.Z_SYNC_FLUSH)
        packed.append(frame(data.removesuffix(b"\x00\x00\xff\xff"), 0xC1))
    return packed


@contextmanager
def server(*writes: bytes) -> Iterator[tuple[str, int]]:
    """Accepts one reader and writes this to it, one write after another was taken."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection:
                connection.recv(4096)
                for data in writes:
                    connection.sendall(data)
                connection.recv(4096)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield listener.getsockname()
        finally:
            serving.join()


def readers(address: tuple[str, int], transport: str = "websocket") -> Readers:
    return Readers(Plan(*address, "/live", transport, True, LINES.pattern))


@pytest.mark.parametrize(
    ("numbers", "expected", "delivered", "lost", "duplicates"),
    [
        pytest.param([0, 1, 2], 3, 3, 0, 0, id="in order"),
        pytest.param([0, 2], 3, 2, 1, 0, id="one left out"),
        pytest.param([0, 1, 1, 2], 3, 3, 0, 1, id="one twice"),
        pytest.param([1, 0, 2], 3, 2, 1, 1, id="out of order"),
    ],
)
def test_the_swarm_counts_what_is_lost_and_what_comes_twice(
    numbers: list[int], expected: int, delivered: int, lost: int, duplicates: int
) -> None:
    """A benchmark can't call a server fast that loses, repeats or reorders lines."""
    frames = b"".join(frame(line(number)) for number in numbers)
    with server(UPGRADE + frame(HELLO), frames) as address:
        swarm = readers(address)
        swarm.open(1, 1, 5)
        arrived = swarm.expect(expected, 0.3, keep=True)
        swarm.close()
    assert (arrived.count, arrived.lost, arrived.duplicates) == (delivered, lost, duplicates)
    assert len(arrived.times) == delivered


@pytest.mark.parametrize(
    ("transport", "stream"),
    [
        pytest.param(
            "websocket",
            UPGRADE + frame(HELLO) + b"".join(frame(line(n)) for n in range(3)),
            id="websocket",
        ),
        pytest.param(
            "websocket-deflate",
            UPGRADE[:-2]
            + b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=12\r\n\r\n"
            + frame(HELLO)
            + b"".join(inflated_apart(range(3))),
            id="deflate with a context",
        ),
        pytest.param(
            "sse", STREAM + event(HELLO) + b"".join(event(line(n)) for n in range(3)), id="sse"
        ),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_the_swarm_reads_bytes_however_they_are_cut(
    transport: str, stream: bytes, step: int
) -> None:
    """A line counts once it is whole, wherever the network has cut it."""
    pieces = [stream[start : start + step] for start in range(0, len(stream), step)]
    with server(*pieces) as address:
        swarm = readers(address, transport)
        swarm.open(1, 1, 5)
        arrived = swarm.expect(3, 5, keep=True)
        swarm.close()
    assert (arrived.count, arrived.lost, arrived.duplicates) == (3, 0, 0)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        pytest.param(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "503", id="refused"),
        pytest.param(
            UPGRADE + frame(b"\x03\xf4", 0x88), "1 readers were not let in", id="no hello"
        ),
    ],
)
def test_a_reader_that_is_not_let_in_ends_the_benchmark(answer: bytes, sentence: str) -> None:
    """A server that turns readers away isn't measured with those who got in."""
    with server(answer) as address:
        swarm = readers(address)
        with pytest.raises(BenchError, match=sentence):
            swarm.open(1, 1, 0.3)
        swarm.close()
