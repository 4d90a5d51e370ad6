"""`ticker post`, `draft`, `hold`, `release`, `correct`, `kill`: what an editor does to a line."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from ticker.commands.batch import post_all
from ticker.commands.lines import show
from ticker.commands.options import LateParser, add_fields, add_json, fields_of
from ticker.commands.service import asked, edition_of
from ticker.news.flash import CHANGEABLE

if TYPE_CHECKING:
    import argparse

    from ticker.client import Client, Flash

_HOLD_SECONDS = 3


def add(commands: Any) -> None:
    """Add the commands to a parser."""
    post = _add(commands, "post", "publish a line, or many (TICKER_URL, TICKER_TOKEN)", _post)
    _add_line(post)
    post.add_argument(
        "--batch", metavar="FILE", help="JSON Lines, each a flash with its edition; - is stdin"
    )
    post.add_argument("--draft", action="store_true", help="file it, for nobody to see yet")
    draft = _add(commands, "draft", "file a line that no reader sees until it is released", _draft)
    _add_line(draft)
    hold = _add(commands, "hold", "publish a line in some seconds; a kill stops it", _hold)
    _add_line(hold)
    hold.add_argument("--seconds", type=int, default=_HOLD_SECONDS, help="1 to 10 (3)")
    release = _add(commands, "release", "let a waiting line out", _release)
    _add_id(release)
    release.add_argument("--hold", type=int, default=0, metavar="SECONDS", help="in 1 to 10")
    correct = _add(commands, "correct", "replace a line, or change what else it says", _correct)
    _add_id(correct)
    correct.add_argument("headline", metavar="line", nargs="?")
    add_fields(correct, correcting=True)
    clearable = sorted(name for name, field in CHANGEABLE.items() if field.is_clearable)
    correct.add_argument(
        "--clear", action="append", default=[], choices=clearable, metavar="FIELD",
        help=f"take back what it says; repeatable: {', '.join(clearable)}",
    )  # fmt: skip
    correct.add_argument("--refile", action="store_true", help="mend a slip, without a note")
    correct.set_defaults(usage=correct.error)
    kill = _add(commands, "kill", "remove a line from every screen", _kill)
    _add_id(kill)
    kill.add_argument("--reason", required=True)
    for command in (correct, kill, release):
        command.add_argument(
            "--if-version", type=int, metavar="N", help="only if that is its version still"
        )


def _add(commands: Any, name: str, meaning: str, run: Any) -> LateParser:
    command: LateParser = commands.add_parser(name, help=meaning, description=meaning)
    add_json(command)
    command.set_defaults(run=run)
    return command


def _add_line(command: LateParser) -> None:
    command.add_argument("headline", metavar="line", nargs="?")
    command.add_argument("--edition")
    command.late = "headline"
    command.set_defaults(usage=command.error)
    add_fields(command, correcting=False)


def _add_id(command: LateParser) -> None:
    command.add_argument("id")
    command.add_argument("--edition", help="found by the id when not given")
    command.late = "headline" if command.prog.endswith("correct") else ""


def _post(options: argparse.Namespace) -> None:
    if options.batch is None:
        _file(options, {"draft": True} if options.draft else {})
    elif options.headline is not None or fields_of(options):
        options.usage("--batch takes lines from the file alone")
    else:
        asked(partial(post_all, options=options))


def _draft(options: argparse.Namespace) -> None:
    _file(options, {"draft": True})


def _hold(options: argparse.Namespace) -> None:
    _file(options, {"seconds": options.seconds})


def _file(options: argparse.Namespace, how: dict[str, Any]) -> None:
    missing = [
        name
        for name, it in (("line", options.headline), ("--edition", options.edition))
        if it is None
    ]
    if missing:
        options.usage(f"the following arguments are required: {', '.join(missing)}")

    async def file(client: Client) -> Flash:
        said: dict[str, Any] = {**fields_of(options), "clean": options.clean}
        if "draft" in how:
            return await client.draft(options.edition, **said)
        if "seconds" in how:
            return await client.hold(options.edition, **said, **how)
        return await client.publish(options.edition, **said)

    flash = asked(file)
    show([flash], [flash["id"]], as_json=options.json)
    _tell(flash)


def _release(options: argparse.Namespace) -> None:
    async def release(client: Client) -> Flash:
        edition = await edition_of(client, options.edition, options.id)
        return await client.release(
            edition, options.id, hold=options.hold, if_version=options.if_version
        )

    flash = asked(release)
    state = "" if flash["pubstatus"] == "usable" else " waits still"
    show([flash], [f"{_named(flash)}{state}"], as_json=options.json)


def _correct(options: argparse.Namespace) -> None:
    changes: dict[str, Any] = {**fields_of(options), **dict.fromkeys(options.clear)}
    if not changes:
        options.usage("nothing to change: a line is needed, or an option that says what")

    async def correct(client: Client) -> Flash:
        edition = await edition_of(client, options.edition, options.id)
        how = {"clean": options.clean, "refile": options.refile, "if_version": options.if_version}
        return await client.correct(edition, options.id, **changes, **how)

    flash = asked(correct)
    show([flash], [_named(flash)], as_json=options.json)
    _tell(flash)


def _kill(options: argparse.Namespace) -> None:
    async def kill(client: Client) -> Flash:
        edition = await edition_of(client, options.edition, options.id)
        return await client.kill(edition, options.id, options.reason, if_version=options.if_version)

    flash = asked(kill)
    show([flash], [f"{_named(flash)} killed"], as_json=options.json)


def _named(flash: Flash) -> str:
    return f"{flash['id']} version {flash['version']}"


def _tell(flash: Flash) -> None:
    """What was cleaned, and what an editor should look at."""
    for it in flash.get("cleaned", ()):
        became = f"is now {it['replacement']!r}" if it["replacement"] else "is gone"
        print(f"ticker: {_place(it)} {became}", file=sys.stderr)
    for it in flash.get("doubtful", ()):
        print(f"ticker: {_place(it)} may be a slip ({it['rule']})", file=sys.stderr)


def _place(change: dict[str, Any]) -> str:
    what = change["what"] if change["what"].startswith("U+") else repr(change["what"])
    return f"{change['field']}: {what} at position {change['position']}"
