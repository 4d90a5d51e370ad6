"""Error responses as `application/problem+json` (RFC 9457); `errors` names each wrong field."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from random import choice
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from ticker.accounts.passwords import BusyError, GoneError
from ticker.accounts.rights import ForbiddenError
from ticker.accounts.tokens import TooManyNamesError
from ticker.editing.attempts import PreconditionError
from ticker.editing.batch import FirstRefusedError
from ticker.editing.bounds import FullError
from ticker.editing.intake import NoSuchFlashError
from ticker.news.faults import Fault, InvalidError
from ticker.news.flash import IllegalChangeError
from ticker.store.faults import StoreUnavailableError
from ticker.store.replication import UnconfirmedError
from ticker.store.wire import (
    AttemptVoidError,
    KeyReusedError,
    TooManyUnchangedError,
    VersionConflictError,
)
from ticker.web.caching import NO_STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request

    from ticker.store.faults import Reason

_UNCHANGED_RETRY = "3600"
_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "2"
_RETRY_RANGE = range(5, 31)
_CLEANING = "?clean=true"


class ProblemError(Exception):
    """A request that is answered with a problem document.

    Args:
        status: HTTP status.
        detail: What is wrong with this request, in a sentence.
        faults: The fields that are wrong.
        headers: Further response headers.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The problem as RFC 9457 has it, with a JSON pointer (RFC 6901) for fields of the body."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.faults:
            body["errors"] = [_error(fault) for fault in self.faults]
        return body

    def response(self) -> Response:
        """The problem as an HTTP response, never cached."""
        # ASCII with escapes: a value may hold what UTF-8 cannot encode, such as a lone surrogate.
        return Response(
            json.dumps(self.document()),
            self.status,
            headers={**NO_STORE, **self.headers},
            media_type=MEDIA_TYPE,
        )


def problem_at(status: int, field: str, detail: str, **headers: str) -> ProblemError:
    """A problem with one named field, header or parameter."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ProblemError(status, f"{field}: {detail}", [Fault(field, detail)], named)


def some_seconds() -> str:
    """Retry-After with jitter: or all who are refused together come back together."""
    return str(choice(_RETRY_RANGE))  # noqa: S311 - no secret


def unavailable(detail: str, seconds: str = RETRY_SECONDS) -> ProblemError:
    """503 with `Retry-After`."""
    return ProblemError(503, detail, headers={"Retry-After": seconds})


def sentence(reason: Reason) -> str:
    """Why the store is of no use now, as a sentence."""
    return f"{reason.value[0].upper()}{reason.value[1:]}."


def no_such_flash(flash_id: str, field: str = "id") -> ProblemError:
    """404 for a flash that is none to this visitor: missing, or not to be seen."""
    return problem_at(404, field, f"There is no flash {flash_id!r} here.")


def no_such_line(field: str = "id") -> ProblemError:
    """The same to a person."""
    return problem_at(404, field, "There is no line of that id here.")


def _error(fault: Fault) -> dict[str, str]:
    pointer = "/" + fault.field.replace("~", "~0").replace("/", "~1")
    error = {"field": fault.field, "detail": fault.detail, "pointer": f"#{pointer}"}
    return error | {"remedy": _CLEANING} if fault.is_cleanable else error


def _invalid(error: InvalidError) -> ProblemError:
    return ProblemError(422, str(error), error.faults)


EXPECTED = (
    AttemptVoidError,
    BusyError,
    ClientDisconnect,
    ForbiddenError,
    FullError,
    GoneError,
    IllegalChangeError,
    InvalidError,
    KeyReusedError,
    NoSuchFlashError,
    PreconditionError,
    ProblemError,
    StoreUnavailableError,
    TooManyNamesError,
    TooManyUnchangedError,
    VersionConflictError,
)
_MEANINGS: dict[type[Exception], Callable[[Any], ProblemError]] = {
    # The client has disconnected: nobody reads this, and it is no error of ours for the log.
    ClientDisconnect: lambda _: problem_at(400, "body", "was cut off"),
    GoneError: lambda _: problem_at(400, "body", "was cut off"),
    BusyError: lambda _: unavailable("Too many log in at once. Try again."),
    InvalidError: _invalid,
    ForbiddenError: lambda error: problem_at(403, error.field, str(error)),
    NoSuchFlashError: lambda error: no_such_flash(str(error)),
    PreconditionError: lambda error: problem_at(412, "If-Match", str(error)),
    FirstRefusedError: lambda _: problem_at(
        424, "linked", "The first line, whose story this one is of, was not filed."
    ),
    FullError: lambda error: problem_at(409, error.field, str(error)),
    TooManyNamesError: lambda error: problem_at(409, "name", str(error)),
    IllegalChangeError: lambda error: problem_at(409, "pubstatus", str(error)),
    KeyReusedError: lambda _: problem_at(
        409, "Idempotency-Key", "This key has answered another request; take a new one."
    ),
    AttemptVoidError: lambda _: problem_at(
        409,
        "Idempotency-Key",
        "This request was sent again meanwhile, and refused: it is not done.",
    ),
    TooManyUnchangedError: lambda _: problem_at(
        429,
        "Idempotency-Key",
        "Too many requests of today changed nothing; send such ones without a key.",
        Retry_After=_UNCHANGED_RETRY,
    ),
    VersionConflictError: lambda _: problem_at(
        409, "version", "Others changed the flash at the same time; read it again."
    ),
    UnconfirmedError: lambda error: unavailable(
        f"The change is stored, and readers may have it, but it could still be lost: "
        f"{error.missing}. Ask again with the same Idempotency-Key: nothing is done twice."
    ),
    StoreUnavailableError: lambda error: unavailable(
        f"{sentence(error.reason)} Ask again with the same Idempotency-Key: nothing is done twice."
    ),
}


def problem_of(error: Exception) -> ProblemError:
    """Error mapping: the HTTP status of one of our exceptions.

    Raises:
        TypeError: It has none.
    """
    if isinstance(error, ProblemError):
        return error
    for kind, meaning in _MEANINGS.items():
        if isinstance(error, kind):
            return meaning(error)
    raise TypeError(f"no HTTP meaning for {type(error).__name__}") from error


def _http_problem(error: HTTPException) -> ProblemError:
    phrase = HTTPStatus(error.status_code).phrase
    return ProblemError(error.status_code, f"{phrase}.", headers=error.headers)


def _crash(error: Exception) -> ProblemError:
    _log.error("request failed", exc_info=error)
    return ProblemError(500, "Something is broken on our side; it is in the log.")


def handlers(
    respond: Callable[[Request, ProblemError], Response],
    refused: Callable[[StoreUnavailableError], None],
) -> dict[Any, Callable[[Request, Any], Response]]:
    """Exception handlers (Starlette): exception → response.

    Args:
        respond: Says a problem in the form that the request wants.
        refused: Hears of everything that the store did not do.
    """

    def explain(request: Request, error: Exception) -> Response:
        if isinstance(error, StoreUnavailableError):
            refused(error)
        return respond(request, problem_of(error))

    return {
        HTTPException: lambda request, error: respond(request, _http_problem(error)),
        Exception: lambda request, error: respond(request, _crash(error)),
        **dict.fromkeys(EXPECTED, explain),
    }
