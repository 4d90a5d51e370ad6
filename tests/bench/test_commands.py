"""`ticker bench` as an operator runs it: real processes, small numbers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.nodes import until
from tests.support.process import (
    PATIENCE,
    Ended,
    await_end,
    children,
    command,
    environment,
    ticker,
    watched,
)
from ticker.bench.report import search_text
from ticker.bench.search import Searched

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.process import Serving

QUICK = ("--quick", "--json")
NOWHERE = {"TICKER_REDIS_URL": "unix:///nowhere/redis.sock", "TICKER_MAX_READERS": "1"}


def bench(kind: str, *args: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON of a benchmark that went well."""
    done = ticker("bench", kind, *QUICK, *args, env=env)
    assert done.code == 0, done.err
    result: dict[str, Any] = json.loads(done.out)
    assert result["kind"] == kind
    return result


@pytest.mark.parametrize(
    ("transport", "sizes"),
    [
        pytest.param("websocket", range(400, 600), id="websocket"),
        pytest.param("websocket-deflate", range(200, 400), id="deflated, so smaller"),
        pytest.param("sse", range(400, 600), id="sse"),
    ],
)
def test_a_fan_out_reaches_every_reader_once(transport: str, sizes: range) -> None:
    """An operator learns what a delivery costs on each transport, and that no line went astray; in a store of its own, whatever the environment names for the service."""
    result = bench("fanout", "--transport", transport, env=NOWHERE)
    (ours,) = result["servers"]
    # Three lines to warm up, four rounds, and twenty at once in each of two ways.
    assert ours["deliveries"] == 50 * (3 + 4 + 20 + 20)
    assert (ours["missing"], ours["duplicates"]) == (0, 0)
    assert 0 < ours["cpu_us"]["low"] <= ours["cpu_us"]["median"] <= ours["cpu_us"]["high"]
    assert 0 < ours["p50_ms"]["median"] <= ours["p99_ms"]["median"] <= ours["max_ms"]
    assert (ours["burst"]["lines"], ours["feed"]["lines"]) == (20, 20)
    assert ours["message_bytes"] in sizes


def test_stuck_readers_keep_nobody_waiting() -> None:
    """With readers that take nothing, all the others still get every line once."""
    (ours,) = bench("fanout", "--slow", "3")["servers"]
    assert ours["deliveries"] == 50 * (200 + 3 + 4 + 20 + 20)
    assert (ours["missing"], ours["duplicates"]) == (0, 0)


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_a_storm_loses_nobody(transport: str) -> None:
    """After a storm of readers all are back, and a line posted meanwhile has reached them all."""
    (ours,) = bench("storm", "--transport", transport)["servers"]
    assert (ours["behind"], ours["missing"]) == (0, 0)
    assert ours["storm_seconds"]["median"] > 0
    assert ours["open_cpu_us"]["median"] > 0
    assert 0 < ours["line_p50_ms"] <= ours["line_max_ms"]


def test_connections_leave_no_files_behind() -> None:
    """Readers who came and went leave no more open files than there were."""
    (ours,) = bench("connections", "--churn", "300")["servers"]
    assert ours["churned"] == 300
    assert ours["files_after"] <= ours["files_before"]
    assert ours["uss_after_kb"] <= ours["rss_after_kb"]


@pytest.mark.long
def test_a_flood_of_pages_keeps_nobody_out() -> None:
    """An operator learns what pages cost, and that amid their readers others come in, and lines too."""
    (ours,) = bench("pages")["servers"]
    kinds = {it["kind"]: it for it in ours["kinds"]}
    pages = ["board", "embed", "listing", "feed", "line", "filter", "other filters"]
    assert list(kinds) == [*pages, "flash", "board then", "log", "search", "other searches"]
    for found in kinds.values():
        assert found["cpu_us"] > 0
        assert found["per_second"] > 0
        assert found["page_bytes"] > 500
        for name in ("readers_ms", "post_ms", "kill_ms"):
            assert 0 < found[name]["low"] <= found[name]["median"] <= found[name]["high"]
    assert kinds["board"]["flood_refused"] == 0
    assert kinds["filter"]["flood_refused"] == 0


def test_a_flood_of_logins_beside_readers() -> None:
    """An operator learns how long lines take to readers while strangers guess passwords."""
    (ours,) = bench("logins")["servers"]
    assert (ours["missing"], ours["duplicates"], ours["others"]) == (0, 0, 0)
    assert ours["looked_at"]["median"] > 0
    for name in ("calm_p50_ms", "calm_p99_ms", "flood_p50_ms", "flood_p99_ms"):
        assert 0 < ours[name]["low"] <= ours[name]["median"] <= ours[name]["high"]
    assert ours["calm_p50_ms"]["median"] <= ours["calm_p99_ms"]["median"]
    ratio = ours["flood_p99_ms"]["median"] / ours["calm_p99_ms"]["median"]
    assert ours["p99_ratio"] == pytest.approx(ratio)


