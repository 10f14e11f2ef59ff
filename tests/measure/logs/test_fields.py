"""What a log record says."""

from __future__ import annotations

import json
import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.context.correlation import bind, log_fields
from otel_monitoring.context.redact import MARK, Limits, Redactor
from otel_monitoring.measure.logs.fields import rfc3339
from tests.measure.logs.helpers import Broken, configured, lines, log_error, own_lines
from tests.secrets import SECRETS, Secret


def test_bears_the_ids_of_the_span_and_the_request() -> None:
    stream = configured(correlation=log_fields)
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")

    with tracer.start_as_current_span("work") as span, bind(request_id="r-1"):
        logging.getLogger("shop").warning("inside")
    logging.getLogger("shop").warning("outside")

    inside, outside = lines(stream)
    assert inside["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert inside["span_id"] == f"{span.get_span_context().span_id:016x}"
    assert inside["request_id"] == "r-1"
    assert not {"trace_id", "span_id", "request_id"} & outside.keys()


def test_tells_type_message_and_stack_of_an_exception() -> None:
    stream = configured()

    try:
        json.loads("{")
    except ValueError:
        logging.getLogger("shop").exception("cannot read")

    (line,) = lines(stream)
    assert line["exception"]["type"] == "json.decoder.JSONDecodeError"
    assert line["exception"]["message"].startswith("Expecting property name")
    assert "test_fields.py" in line["exception"]["stacktrace"]


def test_tells_the_stack_that_was_asked_for() -> None:
    stream = configured()

    logging.getLogger("shop").warning("here", stack_info=True)

    assert "test_tells_the_stack_that_was_asked_for" in lines(stream)[0]["stack"]


@pytest.mark.parametrize(
    "secret",
    [secret for secret in SECRETS if secret.where in {"text", "log"}],
    ids=lambda secret: secret.name,
)
def test_takes_secrets_out_of_messages_arguments_and_fields(secret: Secret) -> None:
    stream = configured()

    logging.getLogger("shop").warning("said %s", secret.carrier, extra={"note": secret.carrier})
    logging.getLogger("shop").warning(secret.carrier)

    assert json.dumps(secret.secret)[1:-1] not in stream.getvalue()
    assert len(lines(stream)) == 2


@pytest.mark.parametrize(
    "secret", [secret for secret in SECRETS if secret.where == "exception"], ids=lambda secret: secret.name
)
def test_takes_secrets_out_of_exceptions(secret: Secret) -> None:
    stream = configured()

    log_error(RuntimeError(secret.carrier))

    assert secret.secret not in stream.getvalue()
    assert MARK in lines(stream)[0]["exception"]["stacktrace"]


def test_degrades_where_arguments_do_not_fit_and_says_so() -> None:
    stream = configured()

    logging.getLogger("shop").warning("%d of %d", "seven")  # noqa: PLE1206 - the mistake in question

    (line,) = own_lines(stream)
    assert line["message"] == "%d of %d"
    assert line["args"] == ["seven"]
    assert line["logging_error"].startswith("message at test_fields.py:")
    assert "TypeError" in line["logging_error"]


def test_degrades_where_a_message_or_a_field_cannot_be_printed() -> None:
    stream = configured()

    logging.getLogger("shop").warning(Broken(), extra={"odd": Broken()})

    (line,) = own_lines(stream)
    assert line["message"] == "<Broken>"
    assert line["odd"] == "<Broken>"
    assert "ValueError: no text for you" in line["logging_error"]


def test_degrades_where_an_exception_cannot_be_printed() -> None:
    class BrokenError(Exception):
        def __str__(self) -> str:
            msg = "no"
            raise RuntimeError(msg)

    stream = configured()

    log_error(BrokenError())

    (line,) = own_lines(stream)
    assert line["exception"]["type"].endswith("BrokenError")


def test_goes_on_without_the_fields_of_a_correlation_that_raises() -> None:
    def broken() -> dict[str, str]:
        msg = "no ids"
        raise LookupError(msg)

    stream = configured(correlation=broken)

    logging.getLogger("shop").warning("still here")

    assert own_lines(stream)[0]["message"] == "still here"


def test_bounds_messages_fields_and_their_number() -> None:
    stream = configured(redactor=Redactor(limits=Limits(attribute_chars=50, attributes=3)))

    logging.getLogger("shop").warning("x" * 1_000_000, extra={f"f{number}": "y" * 100 for number in range(5)})

    (line,) = lines(stream)
    assert len(line["message"]) <= 65_536
    assert [len(line[f"f{number}"]) for number in range(3)] == [50, 50, 50]
    assert "f3" not in line
    assert line["logging_error"] == "fields left out, there were too many"


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1714644672.3459, "2024-05-02T10:11:12.345Z"),
        (-0.5, "1969-12-31T23:59:59.500Z"),
    ],
)
def test_writes_times_in_utc_with_milliseconds(time_s: float, expected: str) -> None:
    assert rfc3339(time_s) == expected
