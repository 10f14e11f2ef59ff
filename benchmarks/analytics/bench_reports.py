"""A monthly report over a month of 1,000 series and the month before it, all of them on disk.

Beside it the same sections each by itself, as if there were no report that asks each question once.
Collections are five minutes apart; of those that are nearer the sums, of which months are read, are as many.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.reports.insights.desk import InsightsDesk
from otel_monitoring.reports.insights.load import insight_rules
from otel_monitoring.reports.insights.sections import AdviceSection
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.reports.summary.period import Period
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.compact import Compactor
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.history.summing import Summing
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.reports.made_up import END_MS, Route, Shop, gauge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.reports.summary.shelf import Kept

pytestmark = pytest.mark.timeout(1800)
DAYS, ROUTES, GAUGES, INTERVAL_S = 62, 40, 40, 300
WINDOW_MS = 2 * 3_600_000
FLUSH_EVERY = 200
AT_MOST_S = 20.0
SECTIONS = 6


@dataclass(frozen=True, slots=True)
class Made:
    """A report, and how long it took."""

    report: Kept
    took_s: float


class Months:
    """Two months of a shop on disk."""

    def __init__(self, path: Path) -> None:
        self.database = Database(url=f"sqlite:///{path}", clock=SystemClock())
        assert self.database.ensure(), self.database.state
        self._fill()
        lease = Lease(database=self.database, name="upkeep", holder="benchmark", span_s=3600)
        assert lease.renew()
        compactor = Compactor(database=self.database, fence=lease.fence, width_ms=WINDOW_MS, grace_ms=0)
        while compactor.step(END_MS):
            pass
        summing = Summing(database=self.database, fence=lease.fence, grace_ms=0)
        while summing.step(END_MS + 1):
            pass

    def desk(self) -> ReportsDesk:
        """Return a desk with nothing in memory."""
        memory, clock = SeriesStore(), FakeClock(END_MS)
        history = HistoryStore(memory=memory, database=self.database, since_ms=lambda: END_MS)
        engine = Engine(memory, history=history, limits=Limits(timeout_s=600))
        insights = InsightsDesk(engine, clock, rules=insight_rules)
        return ReportsDesk(engine, clock, sources=[AdviceSection(insights)])

    def report(self) -> Made:
        """Make a monthly report."""
        desk = self.desk()
        began_s = time.perf_counter()
        report = desk.kept("monthly", end_ms=END_MS)
        return Made(report, time.perf_counter() - began_s)

    def one_by_one_s(self) -> float:
        """Return how long the sections take that each ask for themselves."""
        period = Period.ending("monthly", END_MS)
        took_s = 0.0
        for at in range(SECTIONS):
            source = self.desk().sources()[at]
            began_s = time.perf_counter()
            assert source.section(period) is not None
            took_s += time.perf_counter() - began_s
        return took_s

    def _fill(self) -> None:
        routes = tuple(
            Route(f"/r/{at}", rate=0.2 + at / 20, median_s=0.02 * (at + 1), failing=0.001)
            for at in range(ROUTES)
        )
        gauges = {
            gauge("system_filesystem_utilization_ratio", system_filesystem_mountpoint=f"/d/{at}"): at / 100
            for at in range(GAUGES)
        }
        writer = Writer(database=self.database, clock=SystemClock())
        log = SampleLog(
            database=self.database,
            writer=writer,
            source=Source("one", started_ms=END_MS - DAYS * 86_400_000),
        )
        shop = Shop(routes=routes, days=DAYS, interval_s=INTERVAL_S, gauges=gauges)
        for number, batch in enumerate(shop.batches(), 1):
            log.append(batch)
            if number % FLUSH_EVERY == 0:
                assert writer.flush(60)
        assert writer.flush(60)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Months]:
    found = Months(tmp_path_factory.mktemp("months") / "s.db")
    yield found
    found.database.close()


def test_a_monthly_report(months: Months) -> None:
    """Budget: 20 s for a month of 1,000 series, and quicker than section by section."""
    alone_s = months.one_by_one_s()

    made = months.report()

    sections = {one["name"]: one for one in made.report.document["sections"]}
    print(
        f"\nmonthly report, 1,000 series, cold: {made.took_s:.2f} s, "
        f"page {len(made.report.html) / 1024:.0f} KiB; section by section {alone_s:.2f} s"
    )
    assert not any(note.startswith("No data") for note in sections["latency"]["notes"])
    assert sections["traffic"]["figures"][0]["value"] > 1e6
    assert made.took_s <= min(AT_MOST_S, alone_s)
