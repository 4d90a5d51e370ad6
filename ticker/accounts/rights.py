"""Authorisation: who may do what to which line, by role, edition and two-person rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.principal import Principal, Role
from ticker.news.flash import PubStatus, Stage

if TYPE_CHECKING:
    from ticker.news.event import Record
    from ticker.news.flash import Flash

_REPORTER_URGENCY: Final = 3


class ForbiddenError(Exception):
    """The role or editions of a user or token do not allow it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


def covers(principal: Principal, edition: str) -> bool:
    """Whether somebody has rights in an edition, and so in its drill."""
    return not principal.editions or edition.removeprefix("drill-") in principal.editions


def authorise(principal: Principal, edition: str, least: Role) -> None:
    """Let in those of a role, or a higher one, in an edition.

    Raises:
        ForbiddenError: It is not theirs.
    """
    if not covers(principal, edition):
        raise ForbiddenError("edition", f"You have no rights in edition {edition!r}.")
    check_role(principal, least)


def check_role(principal: Principal, least: Role) -> None:
    """Let in those of a role, or a higher one.

    Raises:
        ForbiddenError: Theirs is a lower one.
    """
    if principal.role < least:
        raise ForbiddenError(
            "role", f"This takes the role {least.word}; yours is {principal.role.word}."
        )


def check_rank(principal: Principal, values: dict[str, Any]) -> None:
    """A reporter's lines are of urgency 3 to 9, and nobody pins their own.

    Raises:
        ForbiddenError: These values take an editor.
    """
    if principal.role > Role.REPORTER:
        return
    if values.get("urgency", _REPORTER_URGENCY) < _REPORTER_URGENCY:
        raise ForbiddenError(
            "urgency", "A reporter may set urgency 3 to 9; 1 and 2 take an editor."
        )
    if values.get("pinned"):
        raise ForbiddenError("pinned", "Pinning a line takes an editor.")


def check_own(principal: Principal, versions: list[Record]) -> None:
    """A reporter changes only what they wrote.

    Raises:
        ForbiddenError: Somebody else did.
    """
    if principal.role is Role.REPORTER and versions[0].by != principal.name:
        raise ForbiddenError("role", "A reporter may change only their own lines.")


def check_withdrawal(principal: Principal, versions: list[Record]) -> None:
    """Killing takes an editor; who wrote a line that was never out may take it back.

    Raises:
        ForbiddenError: They may not.
    """
    if principal.role > Role.REPORTER:
        return
    if versions[-1].flash.pubstatus is not PubStatus.WITHHELD:
        raise ForbiddenError("role", "Killing a published line takes the role editor.")
    check_own(principal, versions)


def check_release(principal: Principal, versions: list[Record]) -> None:
    """Two-person rule: the second key is not in the hand that made the newest version.

    Raises:
        ForbiddenError: They may not release it.
    """
    newest = versions[-1]
    check_rank(principal, {"urgency": newest.flash.urgency, "pinned": newest.flash.pinned})
    check_own(principal, versions)
    if newest.stage is Stage.AWAITING and newest.by == principal.name:
        raise ForbiddenError("role", "A second editor must release it: you made this version.")


def check_raise(flash: Flash, values: dict[str, Any]) -> None:
    """Where urgency 1 takes two, no correction may lift a published line to it.

    Raises:
        ForbiddenError: It would.
    """
    is_out = flash.pubstatus is PubStatus.USABLE
    if is_out and flash.urgency != 1 and values.get("urgency") == 1:
        raise ForbiddenError(
            "urgency", "Urgency 1 takes a second editor here: publish it as a new line."
        )
