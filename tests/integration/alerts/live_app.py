"""The application of ``test_rules_live.py``: ``python live_app.py <port> <rule file>``.

It serves its pages on the loopback and plays gauges by the seconds since it was asked to begin.
"""

from __future__ import annotations

import sys
import time

import uvicorn
from fastapi import FastAPI
from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from otel_monitoring import setup_telemetry


def length_a(since_s: float) -> int:
    """Return a long queue with a dip that ``keep_firing_for`` bridges."""
    return 12 if 10 <= since_s < 38 or 44 <= since_s < 47 else 3


def length_b(since_s: float) -> int:
    """Return a queue that is long twice."""
    return 7 if 18 <= since_s < 25 or 30 <= since_s < 33 else 1


ENDS_S = 40
"""When the second queue is reported no longer."""


_begun_s: list[float] = []


def begin() -> float:
    """Begin to play; return the time, Unix seconds."""
    _begun_s[:] = [time.time()]
    return _begun_s[0]


def observe(_options: CallbackOptions) -> list[Observation]:
    since_s = time.time() - _begun_s[0] if _begun_s else 0.0
    found = [Observation(length_a(since_s), {"shop": "a"})]
    if since_s < ENDS_S:
        found.append(Observation(length_b(since_s), {"shop": "b"}))
    return found


def main() -> None:
    app = FastAPI()
    app.post("/begin")(begin)
    setup_telemetry(
        app,
        service_name="live",
        telemetry={"collect_interval_s": 1},
        system={"enabled": False},
        api={"token": "live"},
        alerts={
            "interval_s": 1,
            "rule_files": [sys.argv[2]],
            "default_rules": False,
            "external_labels": {"region": "north"},
            "external_url": "http://live.example",
        },
    )
    metrics.get_meter("live").create_observable_gauge("queue", [observe])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")


if __name__ == "__main__":
    main()
