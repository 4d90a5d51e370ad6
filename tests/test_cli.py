from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.blocking import Blocking
from tests.support.process import Serving, command, environment, free_port, serving, ticker
from ticker import __version__
from ticker.client import ClientError
from ticker.server.valkey import is_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.process import Here
    from ticker.client import Flash

_TOKEN = re.compile(r"tkr_[A-Za-z0-9_-]{43}\n")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service that the tests of this file share; none of them may leave it broken."""
    with serving(tmp_path_factory.mktemp("cli") / "data") as service:
        yield service


def _flash(service: Serving, flash_id: str, edition: str = "en") -> Flash:
    """The newest of all versions of a flash."""
    return service.client.versions(edition, flash_id)[-1]["flash"]


def _words(value: object) -> str | None:
    """How a row of a table is called: its arguments, and its environment."""
    match value:
        case list():
            return repr(" ".join(value)[:60] or "nothing")
        case dict():
            return " ".join(f"{name}={given}" for name, given in value.items())
        case _:
            return ""


def _rows(here: Here, service: Serving) -> dict[str, str]:
    """Name → line of `token list`."""
    listed = here("token", "list", "--data", service.data)
    assert (listed.code, listed.err) == (0, "")
    return {line.partition("\t")[0]: line for line in listed.out.splitlines()}


def test_version() -> None:
    """`ticker --version` says the version, alone on stdout."""
    done = ticker("--version")
    assert (done.code, done.out, done.err) == (0, f"ticker {__version__}\n", "")


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        *([*command, "--help"] for command in (["serve"], ["demo"], ["token"], ["post"])),
        *([*command, "--help"] for command in (["correct"], ["kill"], ["tail"], ["bench"])),
        ["token", "create", "--help"],
    ],
    ids=" ".join,
)
def test_help(here: Here, args: list[str]) -> None:
    """Every command explains itself on stdout."""
    done = here(*args)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("usage: ticker")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "COMMAND"),
        (["nonsense"], "nonsense"),
        (["token"], "ACTION"),
        (["token", "create", "x"], "--role"),
        (["token", "create", "x", "--role", "owner"], "owner"),
        (["token", "create", "--role", "editor"], "name"),
        (["token", "revoke"], "name"),
        (["serve", "--port", "http"], "http"),
        (["serve", "--workers", "two"], "two"),
        (["post", "--edition", "en"], "line"),
        (["post", "line"], "--edition"),
        (["post", "line", "--edition", "en", "--urgency", "flash"], "flash"),
        (["correct", "id"], "line"),
        (["kill", "id"], "--reason"),
        (["tail", "--nonsense"], "--nonsense"),
        (["bench"], "KIND"),
        *(
            (["token", "create", "x", "--role", "editor", f"--expires={lifetime}"], "--expires")
            for lifetime in ("", "90", "d", "0d", "-1d", "1.5d", "90 d", "90D", "1w", "999999d")
        ),
    ],
    ids=_words,
)
def test_usage(here: Here, args: list[str], words: str) -> None:
    """What is not a command is a mistake in usage: exit 2, and stderr says what is wrong."""
    done = here(*args)
    assert (done.code, done.out) == (2, "")
    assert words in done.err.splitlines()[-1]
    assert done.err.startswith("usage: ticker")


@pytest.mark.parametrize(
    ("args", "env", "words"),
    [
        (["--port", "70000"], {}, "port: 70000"),
        (["--workers", "0"], {}, "workers: 0"),
        (["--host", "192.0.2.1"], {}, "192.0.2.1:"),
        (["--host", "no.such.host.invalid"], {}, "no.such.host.invalid"),
        (["--config", "/no/such.toml"], {}, "/no/such.toml"),
        (["--redis", "nonsense"], {}, "redis_url"),
        (["--redis", "http://localhost"], {}, "redis_url"),
        (["--redis", "redis://localhost:x"], {}, "redis_url"),
        (["--workers", "2", "--redis", "nonsense"], {}, "redis_url"),
        ([], {"TICKER_PORT": "http"}, "TICKER_PORT: 'http'"),
        ([], {"TICKER_PORT": "-1"}, "port: -1"),
        ([], {"TICKER_WORKERS": "two"}, "TICKER_WORKERS: 'two'"),
        ([], {"TICKER_BEAT": "0"}, "beat: 0"),
        ([], {"TICKER_BEAT": "often"}, "TICKER_BEAT: 'often'"),
        ([], {"TICKER_CONFIG": "/no/such.toml"}, "/no/such.toml"),
        ([], {"TICKER_REDIS_URL": "nonsense"}, "redis_url"),
    ],
    ids=_words,
)
def test_wrong_settings(
    here: Here, tmp_path: Path, args: list[str], env: dict[str, str], words: str
) -> None:
    """A setting that cannot be, from wherever it comes, is named in one clear line."""
    refused = here("serve", "--data", tmp_path / "data", *args, env=env)
    assert words in refused.refusal
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("verb", ["serve", "demo"])
def test_port_in_use(tmp_path: Path, verb: str) -> None:
    """When the port is taken the operator gets one clear line that names the address."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = ticker(verb, "--port", str(port), "--data", tmp_path / "data")
    assert refused.refusal == f"cannot listen on 127.0.0.1:{port}: Address already in use"


