"""Authorisation: who may do what to which line, by role, edition and two-person rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.principal import Principal, Role
from ticker.news.flash import PubStatus, Stage
from ticker.news.hands import SAYS

if TYPE_CHECKING:
    from ticker.news.event import Record
    from ticker.news.flash import Flash
    from ticker.news.hands import Hands

_REPORTER_URGENCY: Final = 3
_FLASH: Final = 1


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


def reaches(principal: Principal, other: Principal) -> bool:
    """Whether all editions of another are among somebody's own."""
    if not principal.editions:
        return True
    return bool(other.editions) and other.editions <= principal.editions


def check_everywhere(principal: Principal) -> None:
    """What belongs to the whole house is for those who have rights in all of it.

    Raises:
        ForbiddenError: Theirs end with some editions.
    """
    if principal.editions:
        raise ForbiddenError("edition", "This takes rights in all editions.")


def check_reach(principal: Principal, other: Principal) -> None:
    """Delegation: nobody gives, resets or takes what they do not have themselves.

    Args:
        principal: Who acts.
        other: The user or token that is made, changed or removed.

    Raises:
        ForbiddenError: It has a higher role, or editions beyond theirs.
    """
    if other.role > principal.role:
        raise ForbiddenError("role", f"Yours is {principal.role.word}, theirs {other.role.word}.")
    if not reaches(principal, other):
        own = ", ".join(sorted(principal.editions))
        raise ForbiddenError("edition", f"Your rights end with {own}, theirs do not.")


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


def check_change(principal: Principal, newest: Record, after: Flash, *, two_key: bool) -> None:
    """What a change would leave, judged by the line as it is, not by what the request names.

    Args:
        principal: Who asks.
        newest: The line as it is.
        after: The line as it would be.
        two_key: Whether urgency 1 takes two editors.

    Raises:
        ForbiddenError: They may not.
    """
    # A draft may be of any rank: who releases it must be of that one.
    for flash in () if newest.stage is Stage.DRAFT else (newest.flash, after):
        check_rank(principal, {"urgency": flash.urgency, "pinned": flash.pinned})
    if two_key and after.pubstatus is PubStatus.USABLE and after.urgency == _FLASH:
        _check_second_key(newest.flash, after)


def _check_second_key(before: Flash, after: Flash) -> None:
    """Two-person rule: nobody alone puts words, a link or a source of urgency 1 on the air."""
    if before.urgency != _FLASH:
        raise ForbiddenError(
            "urgency", "Urgency 1 takes a second editor here: publish it as a new line."
        )
    for name in SAYS:
        if getattr(after, name) != getattr(before, name):
            raise ForbiddenError(
                name,
                "What a line of urgency 1 says takes a second editor here. Publish the right line "
                "as a new one, or lower the urgency with the correction; a kill never waits.",
            )


def check_own(principal: Principal, hands: Hands) -> None:
    """A reporter changes only what they wrote, as long as nobody else has touched it.

    Raises:
        ForbiddenError: Somebody else did.
    """
    if principal.role > Role.REPORTER:
        return
    if hands.first != principal.name:
        raise ForbiddenError("role", "A reporter may change only their own lines.")
    if hands.shared:
        raise ForbiddenError("role", "An editor has taken this line over; ask them to change it.")


def check_withdrawal(principal: Principal, newest: Record, hands: Hands) -> None:
    """Killing takes an editor; who wrote a line that was never out may take it back.

    Raises:
        ForbiddenError: They may not.
    """
    if principal.role > Role.REPORTER:
        return
    if newest.flash.pubstatus is not PubStatus.WITHHELD:
        raise ForbiddenError("role", "Killing a published line takes the role editor.")
    check_own(principal, hands)


def check_release(principal: Principal, newest: Record, hands: Hands) -> None:
    """Two-person rule: the second key is an editor's, and not of the hand that wrote it last.

    Raises:
        ForbiddenError: They may not release it.
    """
    check_rank(principal, {"urgency": newest.flash.urgency, "pinned": newest.flash.pinned})
    check_own(principal, hands)
    if newest.stage is Stage.AWAITING:
        check_role(principal, Role.EDITOR)
        if hands.author == principal.name:
            raise ForbiddenError("role", "A second editor must release it: its words are yours.")


def sees_address(principal: Principal, record: Record) -> bool:
    """Personal data: from where somebody worked is for editors, and for themselves."""
    return principal.role > Role.REPORTER or record.by == principal.name
