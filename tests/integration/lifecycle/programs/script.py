"""A script that records a little and ends, with no word about telemetry at its end."""

from __future__ import annotations

import logging
import time

from opentelemetry import metrics, trace

from otel_monitoring import setup_telemetry

setup_telemetry(service_name="script")
metrics.get_meter("script").create_counter("script.rows").add(7)
with trace.get_tracer("script").start_as_current_span("work"):
    logging.getLogger("script").warning("done")
print("the script has ended at", time.monotonic(), flush=True)