def test_data_dir_is_a_file(here: Here, tmp_path: Path) -> None:
    """When the data directory is a file that is said in one line."""
    (tmp_path / "data").write_text("")
    assert str(tmp_path / "data") in here("token", "list", "--data", tmp_path / "data").refusal


@pytest.mark.parametrize("action", [["list"], ["create", "x", "--role", "editor"], ["revoke", "x"]])
def test_store_away(here: Here, action: list[str]) -> None:
    """When the store cannot be reached a token command says so in one line."""
    url = f"redis://127.0.0.1:{free_port()}"
    assert "connect" in here("token", *action, "--redis", url).refusal


def test_environment(here: Here, tmp_path: Path) -> None:
    """Every setting of `serve` can come from the environment, and an option overrides it."""
    port = free_port()
    env = {
        "TICKER_HOST": "127.0.0.1",
        "TICKER_PORT": str(port),
        "TICKER_DATA_DIR": str(tmp_path / "from-environment"),
    }
    with socket.create_server(("127.0.0.1", port)):
        refused = ticker("serve", env=env)
    assert refused.refusal.startswith(f"cannot listen on 127.0.0.1:{port}")
    made = here("token", "create", "x", "--role", "editor", env=env)
    assert _TOKEN.fullmatch(made.out)
    assert (tmp_path / "from-environment").is_dir()
    assert here("token", "list", "--data", tmp_path / "option", env=env).out == ""
    assert (tmp_path / "option").is_dir()


def test_redis_of_our_own(here: Here, tmp_path: Path, store_url: str) -> None:
    """With TICKER_REDIS_URL tokens live there, and no store is started."""
    env = {"TICKER_REDIS_URL": store_url, "TICKER_DATA_DIR": str(tmp_path / "data")}
    assert here("token", "create", "there", "--role", "admin", env=env).code == 0
    assert here("token", "list", "--redis", store_url).out.startswith("there\tadmin\t")
    assert not (tmp_path / "data").exists()


def test_token_alone_on_stdout(here: Here, served: Serving) -> None:
    """`token create` prints the token and nothing else, so that a script can take it."""
    made = here("token", "create", "script", "--role", "editor", "--data", served.data)
    assert (made.code, made.err) == (0, "")
    assert _TOKEN.fullmatch(made.out)
    posted = Blocking(served.url, made.out.strip()).publish("en", "from a script")
    assert posted["version"] == 1


