"""The processor for users of structlog."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.context.correlation import bind, log_fields
from otel_monitoring.context.redact import MARK
from otel_monitoring.measure.logs.structlog_processor import structlog_processor
from tests.secrets import SECRETS, Secret

if TYPE_CHECKING:
    from collections.abc import MutableMapping


def processed(event_dict: dict[str, Any], **options: Any) -> MutableMapping[str, Any]:
    return structlog_processor(**options)(None, "info", event_dict)


def test_adds_the_ids_of_the_span_and_the_request() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")

    with tracer.start_as_current_span("work") as span, bind(request_id="r-1"):
        found = processed({"event": "paid"}, correlation=log_fields)

    assert found == {
        "event": "paid",
        "trace_id": f"{span.get_span_context().trace_id:032x}",
        "span_id": f"{span.get_span_context().span_id:016x}",
        "request_id": "r-1",
    }


def test_leaves_ids_alone_that_are_there() -> None:
    with bind(request_id="r-1"):
        found = processed({"event": "paid", "request_id": "mine"}, correlation=log_fields)

    assert found["request_id"] == "mine"


@pytest.mark.parametrize(
    "secret",
    [secret for secret in SECRETS if secret.where in {"text", "log"}],
    ids=lambda secret: secret.name,
)
def test_takes_secrets_out(secret: Secret) -> None:
    found = processed({"event": secret.carrier, "note": secret.carrier, "exception": secret.carrier})

    assert not [value for value in found.values() if secret.secret in value]


def test_redacts_by_name_and_keeps_the_order() -> None:
    found = processed({"event": "x", "password": "y", "user": {"token": "z"}, "n": 1})

    assert [*found.items()] == [("event", "x"), ("password", MARK), ("user", {"token": MARK}), ("n", 1)]


def test_keeps_what_later_processors_work_with() -> None:
    error = ValueError("x")

    found = processed({"event": "x", "exc_info": error, "_record": self_reference})

    assert found["exc_info"] is error
    assert found["_record"] is self_reference


self_reference: list[Any] = []
self_reference.append(self_reference)


def test_goes_on_where_the_correlation_raises() -> None:
    def broken() -> dict[str, str]:
        msg = "no ids"
        raise LookupError(msg)

    processor = structlog_processor(correlation=broken)

    assert processor(None, "info", {"event": "x"}) == {"event": "x"}
    assert processor.failures() == {"LookupError": 1}


def test_works_in_a_chain_of_structlog() -> None:
    logger = structlog.wrap_logger(
        structlog.ReturnLogger(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog_processor(),
            structlog.processors.JSONRenderer(),
        ],
    )

    line = json.loads(logger.error("paid", token="abc", exc_info=ValueError("password=hunter2x")))

    assert line["event"] == "paid"
    assert line["token"] == MARK
    assert line["exception"] == f"ValueError: password={MARK}"
