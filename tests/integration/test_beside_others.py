"""Beside whatever else instruments the process, each span, measurement and log line arrives once.

Every case is a process of its own, with the real packages and a receiver for tests.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.beside_app import REQUESTS
from tests.integration.otlp_sink import OtlpSink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.otlp_sink import ReceivedSpan

FOLDER = Path(__file__).parent
REPOSITORY = FOLDER.parent.parent
TIMEOUT_S = 60.0

SERVER_SPAN = "GET /orders/{order_id}"
DURATION = "http.server.request.duration"


@dataclass(frozen=True, slots=True)
class Case:
    """What stands beside us.

    Attributes:
        other: A key of ``beside_app.OTHERS``.
        recorder: The setting ``http_instrumentation``.
        launcher: A program that starts the application.
        environ: Further variables, as pairs.
    """

    other: str
    recorder: str = "ours"
    launcher: str = ""
    environ: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the case as the name of a test shows it."""
        return "-".join(filter(None, (self.launcher, self.other, *dict(self.environ), self.recorder)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What arrived in all."""

    spans: list[ReceivedSpan]
    durations: Mapping[str, int]
    log_lines: list[str]
    senders: Mapping[str, set[str]]
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def server_spans(self) -> list[ReceivedSpan]:
        return [span for span in self.spans if span.is_server]


INSTRUMENT = "opentelemetry-instrument"
AUTO_CONFIGURE = (("FASTAPI_OTEL_AUTO_CONFIGURE", "true"),)

ALONE = [Case("nobody", recorder) for recorder in ("ours", "fastapi", "contrib")]
BESIDE = [
    Case("twice"),
    Case("own-provider"),
    Case("own-provider", "fastapi"),
    Case("own-provider", "contrib"),
    Case("logfire-before"),
    Case("logfire-before", "fastapi"),
    Case("logfire-after"),
    Case("logfire-fastapi"),
    Case("sentry-before"),
    Case("sentry-after", "contrib"),
    Case("sentry-otlp"),
    Case("contrib-before"),
    Case("contrib-before", "fastapi"),
    Case("contrib-after"),
    Case("nobody", environ=AUTO_CONFIGURE),
    Case("nobody", "fastapi", environ=AUTO_CONFIGURE),
    Case("nobody", launcher=INSTRUMENT),
    Case("nobody", "fastapi", launcher=INSTRUMENT),
    Case("nobody", "contrib", launcher=INSTRUMENT),
]
CASES = [pytest.param(case, id=str(case)) for case in ALONE + BESIDE]


@functools.cache
def outcome(case: Case) -> Outcome:
    """Run the application of ``case``, once for all tests."""
    with OtlpSink() as sink:
        launcher = [str(Path(sys.executable).with_name(case.launcher))] if case.launcher else []
        done = subprocess.run(
            [*launcher, sys.executable, str(FOLDER / "beside_app.py"), case.other, case.recorder],
            env=environ(sink, case),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return Outcome(
            spans=sink.spans(),
            durations=sink.histograms(DURATION),
            log_lines=[log.body for log in sink.logs()],
            senders={signal: sink.senders(signal) for signal in ("traces", "metrics", "logs")},
            others=sink.others(),
        )


def environ(sink: OtlpSink, case: Case) -> dict[str, str]:
    """Return this process's variables without its telemetry, and with that of the test."""
    prefixes = ("OTEL_", "FASTAPI_OTEL_", "SENTRY_", "LOGFIRE_")
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(prefixes)}
    return {
        **inherited,
        "PYTHONPATH": str(REPOSITORY),
        "OTEL_EXPORTER_OTLP_ENDPOINT": sink.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "SENTRY_DSN": f"http://public@127.0.0.1:{sink.port}/1",
        **dict(case.environ),
    }


@pytest.mark.parametrize("case", CASES)
def test_every_request_is_one_server_span(case: Case) -> None:
    found = outcome(case)

    assert [span.name for span in found.server_spans] == [SERVER_SPAN] * REQUESTS
    assert len({span.span_id for span in found.server_spans}) == REQUESTS


@pytest.mark.parametrize("case", CASES)
def test_every_span_arrives_once(case: Case) -> None:
    found = outcome(case)

    counts = Counter(span.span_id for span in found.spans)
    assert {span_id: count for span_id, count in counts.items() if count > 1} == {}
    assert [span.name for span in found.spans].count("work") == REQUESTS


@pytest.mark.parametrize("case", CASES)
def test_what_the_application_records_is_in_the_trace_of_its_request(case: Case) -> None:
    found = outcome(case)

    work = {span.trace_id for span in found.spans if span.name == "work"}
    assert work == {span.trace_id for span in found.server_spans}


@pytest.mark.parametrize("case", CASES)
def test_every_server_span_bears_its_request_id(case: Case) -> None:
    found = outcome(case)

    ids = [span.attributes.get("otel_monitoring.request.id") for span in found.server_spans]
    assert None not in ids
    assert len(set(ids)) == REQUESTS


@pytest.mark.parametrize("case", CASES)
def test_every_request_is_measured_once_under_the_stable_name(case: Case) -> None:
    found = outcome(case)

    assert list(found.durations.values()) == [REQUESTS]


@pytest.mark.parametrize("case", CASES)
def test_every_log_line_arrives_once(case: Case) -> None:
    found = outcome(case)

    assert found.log_lines.count("order served") == REQUESTS


@pytest.mark.parametrize("case", CASES)
def test_every_signal_has_one_sender(case: Case) -> None:
    found = outcome(case)

    assert {signal: len(agents) for signal, agents in found.senders.items()} == {
        "traces": 1,
        "metrics": 1,
        "logs": 1,
    }


@pytest.mark.parametrize("case", CASES)
def test_no_delivery_of_anybody_is_a_span(case: Case) -> None:
    found = outcome(case)

    assert [span.name for span in found.spans if span.name.startswith("POST")] == []


@pytest.mark.parametrize("other", ["sentry-before", "sentry-otlp"])
def test_sentry_gets_what_it_is_sent_all_the_same(other: str) -> None:
    found = outcome(Case(other))

    assert any(path.startswith("/api/1/") for path in found.others)