def test_token_list(here: Here, served: Serving) -> None:
    """`token list` says who has tokens, for what and until when, and shows no token, ever."""
    made = here(
        *("token", "create", "lista", "--role", "reporter", "--data", served.data),
        *("--edition", "ar", "--edition", "es", "--expires", "90d"),
    )
    row = _rows(here, served)["lista"]
    until = datetime.now(UTC) + timedelta(days=90)
    assert row.startswith("lista\treporter\teditions: ar,es\t")
    assert any(f"expires: {day:%Y-%m-%d}" in row for day in (until, until - timedelta(minutes=1)))
    everything = "\n".join(_rows(here, served).values())
    assert "tkr_" not in everything
    assert made.out.strip()[4:16] not in everything
    assert re.search(r"^tester\teditor\teditions: all\t.*expires: never$", everything, re.MULTILINE)


@pytest.mark.parametrize(
    ("lifetime", "delta"),
    [
        ("90d", timedelta(days=90)),
        ("12h", timedelta(hours=12)),
        ("30m", timedelta(minutes=30)),
        ("99999d", timedelta(days=99_999)),
    ],
)
def test_expires(here: Here, served: Serving, lifetime: str, delta: timedelta) -> None:
    """A token's lifetime is given in days, hours or minutes."""
    before = datetime.now(UTC)
    made = here(
        *("token", "create", f"for-{lifetime}", "--role", "editor", "--data", served.data),
        *("--expires", lifetime),
    )
    assert made.code == 0, made.err
    said = _rows(here, served)[f"for-{lifetime}"].rpartition("expires: ")[2]
    until = datetime.strptime(said, "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC)
    assert timedelta(minutes=-1) <= until - (before + delta) <= timedelta(minutes=1)


def test_token_for_one_edition(here: Here, served: Serving) -> None:
    """A token for one edition posts there and nowhere else."""
    made = here(
        *("token", "create", "arabic", "--role", "editor", "--data", served.data),
        *("--edition", "ar"),
    )
    client = Blocking(served.url, made.out.strip())
    assert client.publish("ar", "عاجل")["edition"] == "ar"
    with pytest.raises(ClientError, match="403"):
        client.publish("en", "not here")


def test_revoke(here: Here, served: Serving) -> None:
    """A revoked token stops at once, on the service that runs, and its name is free again."""
    create = ("token", "create", "leaver", "--role", "editor", "--data", served.data)
    client = Blocking(served.url, here(*create).out.strip())
    client.publish("en", "still here")
    revoked = here("token", "revoke", "leaver", "--data", served.data)
    assert (revoked.code, revoked.err) == (0, "")
    with pytest.raises(ClientError, match="401"):
        client.publish("en", "no more")
    assert "leaver" not in _rows(here, served)
    assert here(*create).code == 0
    with pytest.raises(ClientError, match="401"):
        client.publish("en", "nor with the old one")


def test_duplicate_name(here: Here, served: Serving) -> None:
    """Two tokens cannot have one name: the second is refused, and the first goes on."""
    again = here("token", "create", "tester", "--role", "admin", "--data", served.data)
    assert "there is a token or user named 'tester'" in again.refusal
    assert again.out == ""
    assert served.client.publish("en", "goes on")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["create", "x", "--role", "editor", "--edition", "xx"], "xx is none of en, ar, es"),
        (["create", "", "--role", "editor"], "NAME"),
        (["create", "a\tb", "--role", "editor"], "NAME"),
        (["create", "n" * 65, "--role", "editor"], "NAME"),
        (["revoke", "nobody"], "there is no token named 'nobody'"),
    ],
    ids=["edition", "empty-name", "tab-in-name", "long-name", "unknown-name"],
)
def test_token_refusals(here: Here, served: Serving, args: list[str], words: str) -> None:
    """What a token cannot be is refused in one clear line, and nothing is printed as a token."""
    refused = here("token", *args, "--data", served.data)
    assert words in refused.refusal
    assert refused.out == ""


