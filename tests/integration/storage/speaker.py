"""One of several processes that share a storage: ``python speaker.py URL RULES ROUTES HOST SERVICE``.

It runs until it is killed. What it says of itself on stderr tells whether it is the one that speaks.
"""

from __future__ import annotations

import logging
import sys
import time

from otel_monitoring import setup_telemetry

INTERVAL_S = 0.5


def main() -> None:
    url, rules, routes, host, service = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    setup_telemetry(
        service_name=service,
        storage={"url": url},
        telemetry={"collect_interval_s": INTERVAL_S, "resource_attributes": {"host.name": host}},
        alerts={"rule_files": [rules], "default_rules": False, "interval_s": INTERVAL_S},
        notify={"alertmanager_file": routes, "flapping_changes": 0, "allow_private": True},
        system={"enabled": False},
        instrumentation={"libraries": False, "threads": False},
    )
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
