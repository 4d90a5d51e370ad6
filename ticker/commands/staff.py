"""`ticker token …` and `ticker user …`: who may write, and who may log in at the desk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ticker.accounts.principal import Role
from ticker.commands import tokens, users
from ticker.commands.options import add_store, duration, settings_of

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Add the commands to a parser."""
    _add_token(commands)
    _add_user(commands)


def _add_token(commands: Any) -> None:
    token = commands.add_parser("token", help="make, list and revoke editors' tokens")
    actions = token.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="print a new token, once")
    create.add_argument("name")
    create.add_argument("--role", required=True, choices=[role.word for role in Role])
    create.add_argument("--edition", action="append", default=[], help="repeat for several; all")
    create.add_argument("--expires", type=duration, help="such as 90d, 12h or 30m; never")
    listing = actions.add_parser("list", help="who has tokens")
    revoke = actions.add_parser("revoke", help="end a token at once")
    revoke.add_argument("name")
    for action, run in ((create, _token_create), (listing, _token_list), (revoke, _token_revoke)):
        add_store(action)
        action.set_defaults(run=run)


def _add_user(commands: Any) -> None:
    user = commands.add_parser("user", help="who may log in at the desk")
    actions = user.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="print a new user's password, once")
    add.add_argument("--role", required=True, choices=[role.word for role in Role])
    add.add_argument("--edition", action="append", default=[], help="repeat for several; all")
    listing = actions.add_parser("list", help="who may log in")
    remove = actions.add_parser("remove", help="end a user and their sessions at once")
    password = actions.add_parser("password", help="print another password, once; ends sessions")
    for action in (add, password):
        action.add_argument("--password-stdin", action="store_true", help="read it from stdin")
    for action in (add, remove, password):
        action.add_argument("name")
    for action, run in (
        (add, _user_add), (listing, _user_list), (remove, _user_remove), (password, _user_password)
    ):  # fmt: skip
        add_store(action)
        action.set_defaults(run=run)


def _token_create(options: argparse.Namespace) -> None:
    given = (options.name, options.role, options.edition, options.expires)
    print(tokens.create(settings_of(options), *given))


def _token_list(options: argparse.Namespace) -> None:
    for line in tokens.describe(settings_of(options)):
        print(line)


def _token_revoke(options: argparse.Namespace) -> None:
    tokens.revoke(settings_of(options), options.name)


def _user_add(options: argparse.Namespace) -> None:
    given = (options.name, options.role, options.edition, _password(options))
    _print_made(users.add(settings_of(options), *given))


def _user_list(options: argparse.Namespace) -> None:
    for line in users.describe(settings_of(options)):
        print(line)


def _user_remove(options: argparse.Namespace) -> None:
    users.remove(settings_of(options), options.name)


def _user_password(options: argparse.Namespace) -> None:
    _print_made(users.renew_password(settings_of(options), options.name, _password(options)))


def _print_made(password: str | None) -> None:
    """A password that somebody gave is known to them, and has no place in a script's log."""
    if password is not None:
        print(password)


def _password(options: argparse.Namespace) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if options.password_stdin else None
