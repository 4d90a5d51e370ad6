"""Health checks: liveness and readiness probes, and metrics for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from ticker.web.caching import NO_STORE
from ticker.web.problems import ProblemError, sentence, unavailable

if TYPE_CHECKING:
    from starlette.requests import Request

    from ticker.hub.hub import Hub
    from ticker.jobs.inspection import Inspector
    from ticker.metrics import Metrics
    from ticker.store.refusals import Refusals


class Health:
    """`/healthz`, `/readyz`, `/readyz/readers` and `/metrics`. No probe asks the store."""

    def __init__(
        self, hub: Hub, refusals: Refusals, inspector: Inspector, metrics: Metrics
    ) -> None:
        self._hub = hub
        self._refusals = refusals
        self._inspector = inspector
        self._metrics = metrics

    async def healthz(self, _: Request) -> Response:
        """Liveness: 200 while the process answers at all."""
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    async def readyz(self, _: Request) -> Response:
        """Readiness for editors: 200 when the store takes lines and boards are followed.

        Of a Cluster it is enough that one edition's shard does; what is away stands in `warnings`,
        as does what is wrong with a store that works.
        """
        if self._refusals.reason is not None:
            raise unavailable(sentence(self._refusals.reason))
        if not self._hub.is_ready:
            raise unavailable("The boards are not loaded and followed.")
        warnings = [*self._away(), *self._inspector.warnings.values()]
        body = {"status": "ready", **({"warnings": warnings} if warnings else {})}
        return JSONResponse(body, headers=NO_STORE)

    async def readers(self, request: Request) -> Response:
        """Readiness for readers: 200 while there are boards and no drain, also without a store.

        With `?unready=404` it says no with 404: HAProxy (`disable-on-404`) then sends nobody new
        and leaves those who are in, while it takes a server that fails in any other way for dead.
        """
        if self._hub.serves_readers:
            return JSONResponse({"status": "ready"}, headers=NO_STORE)
        detail = "This hub takes no new readers: it has no board yet, or is about to stop."
        if request.query_params.get("unready") == "404":
            raise ProblemError(404, detail)
        raise unavailable(detail)

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
