from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.process import (
    PATIENCE,
    Serving,
    command,
    environment,
    free_port,
    serving,
    streaming,
)
from ticker.client import Client, FollowError
from ticker.commands.tail import follow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from tests.support.process import Here
    from ticker.client import Event

_POSTED_MEANWHILE = 20


@dataclass(slots=True)
class Printer:
    """A running `ticker tail`."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        assert line.endswith(b"\n"), "it ended"
        return line.decode().removesuffix("\n")

    async def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(await self.line())
        assert event["type"] == "flash"
        return event

    async def flash(self) -> dict[str, Any]:
        flash: dict[str, Any] = (await self.event())["flash"]
        return flash

    async def headlines(self, count: int) -> list[str]:
        return [(await self.flash())["headline"] for _ in range(count)]

    async def news(self) -> str:
        """What it says of itself."""
        assert self.process.stderr is not None
        return (await self.process.stderr.readline()).decode()

    async def interrupt(self) -> tuple[str, str]:
        """Ctrl+C; what it had still printed, and said."""
        self.process.send_signal(signal.SIGINT)
        out, err = await self.process.communicate()
        assert self.process.returncode == 0
        return out.decode(), err.decode()


@asynccontextmanager
async def tail(service: Serving, *editions: str, json: bool = True) -> AsyncIterator[Printer]:
    wanted = [word for edition in editions for word in ("--edition", edition)]
    options = ["--json"] if json else []
    async with streaming("tail", *wanted, *options, env=service.env) as process:
        yield Printer(process)


def _post(service: Serving, edition: str, headlines: Sequence[str]) -> list[str]:
    """Post lines; their ids."""
    posted = [service.client.publish(edition, headline) for headline in headlines]
    return [flash["id"] for flash in posted]


async def _finish(service: Serving, printer: Printer, edition: str = "en") -> list[str]:
    """All headlines that it printed before one that is posted now."""
    _post(service, edition, ["the end"])
    headlines = []
    while (headline := (await printer.flash())["headline"]) != "the end":
        headlines.append(headline)
    return headlines


async def test_board_first(tmp_path: Path) -> None:
    """Somebody who starts to follow gets the board, oldest line first, then each event."""
    with serving(tmp_path / "data") as service:
        _post(service, "en", ["one", "two", "three"])
        async with tail(service, "en") as printer:
            assert await printer.headlines(3) == ["one", "two", "three"]
            (flash_id,) = _post(service, "en", ["four"])
            service.client.correct("en", flash_id, headline="Four")
            service.client.kill("en", flash_id, "wrong")
            versions = [await printer.flash() for _ in range(3)]
            out, err = await printer.interrupt()
    assert [flash["version"] for flash in versions] == [1, 2, 3]
    assert {flash["id"] for flash in versions} == {flash_id}
    assert versions[2]["pubstatus"] == "canceled"
    assert "headline" not in versions[2]
    assert (out, err) == ("", "")


async def test_through_a_crash(tmp_path: Path, store_url: str) -> None:
    """While the service was dead another posted 20 lines: all come, once each, and in order."""
    with (
        serving(tmp_path / "first", redis=store_url) as service,
        serving(tmp_path / "second", redis=store_url, token=False) as other,
    ):
        other.token = service.token
        _post(service, "en", ["before"])
        async with tail(service, "en") as printer:
            assert await printer.headlines(1) == ["before"]
            service.kill()
            lines = [f"meanwhile {number}" for number in range(_POSTED_MEANWHILE)]
            ids = _post(other, "en", lines)
            assert "waiting for" in await printer.news()
            service.start()
            assert await printer.headlines(_POSTED_MEANWHILE) == lines
            service.client.correct("en", ids[3], headline="meanwhile 3, corrected")
            assert await _finish(service, printer) == ["meanwhile 3, corrected"]


@pytest.mark.long
async def test_through_many_crashes(tmp_path: Path) -> None:
    """However often the service is killed and started, no accepted line is lost or repeated."""
    with serving(tmp_path / "data") as service:
        accepted: list[str] = []
        async with tail(service, "en") as printer:
            for crash in range(3):
                lines = [f"{crash}-{number}" for number in range(5)]
                _post(service, "en", lines)
                accepted += lines
                service.kill()
                service.start()
            assert await _finish(service, printer) == accepted


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "ctrl-c"])
async def test_through_a_restart(tmp_path: Path, number: int) -> None:
    """An ordinary restart of the service goes by without a loss."""
    with serving(tmp_path / "data") as service:
        async with tail(service, "en") as printer:
            _post(service, "en", ["before"])
            assert await printer.headlines(1) == ["before"]
            await asyncio.to_thread(service.stop, number)
            service.start()
            _post(service, "en", ["after"])
            assert await _finish(service, printer) == ["after"]


async def test_data_deleted(tmp_path: Path) -> None:
    """When the service comes back with empty data, new lines are shown all the same."""
    with serving(tmp_path / "data") as service:
        _post(service, "en", ["old", "older"])
        async with tail(service, "en") as printer:
            assert await printer.headlines(2) == ["old", "older"]
            service.kill()
            shutil.rmtree(service.data)
            service.start()
            service.make_token()
            _post(service, "en", ["new"])
            assert await _finish(service, printer) == ["new"]
            _, err = await printer.interrupt()
    assert "here is the board" in err


async def test_data_restored(tmp_path: Path) -> None:
    """After a backup was put back, what it says is shown, even if the numbers were seen before."""
    backup = tmp_path / "backup"
    with serving(tmp_path / "data") as service:
        kept, changed = _post(service, "en", ["kept", "first"])
        async with tail(service, "en") as printer:
            assert await printer.headlines(2) == ["kept", "first"]
            await asyncio.to_thread(service.stop)
            shutil.copytree(service.data / "appendonlydir", backup)
            service.start()
            service.client.correct("en", changed, headline="lost")
            service.client.correct("en", kept, headline="lost as well")
            assert await printer.headlines(2) == ["lost", "lost as well"]
            await asyncio.to_thread(service.stop)
            shutil.rmtree(service.data / "appendonlydir")
            shutil.copytree(backup, service.data / "appendonlydir")
            service.start()
            assert sorted(await printer.headlines(2)) == ["first", "kept"]
            service.client.correct("en", changed, headline="second")
            assert await _finish(service, printer) == ["second"]


async def test_several_editions(served: Serving) -> None:
    """The lines of several editions come as one flow, and of others none."""
    async with tail(served, "en", "ar", "en") as printer:
        marks = [f"{number}-{os.getpid()}" for number in range(4)]
        for mark, edition in zip(marks, ("en", "ar", "es", "en"), strict=True):
            _post(served, edition, [mark])
        printed: Counter[tuple[str, str]] = Counter()
        while printed.total() < 3:
            flash = await printer.flash()
            if flash["headline"] in marks:
                printed[flash["edition"], flash["headline"]] += 1
        assert set(printed.values()) == {1}
        assert set(printed) == {("en", marks[0]), ("ar", marks[1]), ("en", marks[3])}


async def test_all_editions(served: Serving) -> None:
    """Without an edition, all of them are followed."""
    async with tail(served) as printer:
        for edition in ("en", "ar", "es"):
            _post(served, edition, ["everywhere"])
        seen: set[str] = set()
        while len(seen) < 3:
            flash = await printer.flash()
            if flash["headline"] == "everywhere":
                seen.add(flash["edition"])


async def test_cursor_is_the_protocols(served: Serving) -> None:
    """Each printed event says its position, from which any reader can go on."""
    async with tail(served, "es") as printer:
        _post(served, "es", ["connected"])
        while (await printer.flash())["headline"] != "connected":
            pass
        _post(served, "es", ["to resume from", "after that"])
        event = await printer.event()
        assert event["flash"]["headline"] == "to resume from"
    async with served.remote.live("es", f"cursor={event['cursor']}") as reader:
        hello = json.loads(await reader.recv())
    assert not hello["reset"]
    assert [flash["headline"] for flash in hello["flashes"]] == ["after that"]


async def test_for_people(served: Serving) -> None:
    """Without --json a line says when, where, how urgent, what, by whom, and its id."""
    async with tail(served, "ar", json=False) as printer:
        posted = served.client.publish("ar", "عاجل: خبر", urgency=1, source="وكالة")
        flash_id = posted["id"]
        while not (line := await printer.line()).endswith(flash_id):
            pass
        assert re.fullmatch(rf"\d\d:\d\d:\d\d  ar  1  عاجل: خبر  \(وكالة\)  {flash_id}", line)
        served.client.correct("ar", flash_id, headline="تصحيح", source=None)
        assert re.fullmatch(rf"[\d:]+  ar  1  v2  تصحيح  {flash_id}", await printer.line())
        served.client.kill("ar", flash_id, "wrong")
        assert re.fullmatch(rf"[\d:]+  ar  KILLED  {flash_id}", await printer.line())


def test_unknown_edition(here: Here, served: Serving) -> None:
    """An edition that is not there is refused at once, naming those that are."""
    refused = here("tail", "--edition", "en", "--edition", "xx", env=served.env)
    assert refused.refusal == "404: edition: There is no edition 'xx'; there are en, ar, es."


async def test_nothing_is_left_open(served: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one edition is refused, the others' connections are closed before the command ends."""
    _post(served, "en", ["a line"])
    before = asyncio.all_tasks()
    shown, events = asyncio.Event(), Client.follow

    async def refused(client: Client, edition: str) -> AsyncIterator[Event]:
        if edition == "en":
            async with aclosing(events(client, edition)) as happening:
                async for event in happening:
                    yield event
        await shown.wait()
        raise FollowError

    monkeypatch.setattr(Client, "follow", refused)
    with pytest.raises(FollowError):
        await follow(Client(served.url), ["en", "xx"], lambda _: shown.set())
    assert asyncio.all_tasks() - before == set()