def test_tokens_without_a_service(here: Here, tmp_path: Path) -> None:
    """Tokens are made, listed and revoked while no service runs, and hold when it does."""
    data = tmp_path / "data"
    made = here("token", "create", "early", "--role", "editor", "--data", data)
    assert _TOKEN.fullmatch(made.out)
    here("token", "create", "gone", "--role", "editor", "--data", data)
    assert here("token", "revoke", "gone", "--data", data).code == 0
    assert here("token", "list", "--data", data).out.startswith("early\teditor\t")
    assert not is_running(data)
    with serving(data, token=False) as service:
        client = Blocking(service.url, made.out.strip())
        assert client.publish("en", "early bird")["version"] == 1


def test_post_correct_kill(served: Serving) -> None:
    """A line goes through its life at the terminal; its edition is found by its id."""
    posted = ticker(
        *("post", "Première ligne", "--edition", "es", "--urgency", "2", "--source", "Agencia"),
        *("--located", "Madrid", "--section", "politics", "--region", "europe"),
        *("--coverage", "historia", "--url", "https://news.example/1", "--tag", "uno"),
        *("--tag", "dos", "--pinned", "--expires", "2099-01-01T00:00:00Z"),
        *("--story", "historia-1"),
        env=served.env,
    )
    assert (posted.code, posted.err) == (0, "")
    flash_id = posted.out.removesuffix("\n")
    flash = _flash(served, flash_id, "es")
    expected = {
        "headline": "Première ligne",
        "urgency": 2,
        "source": "Agencia",
        "located": "Madrid",
        "section": "politics",
        "region": "europe",
        "coverage": "historia",
        "url": "https://news.example/1",
        "tags": ["uno", "dos"],
        "pinned": True,
        "expires": "2099-01-01T00:00:00.000Z",
        "story": "historia-1",
    }
    assert dict(flash) | expected == flash

    corrected = ticker(
        *("correct", flash_id, "Segunda línea", "--no-pinned", "--correction", "Era otra"),
        env=served.env,
    )
    assert (corrected.code, corrected.out) == (0, f"{flash_id} version 2\n")
    flash = _flash(served, flash_id, "es")
    assert (flash["headline"], flash["pinned"], flash["source"], flash["correction"]) == (
        "Segunda línea",
        False,
        "Agencia",
        "Era otra",
    )

    killed = ticker("kill", flash_id, "--reason", "retirada", env=served.env)
    assert (killed.code, killed.out) == (0, f"{flash_id} version 3 killed\n")
    again = ticker("kill", flash_id, "--reason", "otra vez", env=served.env)
    assert (again.code, again.out) == (0, f"{flash_id} version 3 killed\n")
    assert "409" in ticker("correct", flash_id, "vuelve", env=served.env).refusal


def test_pasted_lines_are_cleaned_when_asked(here: Here, served: Serving) -> None:
    """A refusal says how; the id is still alone on stdout, and what was done is said beside it."""
    post = ("post", "R&amp;D\tstops  it", "--edition", "en")
    assert "; --clean takes it out" in here(*post, env=served.env).refusal
    posted = here(*post, "--clean", env=served.env)
    flash_id = posted.out.strip()
    assert _flash(served, flash_id, "en")["headline"] == "R&D stops  it"
    assert posted.err.splitlines() == [
        "ticker: headline: '&amp;' at position 1 is now '&'",
        "ticker: headline: U+0009 at position 7 is now ' '",
        "ticker: headline: U+0020 SPACE at position 14 may be a slip (spaces)",
    ]
    corrected = here("correct", flash_id, "Two\nlines", "--clean", env=served.env)
    assert (corrected.code, corrected.out) == (0, f"{flash_id} version 2\n")
    assert corrected.err == "ticker: headline: U+000A at position 3 is now ' '\n"


def test_named_edition(here: Here, served: Serving) -> None:
    """With --edition the line is looked for there alone."""
    flash_id = here("post", "line", "--edition", "en", env=served.env).out.strip()
    wrong = here("kill", flash_id, "--reason", "x", "--edition", "ar", env=served.env)
    assert "404" in wrong.refusal
    right = here("kill", flash_id, "--reason", "x", "--edition", "en", env=served.env)
    assert right.code == 0


