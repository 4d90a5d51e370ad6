"""API operation (OpenAPI 3.1): what one method of one URL takes and answers; a row of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Schema = dict[str, Any]

JSON: Final = "application/json"
# What stands for an id in the examples.
EXAMPLE_ID: Final = "01m859pw97z0ddq7"


class Access(StrEnum):
    """Who may: anybody, or whoever has a role in the edition."""

    PUBLIC = "public"
    EDITORIAL = "editorial"


class Tag(StrEnum):
    """What an operation is about."""

    WRITING = "Writing"
    NEWSROOM = "Newsroom"
    READING = "Reading"
    SITES = "Pages and files"
    HEALTH = "Health"


# Problem responses (RFC 9457) by status: when, and a header field that they have beside the others.
PROBLEMS: Final[Mapping[int, tuple[str, str]]] = MappingProxyType(
    {
        400: ("The body isn't JSON, names a field twice, or isn't UTF-8.", ""),
        401: ("There is no token, or one that is unknown, revoked or expired.", "WWW-Authenticate"),
        403: ("The role, the editions or the site of whoever asks don't allow it.", ""),
        404: ("There is no such edition, line or page.", ""),
        405: ("The URL has no such method; `Allow` names those that it has.", "Allow"),
        409: ("What there is doesn't allow it: `detail` says what, `errors` which field.", ""),
        410: ("The line was killed.", ""),
        412: ("`If-Match` names another version.", ""),
        413: ("The body is too long.", ""),
        415: ("The content type isn't JSON.", "Accept"),
        422: ("A field, parameter or header field is wrong; `errors` names all that are.", ""),
        424: ("In a list of linked lines: the first one was not filed.", ""),
        429: ("Too many requests; `Retry-After` says when to come back.", "Retry-After"),
        500: ("A fault of ours; it is in the log.", ""),
        501: ("No other format is made here.", ""),
        503: ("The store is away, or too many ask at once: `Retry-After`.", "Retry-After"),
    }
)
# Of the connection, whatever is asked for.
_ANYWHERE: Final = (429, 500, 503)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response that is no problem.

    Attributes:
        meaning: What it says.
        schema: Of its JSON, or its name among the schemas; None: it has no JSON.
        media_type: Of its body; empty: it has none.
        headers: Those that it has, beside what every response has.
        example: Of its JSON.
        others: Further media types that it may have.
    """

    meaning: str
    schema: str | Schema | None = None
    media_type: str = JSON
    headers: Sequence[str] = ()
    example: Any = None
    others: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: its schema, the media types that it may have, and an example."""

    schema: str | Schema
    example: Any
    media_types: Sequence[str] = (JSON,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one method of one URL does.

    Attributes:
        id: Its name in generated clients.
        summary: What it does, in a few words.
        tag: What it is about.
        access: Who may.
        parameters: Names of those of its query and its header fields; those of its path are known.
        body: What is sent.
        replies: By status.
        problems: Statuses of its problems, beside those that any request may get.
        query: An example of its query.
    """

    id: str
    summary: str
    tag: Tag
    replies: Mapping[int, Reply]
    access: Access = Access.PUBLIC
    parameters: Sequence[str] = ()
    body: Body | None = None
    problems: Sequence[int] = ()
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def statuses(self) -> Sequence[int]:
        """Of its problems, all of them."""
        editors = (401, 403, 404, 422) if self.access is Access.EDITORIAL else ()
        bodies = (400, 413, 415, 422) if self.body else ()
        return sorted({*_ANYWHERE, *editors, *bodies, *self.problems})


Operations = MappingProxyType[str, Operation]
