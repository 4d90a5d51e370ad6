"""What can go wrong between a program and the service, as exceptions that say it in one line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticker.client.shapes import Flash

_RETRY_MAX: Final = 60.0
_PASSING: Final = frozenset({502, 503, 504})


class ClientError(Exception):
    """Something that was asked for did not come about, or may not have; the base of all of these.

    Attributes:
        passing: Whether it is transient: it may be done all the same, and asking again helps.
    """

    passing = False


class AddressError(ClientError):
    """What was given as the address or the token of a service cannot be one.

    Attributes:
        name: `url` or `token`.
        detail: What is wrong with it.
    """

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name} {detail}")
        self.name = name
        self.detail = detail


class StrangerError(ClientError):
    """Who answers at the address does not answer as Ticker does."""


class UnreachableError(ClientError):
    """No answer came.

    Attributes:
        passing: Whether the request may have arrived; false where nobody listens.
    """

    def __init__(self, message: str, *, passing: bool = True) -> None:
        super().__init__(message)
        self.passing = passing


class FollowError(ClientError):
    """The service does not want this follower, and coming back is no use."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request.

    Attributes:
        field: Of the body, or the name of a parameter or header field.
        detail: What is wrong with it.
        pointer: Where in the body, as a JSON pointer (RFC 6901); empty: not in it.
        remedy: A query that helps, such as `?clean=true`; empty: none.
    """

    field: str
    detail: str
    pointer: str = ""
    remedy: str = ""


class ProblemError(ClientError):
    """The service refused, with a problem document (RFC 9457) or a bare status.

    Attributes:
        status: Of HTTP.
        detail: What is wrong, in a sentence for people; empty: nothing was said.
        faults: The fields that are wrong, all of them.
        retry_after: Seconds after which it may be asked again; 0: nothing was said.
        document: As it came, with members that are not known here; empty: none came.
    """

    def __init__(
        self, status: int, reason: str, document: Mapping[str, Any], retry_after: float = 0.0
    ) -> None:
        self.status = status
        self.document = document
        self.detail = str(document.get("detail", ""))
        self.faults = _faults(document)
        self.retry_after = retry_after
        said = f"{status} {reason}".rstrip()
        super().__init__(f"{said}: {self.detail}" if self.detail else said)
        self.passing = status in _PASSING


class UnauthorizedError(ProblemError):
    """401: no token, or one that is unknown, revoked or expired."""


class ForbiddenError(ProblemError):
    """403: the token's role or editions do not allow it."""


class NotFoundError(ProblemError):
    """404: there is no such edition or flash, or none for this visitor."""


class ConflictError(ProblemError):
    """409: the flash is killed, or full is what it should go into, or the key has another use."""


class GoneError(ProblemError):
    """410: the line was killed.

    Attributes:
        tombstone: What is left of it.
    """

    @property
    def tombstone(self) -> Flash:
        """The flash without its words."""
        return cast("Flash", self.document)


class ChangedError(ProblemError):
    """412: others have changed the line since the version that was named."""


class InvalidError(ProblemError):
    """422: a field is wrong; `faults` names each."""


class TooManyError(ProblemError):
    """429: more was asked than one may; `retry_after` says when to go on."""


class UnavailableError(ProblemError):
    """503: the service has no store, or too much to do; what was asked for may be done or not."""


_KINDS: Final[Mapping[int, type[ProblemError]]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    412: ChangedError,
    422: InvalidError,
    429: TooManyError,
    503: UnavailableError,
}


def problem(
    status: int, reason: str = "", body: bytes | Mapping[str, Any] = b"", retry_after: str = ""
) -> ProblemError:
    """The exception that a refusal is.

    Args:
        status: Of HTTP.
        reason: Of the status line.
        body: As it came, or what was in it.
        retry_after: The header field.
    """
    document = _document(body) if isinstance(body, bytes) else body
    after = min(float(retry_after), _RETRY_MAX) if retry_after.isdecimal() else 0.0
    return _KINDS.get(status, ProblemError)(status, reason, document, after)


def of_result(document: Mapping[str, Any]) -> ProblemError:
    """The refusal of one line in a list of several."""
    status = int(document.get("status", HTTPStatus.INTERNAL_SERVER_ERROR))
    return problem(status, str(document.get("title", "")), document)


def is_ours(refusal: ProblemError) -> bool:
    """Whether it came from Ticker itself, and not from something on the way."""
    return bool(refusal.detail)


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _faults(document: Mapping[str, Any]) -> tuple[Fault, ...]:
    errors = document.get("errors")
    if not isinstance(errors, list):
        return ()
    names = ("field", "detail", "pointer", "remedy")
    rows = [[str(it.get(name, "")) for name in names] for it in errors if isinstance(it, dict)]
    return tuple(Fault(*row) for row in rows)
