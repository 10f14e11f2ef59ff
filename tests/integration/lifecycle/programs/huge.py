"""Record values of 10 MB and a thousand attributes; print what became of the memory, as JSON."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from opentelemetry import metrics, trace

from otel_monitoring import setup_telemetry

PAGE_BYTES = 4096
HUGE = 10_000_000


def rss_bytes() -> int:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def main() -> None:
    """Record as often as the argument says."""
    monitoring = setup_telemetry(service_name="huge")
    tracer, meter = trace.get_tracer("huge"), metrics.get_meter("huge")
    counter, logger = meter.create_counter("huge.count"), logging.getLogger("huge")
    monitoring.collect()
    before = rss_bytes()
    for number in range(int(sys.argv[1])):
        value = f"{number}" + "x" * HUGE
        with tracer.start_as_current_span("huge") as span:
            span.set_attribute("value", value)
            span.set_attribute("values", [value] * 3)
            span.set_attributes({f"attribute.{index}": index for index in range(1000)})
            span.add_event("event", {"value": value})
            span.record_exception(ValueError(value))
            logger.warning("the value is %s", value, extra={"value": value})
            logger.warning({"value": value})
            counter.add(1, {"value": value})
    growth = rss_bytes() - before
    done = monitoring.shutdown(20)
    print(json.dumps({"growth": growth, "done": done}))


main()
