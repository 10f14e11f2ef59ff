"""One of several processes that share a storage: ``python speaker.py URL RULES ROUTES HOST SERVICE``.

It runs until it is ended by SIGTERM, as servers are, or killed; a gauge says that it serves. What it says
of itself on stderr tells whether it is the one that speaks. ``PARTY_INTERVAL_S`` is the time between
evaluations.
"""

from __future__ import annotations

import logging
import os
import signal
import sys

from opentelemetry import metrics

from otel_monitoring import setup_telemetry

COLLECT_S = 0.5


def main() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    url, rules, routes, host, service = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    interval_s = float(os.environ.get("PARTY_INTERVAL_S", "0.5"))
    setup_telemetry(
        service_name=service,
        storage={"url": url},
        telemetry={"collect_interval_s": COLLECT_S, "resource_attributes": {"host.name": host}},
        alerts={"rule_files": [rules], "default_rules": False, "interval_s": interval_s},
        notify={"alertmanager_file": routes, "flapping_changes": 0, "allow_private": True},
        system={"enabled": False},
        instrumentation={"libraries": False, "threads": False},
    )
    metrics.get_meter("party").create_gauge("serving").set(1)
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main()
