"""Time that a test holds in its hands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.flashes import NOON

if TYPE_CHECKING:
    from datetime import datetime


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float = 0, **by: float) -> None:
        self.now += timedelta(seconds=seconds, **by)
