from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from tests.support.process import free_port
from ticker.commands.client import Client, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.process import Serving


@dataclass(slots=True)
class Stranger:
    """A server that is no Ticker: it says the same to everybody, and remembers what it heard."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def stranger(answer: bytes, *more: bytes) -> Iterator[Stranger]:
    """Its answer, or its answers in turn."""
    answers = chain((answer, *more), repeat(more[-1] if more else answer))
    listener = socket.create_server(("127.0.0.1", 0))
    server = Stranger(listener.getsockname()[1])

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                request = b""
                while not _is_whole(request):
                    if not (part := connection.recv(65536)):
                        return
                    request += part
                server.heard.append(request)
                connection.sendall(next(answers))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        socket.create_connection(("127.0.0.1", server.port)).close()
        thread.join()
        listener.close()


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def test_post_correct_kill(served: Serving) -> None:
    """An editor at a terminal publishes, corrects and kills a line."""
    client = served.client
    posted = client.post("en", {"headline": "First", "urgency": 2})
    assert (posted["headline"], posted["version"]) == ("First", 1)
    corrected = client.correct("en", posted["id"], {"headline": "Second"})
    assert (corrected["headline"], corrected["version"]) == ("Second", 2)
    killed = client.kill("en", posted["id"], "wrong & sorry: عاجل / ?x=y#z")
    assert (killed["pubstatus"], killed["version"]) == ("canceled", 3)


@pytest.mark.parametrize("edition", ["en", "ar", "es"])
def test_find(served: Serving, edition: str) -> None:
    """A line is found by its id alone, even after it was killed."""
    flash_id = served.client.post(edition, {"headline": "Somewhere"})["id"]
    assert served.client.find(flash_id) == edition
    served.client.kill(edition, flash_id, "wrong")
    assert served.client.find(flash_id) == edition


@pytest.mark.parametrize("flash_id", ["none", "a/b", "../../healthz", "?x", "é", "%2e"])
def test_find_nothing(served: Serving, flash_id: str) -> None:
    """An id that no line has is refused in those words, whatever it looks like."""
    with pytest.raises(ClientError, match="there is no flash") as refusal:
        served.client.find(flash_id)
    assert refusal.value.status == 404


def test_editions(served: Serving) -> None:
    """The service says which editions it has."""
    assert served.client.editions() == ["en", "ar", "es"]


@pytest.mark.parametrize(
    ("token", "fields", "status", "words"),
    [
        ("", {"headline": "x"}, 401, "A bearer token is needed"),
        ("tkr_wrong", {"headline": "x"}, 401, "unknown, revoked or expired"),
        (None, {"headline": ""}, 422, "headline"),
        (None, {"headline": "x", "urgency": 10}, 422, "urgency"),
    ],
    ids=["no-token", "wrong-token", "no-words", "no-such-urgency"],
)
def test_refusals(
    served: Serving, token: str | None, fields: dict[str, object], status: int, words: str
) -> None:
    """What the service refuses comes back as its status and its sentence, in one line."""
    client = Client(served.url, served.token if token is None else token)
    with pytest.raises(ClientError, match=words) as refusal:
        client.post("en", fields)
    assert refusal.value.status == status
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "localhost:8000", "ftp://x", "http://", "http://[::1", "http://x:y", "http://x:0"],
)  # fmt: skip
def test_no_address(url: str) -> None:
    """An address that cannot be one is named as such before anything is sent."""
    with pytest.raises(ClientError, match="TICKER_URL must be an http or https address"):
        Client(url)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tkr_é", "tkr_\udc80"])
def test_no_token(token: str) -> None:
    """What cannot be a token is refused without being printed."""
    with pytest.raises(ClientError, match="TICKER_TOKEN") as refusal:
        Client("http://127.0.0.1:8000", token)
    assert token not in str(refusal.value)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "cannot be reached"),
        (b"-ERR unknown command 'GET'\r\n", "does not answer as Ticker does"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "does not answer as Ticker does"),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", "does not answer as Ticker does"),
        (b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe\x00", "does not answer as Ticker does"),
        (b"HTTP/1.1 200 OK\r\n\r\n[]", "does not answer as Ticker does"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n<html>", "404 Not Found"),
        (b"HTTP/1.1 500 Oops\r\n\r\n[]", "500 Oops"),
        (b"HTTP/1.1 520 Web server error\r\n\r\n", "520 Web server error"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\n{", "502 Bad Gateway"),
    ],
    ids=["silence", "redis", "cut-off", "html", "binary", "list", "404", "500", "520", "cut-502"],
)  # fmt: skip
def test_strangers(answer: bytes, words: str) -> None:
    """When something else answers at the address, that is said in one clear line."""
    with stranger(answer) as server:
        with pytest.raises(ClientError, match=words) as refusal:
            Client(server.url, "token").post("en", {"headline": "x"})
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "lost", [b"", b"HTTP/1.1 503 Service Unavailable\r\n\r\n"], ids=["cut", "503"]
)
def test_an_answer_that_is_lost(lost: bytes) -> None:
    """A line whose answer is lost is asked for again by the same key, so that it is out once."""
    done = b'HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{"id":"a"}\n'
    with stranger(lost, lost, done) as server:
        assert Client(server.url, "token").post("en", {"headline": "x"}) == {"id": "a"}
    keys = [re.search(rb"Idempotency-[Kk]ey: (\w+)", request) for request in server.heard]
    assert len(keys) == 3
    assert len({key and key[1] for key in keys}) == 1
    assert keys[0] is not None


def test_nobody_there() -> None:
    """When nobody listens at the address, the message names it."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ClientError, match=f"{url} cannot be reached: .*refused"):
        Client(url).editions()
    assert not Client(url).is_ready()


def test_redirect() -> None:
    """A token never follows a redirect to somewhere else, nor does a post turn into a get."""
    with stranger(b"HTTP/1.1 200 OK\r\n\r\n{}") as thief:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {thief.url}/v1/en/flashes\r\n\r\n".encode()
        with stranger(moved) as proxy, pytest.raises(ClientError, match="302 Found"):
            Client(proxy.url, "secret").post("en", {"headline": "x"})
        assert b"secret" in proxy.heard[0]
        assert thief.heard == []
