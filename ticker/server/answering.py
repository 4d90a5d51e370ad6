"""Priority of answers: who writes is answered before fan-outs go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        Scope,
    )

    from ticker.hub.load import Load


def answering(app: ASGI3Application, load: Load) -> ASGI3Application:
    """The same application (ASGI middleware), whose requests count as being answered meanwhile."""

    async def counted(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        load.answering += 1
        try:
            await app(scope, receive, send)
        finally:
            load.answering -= 1

    return counted
