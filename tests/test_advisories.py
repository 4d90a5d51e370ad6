"""The audit of dependencies, against a service of advisories of our own."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.audit import judge, main
from tests.support.process import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEAK = {
    "id": "GHSA-1111-2222-3333",
    "details": "It leaks.",
    "affected": [
        {
            "package": {"name": "leaky", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
            "versions": ["1.0"],
        }
    ],
}


@pytest.fixture
def installed(tmp_path: Path) -> list[str]:
    """Options that audit one package, as if it were installed."""
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("leaky==1.0\n")
    return ["-r", str(wanted), "--no-deps", "--disable-pip", "-s", "osv"]


@contextmanager
def advisories(answer: object) -> Iterator[str]:
    """URL of a service that says the same of every package."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query"
        finally:
            server.shutdown()
            thread.join()


def test_a_vulnerability_fails(installed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A dependency with a known hole is named, with the version that mends it, and fails lint."""
    with advisories({"vulns": [_LEAK]}) as url:
        assert main([*installed, "--osv-url", url]) == 1
    assert "leaky 1.0: GHSA-1111-2222-3333 (fixed in 1.1)" in capsys.readouterr().out


def test_nothing_known_passes(installed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Dependencies without a known hole pass, and it is said how many were looked at."""
    with advisories({}) as url:
        assert main([*installed, "--osv-url", url]) == 0
    assert capsys.readouterr().out == "audit: no known vulnerability in 1 packages\n"


def test_offline_passes(installed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Where the advisories can't be reached lint goes on, and says that nothing was checked."""
    assert main([*installed, "--osv-url", f"http://127.0.0.1:{free_port()}/v1/query"]) == 0
    assert capsys.readouterr().out == (
        "audit: the advisory service can't be reached; nothing was checked\n"
    )


def test_a_broken_audit_is_no_passed_audit() -> None:
    """An audit that fails in any other way fails lint, with what it said."""
    assert judge(1, "", "No module named pip_audit")[0] == 1
    assert judge(0, "", "")[0] == 2


def test_an_index_that_knows_nothing_is_said() -> None:
    """Packages that the service doesn't know are not called safe."""
    out = json.dumps({"dependencies": [{"name": "x", "skip_reason": "not found"}]})
    assert judge(0, out, "")[1] == [
        "audit: the advisory service knows none of our packages; nothing was checked"
    ]
