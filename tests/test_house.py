"""The rules of the house that a tool can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import ticker
from tests.faults.acts import ACTS
from ticker.metrics import NAMES
from ticker.protocol.frames import CloseCode
from ticker.settings import Settings

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "ticker").rglob("*.py"))
SCRIPTS = sorted(it for it in (ROOT / "static").rglob("*.js") if it.parent.name != "dist")
PURE = [it for it in MODULES if it.parent.name in {"news", "formats", "protocol"}
        or it.relative_to(ROOT).as_posix() in {"ticker/accounts/principal.py", "ticker/accounts/rights.py"}]  # fmt: skip
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]
FILES = [it.relative_to(ROOT).as_posix() for folder in ("", "docs", "ticker", "static", "tests", ".ci")
         for it in ((ROOT / folder).rglob("*") if folder else ROOT.glob("*")) if it.is_file() and it.parent.name != "dist"]  # fmt: skip
# What users make, or the service serves, and what each of several folders has.
NO_FILES_OF_OURS = {
    "openapi.json",
    "asyncapi.json",
    "newsroom.toml",
    "newsroom.css",
    "ticker.js",
    "ticker.css",
    "logo.svg",
    "routes.py",
    "feed.json",
    "en/feed.json",
}
# Modules that are covered by the test file of another, which imports them.
COVERED = {
    "accounts/principal": "accounts/test_tokens",
    "accounts/fetch": "accounts/test_openid", "accounts/id_token": "accounts/test_openid", "accounts/provider": "accounts/test_openid",
    "app": "web/test_every_route", "commands/lines": "commands/test_table", "commands/backups": "backup/test_export",
    "formats/json_feed": "formats/test_feed", "formats/rss": "formats/test_feed", "formats/atom": "formats/test_feed", "formats/xml": "formats/test_feed", "formats/uri": "formats/test_feed", "formats/ninjs": "formats/test_agency", "formats/newsml": "formats/test_agency",
    "editing/bounds": "editing/test_intake", "editing/context": "editing/test_intake", "news/reach": "hub/test_receipts", "news/faults": "news/test_draft", "accounts/sums": "accounts/test_repeated_entries",
    "news/artefacts": "news/test_cleaning", "news/characters": "news/test_cleaning",
    "news/newsroom": "test_settings", "news/colours": "web/embed/test_contrast", "news/search_terms": "news/test_search_query", "server/fast_path": "hub/test_sockets",
    "server/limits": "server/test_http_wire", "server/websocket": "server/test_websocket_wire",
    "store/follow": "store/test_wire", "store/checkpoints": "store/test_past", "jobs/checkpoints": "store/test_past",
    "store/full_text_index": "store/test_full_text", "jobs/full_text": "store/test_full_text",
    "news/checkpoint": "store/test_past", "store/verification": "store/test_history",
    "store/import_lock": "backup/test_restore", "store/keys": "store/test_client",
    "store/widgets": "web/embed/test_widget", "web/desk/timeline": "web/api/test_history",
    "web/templating": "web/pages/test_board", "protocol/messages": "web/description/test_asyncapi",
}  # fmt: skip
# Modules that the test file of another reaches through a command, a URL, a socket or another class,
# and a word of it that does.
REACHED = {
    "client/calls": ("client/test_client", "test_an_answer_that_is_lost"), "client/errors": ("client/test_client", "InvalidError"),
    "client/events": ("client/test_follow", "is_killed"), "commands/batch": ("commands/test_writing", "--batch"), "commands/service": ("test_cli", "TICKER_URL"),
    "editing/batch": ("web/api/test_batches", '"/v1/flashes"'),
    "__main__": ("test_cli", "ticker("), "core": ("web/test_live", "running("),
    "hub/presence": ("store/test_presence", "hub.presence()"),
    "hub/sites": ("store/test_presence", "test_strangers_cannot_fill_the_memory"), "commands/options": ("test_cli", '"--coverage"'), "commands/staff": ("commands/test_users", '"user"'),
    "commands/tokens": ("test_cli", '"token"'), "hub/room": ("hub/test_hub", "hub.publish("),
    "backup/versions": ("backup/test_restore", "put_in_by_the_hundred"),
    "jobs/rehearsal": ("store/test_faults", "/readyz"), "jobs/inspection": ("store/test_inspection", "ticker"),
    "editing/scheduled": ("editing/test_intake", "release_due("),
    "news/timing": ("editing/test_intake", "must be after the release"),
    "jobs/deliveries": ("web/api/test_reach", "/landing"), "server/http": ("server/test_http_wire", "GET /healthz"),
    "server/heads": ("server/test_http_wire", "GET http://x@x/en"),
    "server/refusal": ("server/test_http_wire", "431"), "server/unsent": ("hub/test_backpressure", "GET /v1/en/flashes"),
    "hub/titles": ("web/api/test_coverages", '"titles"'), "jobs/coverage_titles": ("web/api/test_coverages", "second.live("),
    "editing/coverages": ("web/api/test_coverages", "story untitled"), "web/pages/versions": ("web/pages/test_masthead", "hreflang"),
    "web/agency": ("web/api/test_items", ".ninjs"), "web/api/audit": ("web/desk/test_staff", "/v1/audit"), "web/body": ("web/api/test_editors", "raw(413"),
    "web/search": ("web/api/test_search", "q="), "web/pages/lines": ("web/pages/test_coverage", "/coverage/"),
    "web/desk/device_cookies": ("web/desk/test_login", '"device" in it'),
    "web/desk/session_cookies": ("web/desk/test_login", "test_a_login_opens_the_desk"),
    "web/description/operation": ("web/description/test_openapi", "OPERATIONS"),
    "web/description/page": ("web/description/test_examples", "OPERATIONS"),
    "web/description/parameters": ("web/description/test_openapi", "DESCRIPTION"),
    "web/description/reading": ("web/description/test_openapi", "UNDESCRIBED"),
    "web/description/samples": ("web/description/test_examples", "EXAMPLE_ID"),
    "web/description/schemas": ("web/description/test_examples", '"schema"'),
    "web/description/sites": ("web/description/test_examples", '"pinned_widget"'),
    "web/description/writing": ("web/description/test_examples", '"publish_many"'),
    "web/api/description": ("web/description/test_openapi", "/openapi.json"),
    "web/desk/live": ("jobs/test_desk_feed", "desk_line("), "web/shared": ("web/test_routes", "service: Running"),
}  # fmt: skip


def names(path: Path) -> str:
    return path.relative_to(ROOT / "ticker").with_suffix("").as_posix()


@pytest.mark.parametrize("module", [it for it in MODULES if it.stem != "__init__"], ids=names)
def test_every_module_has_a_test_file(module: Path) -> None:
    """A newcomer finds the test of a module by its name."""
    name = names(module)
    if name.startswith("bench/"):
        assert (ROOT / "tests/bench").is_dir()
        return
    if name.endswith("/routes"):
        name = "web/routes"
    folder, _, stem = name.rpartition("/")
    if name in REACHED:
        test, word = REACHED[name]
        assert word in (ROOT / "tests" / f"{test}.py").read_text("utf-8")
        return
    test = COVERED.get(name, f"{folder}/test_{stem}".lstrip("/"))
    path = ROOT / "tests" / f"{test}.py"
    assert path.is_file()
    if name in COVERED:
        assert f"ticker.{name.replace('/', '.')}" in imported(path)


def imported(path: Path) -> set[str]:
    """Names of the modules that a file imports, or imports something from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}", *(f"{node.module}.{it.name}" for it in node.names)}
        elif isinstance(node, ast.Import):
            found |= {it.name for it in node.names}
    return found


