"""Health checks: liveness and readiness probes, and metrics for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from ticker.web.caching import NO_STORE
from ticker.web.problems import sentence, unavailable

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.hub.hub import Hub
    from ticker.jobs.inspection import Inspector
    from ticker.metrics import Metrics
    from ticker.store.client import Store
    from ticker.store.refusals import Refusals


class Health:
    """`/healthz`, `/readyz` and `/metrics`."""

    def __init__(
        self, hub: Hub, store: Store, refusals: Refusals, inspector: Inspector, metrics: Metrics
    ) -> None:
        self._hub = hub
        self._store = store
        self._refusals = refusals
        self._inspector = inspector
        self._metrics = metrics

    async def healthz(self, _: Request) -> Response:
        """Liveness: 200 while the process answers at all."""
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    async def readyz(self, _: Request) -> Response:
        """Readiness: 200 when the store takes lines, and every board is loaded and followed.

        Of a Cluster it is enough that one edition's shard does; what is away stands in `warnings`,
        as does what is wrong with a store that works.
        """
        await self._store.ping()
        if not self._hub.is_ready:
            raise unavailable("The boards are not loaded and followed.")
        if self._refusals.reason is not None:
            raise unavailable(sentence(self._refusals.reason))
        warnings = [*self._away(), *self._inspector.warnings.values()]
        body = {"status": "ready", **({"warnings": warnings} if warnings else {})}
        return JSONResponse(body, headers=NO_STORE)

    def _away(self) -> list[str]:
        """What of the store is away while the rest is not."""
        stale = [
            f"{edition}: readers see old lines, its shard is away" for edition in self._hub.stale
        ]
        refused = [f"{part}: {reason.value}" for part, reason in self._refusals.reasons.items()]
        return stale + refused

    async def metrics(self, _: Request) -> Response:
        """Metrics of this process in the Prometheus text format."""
        return Response(
            self._metrics.render(),
            headers=NO_STORE,
            media_type="text/plain; version=0.0.4; charset=utf-8",
        )