def test_a_history_is_measured_short_and_long() -> None:
    """An operator learns what commands, requests and memory cost with so many lines on the log."""
    done = ticker("bench", "history", "--quick", "--json")
    assert done.code == 0, done.err
    short, long = json.loads(done.out)["histories"]
    assert (short["entries"], long["entries"]) == (20, 60)
    for history in (short, long):
        assert min(history["requests_ms"].values()) > 0
        assert history["put"]["peak_kb"] > 10_000
        assert history["service_kb"] > history["store_kb"] > 1000


@pytest.mark.parametrize(
    "kind",
    [
        "fanout",
        pytest.param("storm", marks=pytest.mark.slow),
        pytest.param("connections", marks=pytest.mark.slow),
    ],
)
def test_other_servers_are_measured_alike(kind: str, tmp_path: Path) -> None:
    """`--compare` measures the other servers in the same run, ours first, losing no line either."""
    chart = tmp_path / "chart.svg"
    more = ("--chart", str(chart)) if kind == "fanout" else ()
    servers = bench(kind, "--compare", *more)["servers"]
    names = [server["server"] for server in servers]
    expected = [
        "Ticker",
        "Starlette, queue and task per reader",
        "the same, uvicorn's default deflate",
        "websockets.broadcast",
    ]
    limit = ["C, bare send(2) loop"] if shutil.which("cc") else []
    assert names == expected + limit
    assert {server.get("missing", 0) for server in servers} == {0}
    assert {server.get("duplicates", 0) for server in servers} == {0}
    assert {server.get("behind", 0) for server in servers} == {0}
    if more:
        _check_picture(chart.read_text(), len(servers))


def _check_picture(text: str, servers: int) -> None:
    """An SVG with a bar for each server that can be read on a dark page too."""
    bars = ET.fromstring(text).findall("{http://www.w3.org/2000/svg}rect")
    assert len(bars) >= servers
    assert all(float(bar.attrib["width"]) > 0 for bar in bars)
    assert "prefers-color-scheme: dark" in text


@pytest.mark.slow
def test_without_a_compiler_the_limit_is_left_out() -> None:
    """Where there is no C compiler, a sentence says so and the table has the rest, ours first."""
    done = ticker("bench", "fanout", "--quick", "--compare", env={"PATH": "/nowhere"})
    assert done.code == 0, done.err
    assert "C, bare send(2) loop is left out: there is no C compiler (cc)." in done.err
    rows = done.out.partition("---")[2].splitlines()[1:5]
    starts = ["Ticker  ", "Starlette, queue", "the same, uvicorn", "websockets.broadcast"]
    assert [row.startswith(start) for row, start in zip(rows, starts, strict=True)] == [True] * 4
    assert "C, bare send(2) loop" not in done.out


def test_a_running_service_can_be_measured(served: Serving) -> None:
    """`--target` measures a service that runs already, and leaves it running."""
    pid = str(served.process.pid)
    (ours,) = bench("fanout", "--target", served.url, "--pid", pid, "--token", served.token)[
        "servers"
    ]
    assert served.url in ours["server"]
    assert (ours["missing"], ours["duplicates"]) == (0, 0)
    assert served.client.is_ready()


def refused(*args: str) -> Ended:
    return ticker("bench", "fanout", *QUICK, *args)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        pytest.param(
            ("--readers", "90000000"), "this machine allows", id="more readers than open files"
        ),
        pytest.param(
            ("--target", "http://192.0.2.1:80", "--pid", "1"),
            "--target must be http on 127.0.0.0/8",
            id="another machine",
        ),
        pytest.param(("--target", "http://127.0.0.1:9"), "needs --pid", id="no process"),
        pytest.param(
            ("--target", "http://127.0.0.1:9", "--pid", str(os.getpid())),
            "Connection refused",
            id="nobody there",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(args: tuple[str, ...], sentence: str) -> None:
    """An operator who asks for the impossible gets one clear line."""
    assert sentence in refused(*args).refusal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_benchmark_leaves_no_process(number: signal.Signals) -> None:
    """However a benchmark ends, the servers and readers that it started end with it."""
    process = subprocess.Popen(
        command("bench", "fanout", "--readers", "20", "--rounds", "1000000"),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: "spawn_main" in str(family(process.pid)), "there is a swarm")
        with watched(*family(process.pid)) as handles:
            assert len(handles) >= 3  # the service, its store, the swarm
            process.send_signal(number)
            process.wait(PATIENCE)
            await_end(handles)
    finally:
        process.kill()
        process.wait()


def family(pid: int) -> dict[int, str]:
    """Process id → command line of all that descend from a process."""
    found: dict[int, str] = {}
    try:
        for child, line in children(pid).items():
            found |= {child: line, **family(child)}
    except FileNotFoundError:
        pass
    return found


def test_searches_of_a_small_archive() -> None:
    """An operator learns what a search costs, and what the index of an archive takes."""
    (found,) = bench("search")["archives"]
    assert found["lines"] == 300
    assert found["p50_ms"].keys() == found["p99_ms"].keys() == found["found"].keys()
    assert found["found"]["one letter"] > 0
    assert found["found"]["nothing"] == 0
    assert all(0 < it < 1e6 for it in found["cpu_ms"].values())
    table = search_text([Searched(**found)]).splitlines()
    assert len({len(it) for it in table[: len(found["p50_ms"]) + 2]}) == 1
