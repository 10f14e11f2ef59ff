"""The application of ``test_beside_others.py``: ``python beside_app.py <other> <http_instrumentation>``.

It sets up ``other`` before or after ``setup_telemetry``, serves a few requests through its lifespan, and
ends. What it exports goes to ``OTEL_EXPORTER_OTLP_ENDPOINT``.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from opentelemetry import trace
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import Callable

REQUESTS = 3

END: list[Callable[[], Any]] = []


def nothing(_app: FastAPI) -> None:
    """Set nothing else up."""


def set_up(app: FastAPI) -> None:
    from otel_monitoring import setup_telemetry

    monitoring = setup_telemetry(
        app,
        service_name="shop",
        http_instrumentation=sys.argv[2],
        system={"enabled": False},
        api={"token": "a token of the test"},
    )
    END.append(monitoring.shutdown)


def logfire(_app: FastAPI) -> None:
    import logfire as theirs

    theirs.configure(send_to_logfire=False, console=False, service_name="shop")
    END.append(theirs.force_flush)


def logfire_fastapi(app: FastAPI) -> None:
    import logfire as theirs

    logfire(app)
    theirs.instrument_fastapi(app)


def sentry(_app: FastAPI) -> None:
    import sentry_sdk

    sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], traces_sample_rate=1.0)
    END.append(sentry_sdk.flush)


def sentry_otlp(_app: FastAPI) -> None:
    import sentry_sdk
    from sentry_sdk.integrations.otlp import OTLPIntegration

    sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], integrations=[OTLPIntegration()])
    END.append(lambda: trace.get_tracer_provider().force_flush())  # type: ignore[attr-defined]


def own_provider(_app: FastAPI) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def contrib(app: FastAPI) -> None:
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    FastAPIInstrumentor.instrument_app(app, exclude_spans=["receive", "send"])


OTHERS: dict[str, tuple[Callable[[FastAPI], None], Callable[[FastAPI], None]]] = {
    "nobody": (nothing, nothing),
    "twice": (nothing, set_up),
    "logfire-before": (logfire, nothing),
    "logfire-after": (nothing, logfire),
    "logfire-fastapi": (logfire_fastapi, nothing),
    "sentry-before": (sentry, nothing),
    "sentry-after": (nothing, sentry),
    "sentry-otlp": (sentry_otlp, nothing),
    "own-provider": (own_provider, nothing),
    "contrib-before": (contrib, nothing),
    "contrib-after": (nothing, contrib),
}
"""What is set up before and after ``setup_telemetry``."""


def main() -> None:
    before, after = OTHERS[sys.argv[1]]
    app = FastAPI()

    @app.get("/orders/{order_id}")
    async def order(order_id: int) -> dict[str, int]:
        with trace.get_tracer("shop").start_as_current_span("work"):
            logging.getLogger("shop").warning("order served")
        return {"id": order_id}

    before(app)
    set_up(app)
    after(app)
    with TestClient(app) as client:
        for _ in range(REQUESTS):
            assert client.get("/orders/7").headers["x-request-id"]
    for end in END:
        end()


if __name__ == "__main__":
    main()
