"""A careless service: it puts every secret of the corpus wherever a secret may appear."""

from __future__ import annotations

import logging
import os
from typing import Any

from fastapi import FastAPI, Request
from opentelemetry import baggage, trace
from opentelemetry._logs import LogRecord, SeverityNumber, get_logger
from opentelemetry.context import attach, detach
from opentelemetry.metrics import get_meter
from opentelemetry.trace import Link, SpanContext, StatusCode, TraceFlags

from otel_monitoring import setup_telemetry
from tests.secrets import SECRETS, Secret

_FREE = {"text", "log", "exception"}
_KEYS = {"query": "url.query", "url": "url.full", "sql": "db.query.text", "header": "http.request.header."}


def _resource() -> dict[str, str]:
    return {
        **{f"app.note.{number}": one.carrier for number, one in enumerate(SECRETS) if one.where in _FREE},
        **{one.key: one.carrier for one in SECRETS if one.where == "attribute"},
    }


app = FastAPI()
_HEADERS = sorted({one.key for one in SECRETS if one.where == "header"})
# What this service writes to standard error of its own accord is nobody's business but its own: it
# has no handler besides those that the set-up installs.
logging.getLogger().handlers.clear()
monitoring = setup_telemetry(
    app,
    http={"captured_request_headers": _HEADERS},
    logs={"configure": True, "format": "json", "level": "DEBUG"},
    telemetry={"resource_attributes": _resource()},
    alerts={"rule_files": [os.environ["RULES"]], "interval_s": 0.5, "default_rules": False},
    notify={"channels": ["log://", os.environ["WEBHOOK"]], "allow_private": True},
)
_log = logging.getLogger("shop.leaky")
_tracer = trace.get_tracer("leaky", attributes={"app.note": next(one.carrier for one in SECRETS)})
_counter = get_meter("leaky").create_counter("leaks")
_histogram = get_meter("leaky").create_histogram("leak.sizes", "By")


def attributes_of(one: Secret) -> dict[str, Any]:
    """Return the attribute that ``one`` belongs into, as a text and inside a list."""
    key = _KEYS.get(one.where, "app.note")
    key = f"{key}{one.key.lower()}" if one.where == "header" else one.key or key
    return {key: one.carrier, "app.notes": [one.carrier, "more"]} if key == "app.note" else {key: one.carrier}


@app.post("/leak")
def leak() -> dict[str, int]:
    """Leak everything once."""
    for one in SECRETS:
        _leak_span(one)
        _leak_logs(one)
        _counter.add(1, attributes_of(one))
        _histogram.record(3, attributes_of(one))
    return {"leaked": len(SECRETS)}


def _leak_span(one: Secret) -> None:
    attributes = attributes_of(one)
    other = SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1))
    free = one.where in _FREE
    name = one.carrier if free else "leaking"
    token = attach(baggage.set_baggage("note", one.carrier))
    try:
        with _tracer.start_as_current_span(
            name, attributes=attributes, links=[Link(other, attributes)], record_exception=True
        ) as span:
            span.add_event(name, attributes)
            if free:
                span.record_exception(RuntimeError(one.carrier))
                span.set_status(StatusCode.ERROR, one.carrier)
    finally:
        detach(token)


def _leak_logs(one: Secret) -> None:
    attributes = attributes_of(one)
    free = one.where in _FREE
    body: Any = one.carrier if free else {"inside": attributes}
    get_logger("leaky").emit(
        LogRecord(
            body=body,
            attributes=attributes,
            severity_number=SeverityNumber.INFO,
            event_name=one.carrier if free else "leaked",
        )
    )
    _log.info(one.carrier if free else "leaked", extra=attributes)
    _log.info("leaked %s", one.carrier if free else "nothing")
    if free:
        try:
            fail(SECRETS.index(one))
        except RuntimeError:
            _log.exception("leaked")


@app.get("/fail/{number}")
def fail(number: int) -> None:
    """Fail with a secret that nobody catches."""
    raise RuntimeError(SECRETS[number].carrier)


@app.get("/echo")
def echo(request: Request) -> dict[str, int]:
    """Take secrets in the query and in headers."""
    return {"chars": len(str(request.url))}


@app.get("/health/series")
def series() -> list[dict[str, str]]:
    """Return the labels of every series of our store."""
    analysis: Any = next(part for part in monitoring._parts if hasattr(part, "groups"))
    return [dict(labels) for labels in analysis.get().store.series(())]
