"""Where tokens and passwords may be: in the request that carries them, and nowhere else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import InvalidStatus

from tests.hub.test_sockets import HANDSHAKE
from tests.protocol.test_rfc6455 import masked
from tests.support.process import Serving, serving, ticker

if TYPE_CHECKING:
    from pathlib import Path

_PASSWORD = "canary horse battery 7f3a"
_BODY = {"headline": "A line"}


async def _said(service: Serving, request: bytes) -> None:
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", service.port)
    outgoing.write(request)
    await incoming.read(4096)
    outgoing.close()


async def _everything(service: Serving) -> None:
    """Requests of every kind that carry the token where it belongs and where it doesn't."""
    remote, token = service.remote, service.token
    for name in ("token", "access_token", "api_key", "authorization", "Authorization"):
        for path in (
            "/v1/en/flashes",
            "/v1/en/flashes/x/versions",
            "/v1/en/log",
            "/desk",
            "/v1/audit",
        ):
            method = "POST" if path == "/v1/en/flashes" else "GET"
            body = _BODY if method == "POST" else None
            answer = await remote.request(method, f"{path}?{name}={token}", body=body, token=None)
            assert answer.status in {401, 303}
            assert token not in answer.headers.get("location", "")
    assert (await remote.request("POST", "/v1/en/flashes", raw=token.encode(), headers={
        "Content-Type": "application/json"})).status == 400  # fmt: skip
    assert (await remote.request("POST", "/v1/en/flashes", body={token: token})).status == 422
    assert (await remote.request("POST", f"/v1/{token}/flashes", body=_BODY)).status == 404
    for value in (
        token,
        f"Basic {token}",
        f"Bearer {token}x",
        f"Bearer  {token} x",
        f"Bearer {token},",
    ):
        headers = {"Authorization": value}
        answer = await remote.request(
            "POST", "/v1/en/flashes", body=_BODY, headers=headers, token=None
        )
        assert answer.status == 401
    async with remote.live(
        "en", f"token={token}", additional_headers={"Authorization": token}
    ) as live:
        await live.recv()
        await live.send(token)
    with pytest.raises(InvalidStatus):
        async with remote.live("en", f"urgency={token}"):
            pass
    async with remote.sse("en", f"token={token}", Last_Event_ID=token) as stream:
        await stream.message()
    odd = HANDSHAKE.format(query=f"?token={token}", more=f"Sec-WebSocket-Protocol: {token}\r\n")
    secret = token.encode()
    for request in (
        odd.encode() + masked(0x81, secret),
        odd.replace("Key: ", f"Key: {token}").encode(),
        b"GET /" + secret + b"\0 HTTP/1.1\r\nAuthorization: Bearer " + secret + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: " + secret + b"\r\n\r\n",
        secret + b" / HTTP/1.1\r\n\r\n",
        b"POST /v1/en/flashes HTTP/1.1\r\nHost: x\r\nContent-Length: " + secret + b"\r\n\r\n",
    ):
        await _said(service, request)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for fields in (
        f"name=rosa&password={_PASSWORD}",
        f"name={_PASSWORD}&password=x",
        f"password={token}",
    ):
        raw = fields.replace(" ", "+").encode()
        await remote.request(
            "POST", f"/desk/login?next=/{token}", raw=raw, headers=form, token=None
        )
    assert (await remote.request("POST", "/v1/en/flashes", body=_BODY)).status == 201


def _texts(folder: Path) -> dict[str, bytes]:
    return {str(it): it.read_bytes() for it in folder.rglob("*") if it.is_file()}


async def test_secrets_are_nowhere(tmp_path: Path) -> None:
    """A token in a URL is no token, and none that was ever sent is in a log or in the store's files."""
    with serving(tmp_path / "data") as service:
        await _everything(service)
        listed = ticker("token", "list", *service.store)
        assert listed.code == 0
        assert service.token not in listed.out + listed.err
        assert (await service.remote.get("/healthz")).status == 200
        files = _texts(tmp_path)
    files |= _texts(tmp_path)
    assert any("appendonly" in name for name in files)
    for name, content in files.items():
        assert service.token.encode() not in content, name
        assert b"canary" not in content, name