def test_no_module_is_said_to_be_covered_that_is_not_there() -> None:
    """Lists of exceptions end with what they were made for, and name no file twice."""
    modules = {names(it) for it in MODULES}
    assert modules >= COVERED.keys() | REACHED.keys()
    assert not COVERED.keys() & REACHED.keys()
    for name in COVERED.keys() | REACHED.keys():
        folder, _, stem = name.rpartition("/")
        own = ROOT / "tests" / folder / f"test_{stem}.py"
        assert not own.is_file(), name


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_files_and_functions_are_small(module: Path) -> None:
    """A file has one job, and a function fits on a screen."""
    text = module.read_text("utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 50, node.name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda it: it.relative_to(ROOT).as_posix())
def test_scripts_are_small_and_ours(script: Path) -> None:
    """No script of ours is long, or loads anything from elsewhere."""
    text = script.read_text("utf-8")
    assert text.count("\n") <= 300
    assert not re.search(r"innerHTML|eval\(|new Function|https?://(?!www\.w3\.org)", text)


def test_the_changelog_knows_the_version() -> None:
    """What is released is what the changelog says."""
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == ticker.__version__


def test_the_manual_is_complete() -> None:
    """Every setting, metric and close code has its place in the manual."""
    manual = {name: (ROOT / f"docs/{name}.md").read_text("utf-8") for name in
              ("settings", "operate", "protocol")}  # fmt: skip
    for item in fields(Settings):
        if item.name != "newsroom":
            assert f"TICKER_{item.name.upper()}" in manual["settings"]
    for name in NAMES:
        assert name in manual["operate"]
    for code in CloseCode:
        assert str(int(code)) in manual["protocol"]


def test_every_rule_of_the_protocol_is_tested() -> None:
    """Each numbered rule of the protocol stands in the sentence of a test."""
    protocol = (ROOT / "docs/protocol.md").read_text("utf-8")
    rules = set(re.findall(r"\*\*(P[0-9]+)\.\*\*", protocol))
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = {rule for group in re.findall(r"\(((?:P[0-9]+(?:, )?)+)\)", tests)
             for rule in group.split(", ")}  # fmt: skip
    assert len(rules) > 30
    assert rules == named


@pytest.mark.parametrize("page", ["security", "reliability"])
def test_what_the_manual_answers_with_exists(page: str) -> None:
    """Each test that answers an attack or a fault is one that is run."""
    named = set(re.findall(r"test_\w+", (ROOT / f"docs/{page}.md").read_text()))
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    found = {it.stem for it in files}
    for file in files:
        found |= set(re.findall(r"def (test_\w+)", file.read_text()))
    assert named <= found


def test_every_fault_has_its_row() -> None:
    """An operator can read what each fault that we make does, and no row is about none of them."""
    manual = (ROOT / "docs/reliability.md").read_text()
    named = set(re.findall(r"`((?!test_)[a-z]+(?:_[a-z]+)+)`", manual))
    assert set(ACTS) == named


def test_the_top_is_the_house() -> None:
    """At the top of the package stand its entrances and its folders, and nothing else."""
    top = {it.name for it in (ROOT / "ticker").iterdir() if it.is_file()}
    assert top == {
        "__init__.py", "__main__.py", "app.py", "cli.py", "core.py", "editions.toml", "metrics.py",
        "py.typed", "settings.py",
    }  # fmt: skip


def test_the_core_is_pure() -> None:
    """What a flash is can be used by anybody, without an event loop, a store or a framework."""
    core = [it.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for it in PURE]
    program = f"""
import sys, {", ".join(it.removesuffix(".__init__") for it in core)}
loaded = {{it.partition(".")[0] for it in sys.modules}}
print(*loaded & {{"asyncio", "redis", "starlette", "uvicorn", "websockets"}}, end="")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(core) > 20


def test_only_the_store_and_its_neighbours_issue_commands() -> None:
    """Whoever looks for what is written to Redis finds it in the store, accounts and backup."""
    for module in MODULES:
        if names(module).partition("/")[0] in {"store", "accounts", "backup"}:
            continue
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            assert not (isinstance(node, ast.Attribute) and node.attr == "commands"), names(module)


def test_the_picture_of_the_house_is_its_contract() -> None:
    """A newcomer sees the layers that lint checks, and no more questions than fit on a page."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = contracts["tool"]["importlinter"]["contracts"]
    layers = [set(re.split(r" \| ", it)) for it in contracts[0]["layers"]]
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    house = guide.partition("## The house")[2].partition("\n## ")[0]
    picture = [set(re.findall(r"[a-z]+", line[:62])) & set.union(*layers)
               for line in house.split("```")[3].splitlines() if line.strip()]  # fmt: skip
    assert picture == layers
    assert len(layers) <= 14
    assert len(contracts) <= 6
    assert len(re.findall(r"^\| (?!question|-)", house, re.MULTILINE)) <= 14


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.name)
def test_no_page_names_a_file_that_is_not_there(page: Path) -> None:
    """Whoever follows the manual into the code arrives."""
    text = re.sub(r"https?://\S+|//\S+", "", page.read_text("utf-8"))
    named = set(re.findall(r"[\w./-]*\w\.(?:py|js|css|lua|html|toml|json|yml|svg|png)\b", text))
    folder = page.parent.relative_to(ROOT).as_posix()
    lost = {it: found for it in named
            if it.lstrip("/") not in NO_FILES_OF_OURS and len(found := meant(it, folder)) != 1}  # fmt: skip
    assert not lost


def meant(name: str, folder: str) -> set[str]:
    """The files that a name on a page of this folder can mean; a whole path means itself."""
    path = name.lstrip("./")
    near = path if name.startswith("../") or folder == "." else f"{folder}/{path}"
    for whole in (path, near, f"ticker/{path}"):
        if whole in FILES:
            return {whole}
    return {file for file in FILES if file.endswith(f"/{path}")}


def test_the_guide_names_no_folder_that_is_not_there() -> None:
    """Whoever adds something finds the folder that it goes into."""
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`([\w./-]+/)`", guide))
    folders = {path.as_posix() for file in FILES for path in Path(file).parents}
    assert len(named) > 5
    assert {it for it in named
            if not {it.rstrip("/"), f"ticker/{it.rstrip('/')}"} & folders} == set()  # fmt: skip


def test_decisions_stand_newest_first() -> None:
    """Who reads why finds the latest word on top."""
    dates = re.findall(r"^## (\d{4}-\d\d-\d\d)", (ROOT / "docs/why.md").read_text(), re.MULTILINE)
    assert dates == sorted(dates, reverse=True)
