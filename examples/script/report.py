"""A script without an application: run it with ``python -m examples.script.report``."""

from __future__ import annotations

from otel_monitoring import (
    configure_logging,
    get_logger,
    monitor_performance,
    record_metric,
    setup_telemetry,
    span,
)

log = get_logger("report")


@monitor_performance("report.sum")
def add_up(amounts: list[float]) -> float:
    """Return the sum, and leave its duration behind as a metric and a span."""
    return sum(amounts)


def main() -> None:
    """Write last night's report."""
    monitoring = setup_telemetry(service_name="nightly-report")
    configure_logging()
    with span("report", {"report.day": "yesterday"}):
        total = add_up([12.5, 30.0, 7.5])
        record_metric("report.total", total, unit="EUR")
        log.info("report written", total=total)
    monitoring.shutdown()
    print(f"total: {total:.2f}")


if __name__ == "__main__":
    main()
