"""Several workers seen as one: whoever is asked answers for all, also for one that was killed.

``OTEL_MONITORING_REQUESTS`` is the number of requests of each load.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.integration.servers import eventually, metric_lines, running_collector
from tests.integration.storage.workers_load import (
    GUNICORN,
    UVICORN,
    exposed_total,
    load_and_kill,
    settled,
    workers,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.servers import Collector

    Record = Callable[[str, object], None]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

REQUESTS = min(int(os.environ.get("OTEL_MONITORING_REQUESTS", "2000")), 1_000_000)
COMMANDS = [
    pytest.param((*GUNICORN, "--preload"), id="gunicorn --preload"),
    pytest.param(GUNICORN, id="gunicorn"),
    pytest.param(UVICORN, id="uvicorn --workers"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_totals_are_what_the_load_generator_counted_though_one_worker_is_killed(
    command: tuple[str, ...], sqlite_url: str, tmp_path: Path, record_property: Record
) -> None:
    with (
        running_collector(tmp_path) as collector,
        workers(command, url=sqlite_url, folder=tmp_path, endpoint=collector.otlp_http) as server,
    ):
        outcome = load_and_kill(server, requests=REQUESTS)
        totals = settled(server.totals, outcome)
        exposed = settled(server.exposed_totals, outcome)
        (total,) = set(totals.values())
        eventually(lambda: _collected(collector) >= total, what="the total at the Collector")

        record_property("requests in flight in the killed worker", outcome.in_flight)
        assert outcome.completed + outcome.in_flight == REQUESTS
        assert outcome.allows(total), (outcome, totals)
        assert set(exposed.values()) == {total}
        assert _collected(collector) == total


def _collected(collector: Collector) -> float:
    """Return the total of requests that the Collector shows."""
    return exposed_total("\n".join(metric_lines(collector.prometheus)))
