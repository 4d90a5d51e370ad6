"""nginx and HAProxy as docs/ops has them, with other addresses, ports and paths put in."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.process import PATIENCE, free_port
from tests.support.service import Remote
from tests.support.tls import certificate
from ticker.server.process import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EXAMPLES = Path(__file__).parents[2] / "docs" / "ops"
_FILES = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}


@dataclass(frozen=True, slots=True)
class Proxy:
    """One that runs.

    Attributes:
        name: `nginx` or `haproxy`.
        remote: The service, by TLS, as those outside see it.
    """

    name: str
    remote: Remote
    _folder: Path

    def statuses(self, backend: str) -> list[str]:
        """What it thinks of each hub (HAProxy's `show stat`): `UP`, `NOLB`, `DOWN`."""
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(self._folder / "admin.sock"))
            asking.sendall(b"show stat\n")
            table = b"".join(iter(lambda: asking.recv(65536), b"")).decode()
        head, *rows = (row.split(",") for row in table.lstrip("# ").splitlines() if row)
        named = [dict(zip(head, row, strict=False)) for row in rows]
        return [
            row["status"]
            for row in named
            if row["pxname"] == backend and row["svname"].startswith("hub")
        ]


@contextmanager
def proxying(name: str, folder: Path, hubs: Sequence[int], token: str) -> Iterator[Proxy]:
    """The example of that name, as it stands, in front of hubs on these ports."""
    binary = _found(name)
    port, ours = free_port(), certificate(folder, "authority")
    _write_certificate(folder, ours.shown.private_key_and_cert_chain_pem.bytes())
    example = _put_in(EXAMPLES.joinpath(_FILES[name]).read_text(), folder, port, hubs)
    if name == "nginx":
        example = _own_folders(binary, folder, example)
    (folder / _FILES[name]).write_text(example)
    with _running(_line(name, binary, folder), folder / f"{name}.log", port):
        tls = ssl.create_default_context(cafile=ours.file)
        yield Proxy(name, Remote(port, token, tls=tls), folder)


@contextmanager
def including(folder: Path, hub: int, pages: Mapping[str, str]) -> Iterator[str]:
    """A publication with these pages, whose nginx includes fragments of ours as the example says."""
    binary, port = _found("nginx"), free_port()
    for name, html in pages.items():
        (folder / name).write_text(html, "utf-8")
    example = EXAMPLES.joinpath("nginx-ssi.conf").read_text()
    for theirs, here in (
        ("https://ticker.example", f"http://127.0.0.1:{hub}"),
        ("listen 80", f"listen 127.0.0.1:{port}"),
        ("/run/", f"{folder}/"),
        ("/var/cache/nginx", str(folder)),
        ("/srv/www", str(folder)),
    ):
        assert theirs in example
        example = example.replace(theirs, here)
    (folder / "nginx.conf").write_text(_own_folders(binary, folder, example))
    # Its workers are another user, who may not look into a folder of ours.
    user = [] if os.geteuid() else ["-g", "user root; daemon off;"]
    line = _line("nginx", binary, folder)
    with _running([*line[:-2], *(user or line[-2:])], folder / "nginx.log", port):
        yield f"http://127.0.0.1:{port}/"


def _found(name: str) -> str:
    binary = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if binary is None:
        pytest.skip(f"{name} is not installed here")
    return binary


@contextmanager
def _running(line: list[str], log: Path, port: int) -> Iterator[None]:
    with log.open("wb") as file:
        process = subprocess.Popen(
            line,
            stdout=file,
            stderr=file,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - from the main thread
        )
    try:
        _await_port(process, port, log)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _put_in(example: str, folder: Path, port: int, hubs: Sequence[int]) -> str:
    """Put in what the head of each file says, and leave out hubs that there are not."""
    example = re.sub(r"(?m)^ *server .*127\.0\.0\.1:800(\d).*\n", _present(len(hubs)), example)
    for number, hub in enumerate(hubs, 1):
        example = example.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{hub}")
    example = re.sub(r"(listen |bind :)443\b", rf"\g<1>{port}", example)
    example = example.replace("bind :", "bind 127.0.0.1:").replace("listen ", "listen 127.0.0.1:")
    # Where a process may have fewer files open than a real balancer, HAProxy would not start.
    example = example.replace("maxconn 60000", "maxconn 500")
    return re.sub(
        r"(/etc/ssl|/run/haproxy|/run)/(?=\w+\.(pem|key|pid|sock)\b)", f"{folder}/", example
    )


def _present(count: int) -> Any:
    return lambda found: found[0] if int(found[1]) <= count else ""


def _write_certificate(folder: Path, pem: bytes) -> None:
    for file in ("ticker.pem", "ticker.key"):
        (folder / file).write_bytes(pem)


def _own_folders(binary: str, folder: Path, example: str) -> str:
    """Who is not root may not write where the package has nginx keep what is too big for memory."""
    if os.geteuid() == 0:
        return example
    built = subprocess.run([binary, "-V"], capture_output=True, text=True, check=True).stderr
    kinds = re.findall(r"--http-([\w-]+)-temp-path", built)
    lines = [f"{kind.replace('-', '_')}_temp_path {folder}/{kind};" for kind in kinds]
    return example.replace("http {\n", "\n".join(["http {", *lines, ""]), 1)


def _line(name: str, binary: str, folder: Path) -> list[str]:
    config = str(folder / _FILES[name])
    if name == "nginx":
        return [binary, "-p", str(folder), "-e", "stderr", "-c", config, "-g", "daemon off;"]
    return [binary, "-db", "-f", config]


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
