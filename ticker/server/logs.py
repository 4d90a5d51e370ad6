"""Logs: one JSON object a line on stderr, so that nothing logged forges a line (log injection)."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

# JSON leaves these as they are, yet terminals obey them and viewers break lines at them.
_UNSAFE: Final = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False).translate(_UNSAFE)


# What uvicorn says of strangers' mistakes, and of every reader that we refuse before the upgrade:
# no fault of ours, of no use without an address, and anybody could fill the log with it.
_OF_STRANGERS: Final = frozenset(
    {
        "ASGI callable returned without completing handshake.",
        "ASGI callable returned without completing response.",
        "Invalid HTTP request received.",
        "Unsupported upgrade request.",
    }
)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.msg not in _OF_STRANGERS


def set_up(level: int = logging.INFO) -> None:
    """Send all logs to stderr. The server's line for each WebSocket holds its URL: left out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    server = logging.getLogger("uvicorn.error")
    server.setLevel(max(level, logging.WARNING))
    server.addFilter(_is_ours)
