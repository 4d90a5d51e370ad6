"""Audit log of accounts over HTTP, for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from ticker.accounts.principal import Role
from ticker.accounts.rights import check_everywhere, check_role
from ticker.web.caching import NO_STORE

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from ticker.accounts.audit import Audit
    from ticker.web.authentication import Authenticator


class AuditApi:
    """`/v1/audit`."""

    def __init__(self, authenticator: Authenticator, audit: Audit) -> None:
        self._authenticator = authenticator
        self._audit = audit

    async def log(self, request: Request) -> Response:
        """`GET /v1/audit` → the audit log as JSON Lines, as it is stored."""
        principal = await self._authenticator.authenticate(request)
        check_role(principal, Role.ADMIN)
        check_everywhere(principal)
        lines = self._audit.entries()
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=NO_STORE)
