"""``/metrics`` and ``/metrics.json``: the newest sample of every series."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from otel_monitoring.api.exposition.document import MetricsBody, document
from otel_monitoring.api.exposition.negotiate import accepts_gzip, form_for
from otel_monitoring.api.exposition.page import LOOKBACK_MS, Pages

if TYPE_CHECKING:
    from otel_monitoring.api.exposition.newest import SampleSource
    from otel_monitoring.api.exposition.page import ExemplarsOf
    from otel_monitoring.model.clock import Clock

_LEVEL = 1
"""Of gzip: the text repeats itself so much that more effort saves little."""


def exposition_router(
    *,
    store: SampleSource,
    clock: Clock,
    exemplars: ExemplarsOf | None = None,
    lookback_ms: int = LOOKBACK_MS,
) -> APIRouter:
    """Return the routes that expose the newest samples; they run in worker threads.

    Args:
        store: The series and what is known of their metrics.
        clock: Tells now.
        exemplars: Where exemplars come from, if any are kept.
        lookback_ms: How old a sample may be.
    """
    router = APIRouter(tags=["metrics"])
    pages = Pages(store=store, clock=clock, exemplars=exemplars, lookback_ms=lookback_ms)

    @router.get(
        "/metrics",
        summary="All metrics, as Prometheus scrapes them",
        response_class=Response,
        responses={200: {"content": {"application/openmetrics-text": {}, "text/plain": {}}}},
    )
    def metrics(
        accept: Annotated[str, Header()] = "", accept_encoding: Annotated[str, Header()] = ""
    ) -> Response:
        page = pages.write(form_for(accept))
        return _answer(page.body, content_type=page.content_type, accept_encoding=accept_encoding)

    @router.get(
        "/metrics.json",
        summary="All metrics, as dashboards read them",
        response_class=Response,
        responses={200: {"model": MetricsBody}},
    )
    def metrics_json(accept_encoding: Annotated[str, Header()] = "") -> Response:
        body = document(*pages.newest())
        return _answer(body, content_type="application/json", accept_encoding=accept_encoding)

    return router


def _answer(body: bytes, *, content_type: str, accept_encoding: str) -> Response:
    headers = {"content-type": content_type, "vary": "Accept, Accept-Encoding"}
    if accepts_gzip(accept_encoding):
        body = gzip.compress(body, compresslevel=_LEVEL, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers)