def test_embargo(here: Here, served: Serving) -> None:
    """A withheld line is accepted, and no reader sees it."""
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    posted = here("post", "withheld", "--edition", "en", "--embargoed", later, env=served.env)
    assert posted.code == 0
    flash = _flash(served, posted.out.strip())
    assert flash["pubstatus"] == "withheld"
    assert "withheld" not in json.dumps(served.client.do(lambda it: it.board("en")).flashes)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["post", "", "--edition", "en"], "headline"),
        (["post", "two\nlines", "--edition", "en"], "headline"),
        (["post", "x" * 281, "--edition", "en"], "headline"),
        (["post", "x", "--edition", "xx"], "en, ar, es"),
        (["post", "x", "--edition", "en", "--urgency", "0"], "urgency"),
        (["post", "x", "--edition", "en", "--section", "xx"], "section"),
        (["post", "x", "--edition", "en", "--url", "javascript:alert(1)"], "url"),
        (["post", "x", "--edition", "en", "--expires", "tomorrow"], "expires"),
        (["post", "x", "--edition", "en", "--embargoed", "noon"], "embargoed"),
        (["correct", "nobody", "x"], "there is no flash 'nobody'"),
        (["correct", "nobody", "x", "--edition", "en"], "404"),
        (["kill", "nobody", "--reason", "x"], "there is no flash 'nobody'"),
    ],
    ids=_words,
)
def test_refused(here: Here, served: Serving, args: list[str], words: str) -> None:
    """What the service refuses ends with 1, one clear line on stderr and nothing on stdout."""
    refused = here(*args, env=served.env)
    assert words in refused.refusal
    assert refused.out == ""


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"TICKER_TOKEN": ""}, "401 Unauthorized: Authorization: A bearer token is needed."),
        ({"TICKER_TOKEN": "tkr_wrong"}, "401 Unauthorized"),
        ({"TICKER_TOKEN": "two words"}, "TICKER_TOKEN"),
        ({"TICKER_URL": "nonsense"}, "TICKER_URL"),
        ({"TICKER_URL": "http://127.0.0.1:1"}, "http://127.0.0.1:1 cannot be reached"),
    ],
    ids=["no-token", "wrong-token", "no-such-token", "no-address", "nobody-there"],
)
@pytest.mark.parametrize(
    "args",
    [["post", "x", "--edition", "en"], ["correct", "x", "y", "--edition", "en"],
     ["kill", "x", "--reason", "y", "--edition", "en"]],
    ids=["post", "correct", "kill"],
)  # fmt: skip
def test_wrong_environment(
    here: Here, served: Serving, args: list[str], env: dict[str, str], words: str
) -> None:
    """A wrong address or token in the environment is named in one clear line."""
    assert words in here(*args, env={**served.env, **env}).refusal


def test_token_from_a_file(here: Here, served: Serving) -> None:
    """A token that was read from a file with a line end works."""
    env = {**served.env, "TICKER_TOKEN": f"{served.token}\r\n"}
    assert here("post", "with a line end", "--edition", "en", env=env).code == 0


def test_line_that_looks_like_an_option(here: Here, served: Serving) -> None:
    """A line that begins with a dash is posted after `--`."""
    posted = here("post", "--edition", "en", "--", "-5 degrees in Madrid", env=served.env)
    assert _flash(served, posted.out.strip())["headline"] == "-5 degrees in Madrid"


def test_output_that_nobody_reads(here: Here, served: Serving) -> None:
    """In a pipe whose other end has gone a command ends quietly."""
    for number in range(3):
        here("token", "create", f"many-{number}", "--role", "editor", "--data", served.data)
    line = shlex.join([*command("token", "list", "--data", served.data)])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line} | true"],
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