async def test_started_too_early(tmp_path: Path) -> None:
    """A follower that is started before the service says so once, and waits for it."""
    service = Serving(tmp_path / "data")
    async with tail(service, "en") as printer:
        said = await printer.news()
        assert said.startswith(f"ticker: en: waiting for {service.url}: ")
        service.make_token()
        service.start()
        _post(service, "en", ["at last"])
        assert await printer.headlines(1) == ["at last"]
        _, err = await printer.interrupt()
        service.stop()
    assert err == ""


async def test_store_away(tmp_path: Path) -> None:
    """A follower that comes while the service has no store is told why it waits."""
    nowhere = f"redis://127.0.0.1:{free_port()}"
    with serving(tmp_path / "data", redis=nowhere, token=False, ready=False) as service:
        while (await _answer(service)) != 503:
            assert service.process.poll() is None, service.log
        async with tail(service, "en") as printer:
            assert "503: " in await printer.news()


async def _answer(service: Serving) -> int:
    try:
        return (await service.remote.get("/readyz")).status
    except OSError:
        return 0


def test_nobody_there(here: Here) -> None:
    """Without an edition the service must be asked for them: when it is away, that is said."""
    url = f"http://127.0.0.1:{free_port()}"
    assert f"{url} cannot be reached" in here("tail", env={"TICKER_URL": url}).refusal


@pytest.mark.parametrize("url", ["nonsense", "localhost:8000", "http://localhost:x"])
def test_no_address(here: Here, url: str) -> None:
    """An address that cannot be one is named in one clear line."""
    refused = here("tail", "--edition", "en", env={"TICKER_URL": url})
    assert "TICKER_URL" in refused.refusal


def test_reader_of_the_output_leaves(served: Serving) -> None:
    """In `ticker tail | head` it ends quietly when nobody reads it any more."""
    with subprocess.Popen(
        command("tail", "--edition", "en", "--json"),
        env=environment(served.env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        _post(served, "en", ["for head"])
        process.stdout.readline()
        process.stdout.close()
        _post(served, "en", ["for nobody"])
        try:
            assert process.wait(PATIENCE) == 0
            assert process.stderr.read() == b""
        finally:
            process.kill()
