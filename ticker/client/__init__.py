"""A client of the service, for programs in Python: `Client`, its events and its errors.

It knows nothing of the service but what goes over HTTP: docs/client.md.
"""

from ticker.client.client import Client
from ticker.client.errors import (
    AddressError,
    ChangedError,
    ClientError,
    ConflictError,
    Fault,
    FollowError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    ProblemError,
    StrangerError,
    TooManyError,
    UnauthorizedError,
    UnavailableError,
    UnreachableError,
)
from ticker.client.events import Away, Drop, Event, Line, Reset, Stale
from ticker.client.shapes import Board, Edition, Filed, Flash, Found, NewLine, Version

__all__ = [
    "AddressError",
    "Away",
    "Board",
    "ChangedError",
    "Client",
    "ClientError",
    "ConflictError",
    "Drop",
    "Edition",
    "Event",
    "Fault",
    "Filed",
    "Flash",
    "FollowError",
    "ForbiddenError",
    "Found",
    "GoneError",
    "InvalidError",
    "Line",
    "NewLine",
    "NotFoundError",
    "ProblemError",
    "Reset",
    "Stale",
    "StrangerError",
    "TooManyError",
    "UnauthorizedError",
    "UnavailableError",
    "UnreachableError",
    "Version",
]
