"""The service's clock. Whatever depends on time is handed it, so that a test can set it."""

from __future__ import annotations

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Now: aware, UTC, cut to the milliseconds that are stored and sent."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
