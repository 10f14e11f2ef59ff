"""After a start the last hours are back before the first evaluation, and no rule sees a seam."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.writer import Writer
from tests.integration.servers import eventually
from tests.integration.storage.workers_load import UVICORN, forget_ledgers, workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.storage.workers_load import Workers

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

STEP_MS = 15_000
DAY_MS = 86_400_000
GAP_MS = 20_000
"""How long nobody ran: a restart."""
SERVED_PER_STEP = 30
METADATA = (Metadata("served_total", "counter", "", ""), Metadata("warmth", "gauge", "", ""))
RULES = """
groups:
- name: past
  interval: 1s
  rules:
  - {record: past:served:rate5m, expr: 'sum(rate(served_total[5m]))'}
  - {record: past:served:day, expr: 'sum(increase(served_total[23h]))'}
  - {record: past:warmth:avg3h, expr: 'avg(avg_over_time(warmth[3h]))'}
  - {alert: NobodyServes, expr: absent(served_total)}
  - {alert: NothingServed, expr: 'sum(rate(served_total[5m])) < 1'}
  - {alert: NoWarmthLately, expr: 'absent(avg_over_time(warmth[10m]))'}
"""


def leave_a_day(url: str) -> None:
    """Write what a process collected for a day, which was stopped a moment ago."""
    end_ms = (int(time.time() * 1000) - GAP_MS) // STEP_MS * STEP_MS
    database = Database(url=url, clock=SystemClock())
    assert database.ensure()
    writer = Writer(database=database, clock=SystemClock())
    source = Source(
        "earlier",
        Service("shop"),
        host="host",
        pid=7,
        version="1.2",
        started_ms=end_ms - DAY_MS,
        attributes={"service.instance.id": "earlier"},
    )
    log = SampleLog(database=database, writer=writer, source=source)
    labels = [Labels.of(__name__=name, instance="earlier", job="shop") for name in ("served_total", "warmth")]
    steps = DAY_MS // STEP_MS
    for step in range(steps + 1):
        time_ms = end_ms - (steps - step) * STEP_MS
        warmth = 20.0 if step % 2 else 22.0
        log.append(Batch("earlier", time_ms, labels, [float(step * SERVED_PER_STEP), warmth], METADATA))
        if step % 1000 == 0:
            assert writer.flush(30)
    log.end(at_ms=end_ms, reason="stopped")
    assert writer.stop(30)
    database.close()


@pytest.fixture
def server(sqlite_url: str, tmp_path: Path) -> Iterator[Workers]:
    leave_a_day(sqlite_url)
    (tmp_path / "rules.yml").write_text(RULES)
    with workers(
        UVICORN,
        url=sqlite_url,
        folder=tmp_path,
        OTEL_MONITORING_ALERTS__ENABLED="true",
        OTEL_MONITORING_ALERTS__DEFAULT_RULES="false",
        OTEL_MONITORING_ALERTS__INTERVAL_S="1",
        OTEL_MONITORING_ALERTS__RULE_FILES=str(tmp_path / "rules.yml"),
    ) as found:
        yield found
    forget_ledgers(sqlite_url)


def evaluations(server: Workers, name: str) -> list[float]:
    """Return what a rule has written since the start, oldest first, once there is anything."""

    def written() -> list[float]:
        _, answer = server.ask("/monitoring/prometheus/api/v1/query", query=f"{name}[5m]")
        result: list[dict[str, Any]] = answer.json()["data"]["result"]
        return [float(value) for one in result for _, value in one["values"]]

    return eventually(written, timeout_s=60, what=f"an evaluation of {name}")


def test_the_first_evaluation_sees_what_was_before_the_start(server: Workers) -> None:
    """A mean over three hours, a rate over five minutes and the growth of a day, without a seam."""
    names = ("past:served:rate5m", "past:served:day", "past:warmth:avg3h")
    found = {name: evaluations(server, name) for name in names}
    fired = server.values("count_over_time(ALERTS[5m])")

    per_second = SERVED_PER_STEP * 1000 / STEP_MS
    # Nobody served for a while: of five minutes that is at most the restart and what this test took.
    assert found["past:served:rate5m"][0] == pytest.approx(per_second, rel=0.35)
    assert found["past:served:day"][0] == pytest.approx(23 * 3600 * per_second, rel=0.01)
    assert found["past:warmth:avg3h"][0] == pytest.approx(21.0, abs=0.05)
    assert max(found["past:served:rate5m"]) <= per_second * 1.05
    assert fired == []
