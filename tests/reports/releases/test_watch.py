"""Regressions found without being asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from otel_monitoring.reports.releases.desk import ReleasesDesk
from otel_monitoring.reports.releases.watch import RegressionWatch
from otel_monitoring.testing import FakeClock
from tests.reports.releases.shop_at_hand import END_MS, MINUTE_MS, START_MS, query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from otel_monitoring.model.sample import Batch
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.beside import Beside

DAY_MS = 86_400_000


@dataclass(slots=True)
class Watched:
    """A watch, and what it told, wrote and kept."""

    answers: Query
    told: list[str] = field(default_factory=list)
    written: list[Batch] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    is_speaking: bool = True

    def watch(self, *, beside: Beside | None = None) -> RegressionWatch:
        """Return a new one, as after a restart."""
        return RegressionWatch(
            query=self.answers,
            desk=ReleasesDesk(query=self.answers, clock=FakeClock(END_MS), interval_s=60.0),
            record=self.written.append,
            tell=self._tell,
            kept=self,
            is_speaking=lambda: self.is_speaking,
            beside=beside,
        )

    def load(self) -> list[dict[str, Any]]:
        return list(self.kept)

    def save(self, records: Iterable[Mapping[str, Any]]) -> None:
        self.kept = [dict(one) for one in records]

    def _tell(self, name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:
        assert name == "otel_monitoring.regression"
        assert attributes["service.version"] == "2.0"
        assert at_ms > START_MS
        self.told.append(body)


def test_a_regression_is_told_of_once() -> None:
    """However often it is looked, and by whichever process."""
    watched = Watched(query())
    watch = watched.watch()

    for minute in range(3):
        watch.step(END_MS + minute * MINUTE_MS)
    watched.watch().step(END_MS + 4 * MINUTE_MS)

    assert len(watched.told) == 2
    assert any(text.startswith("Since 2.0 GET /cart is slower, mean ") for text in watched.told)
    assert any(text.startswith("Since 2.0 POST /pay is failing more, ") for text in watched.told)
    assert {(one.route, one.what) for one in watch.found()} == {("/cart", "latency"), ("/pay", "errors")}


def test_it_is_a_series_for_a_day() -> None:
    """So that rules and charts see it, and it ends."""
    watched = Watched(query())
    watch = watched.watch()

    watch.step(END_MS)
    watch.step(END_MS + 2 * DAY_MS)

    labels = {
        (one.get("__name__"), one.get("http_route"), one.get("what")) for one in watched.written[0].labels
    }
    assert labels == {
        ("otel_monitoring_regression", "/cart", "latency"),
        ("otel_monitoring_regression", "/pay", "errors"),
    }
    assert all(value > 0 for value in watched.written[0].values)
    assert all(value != value for value in watched.written[1].values)  # noqa: PLR0124 - the end is a NaN


class Waiting:
    """A thread that begins when it is told to."""

    def __init__(self) -> None:
        self.work: list[Callable[[], object]] = []

    def run(self, work: Callable[[], object], /) -> bool:
        self.work.append(work)
        return False

    def wait(self, _timeout_s: float, /) -> bool:
        return not self.work

    def after_fork(self) -> None:
        self.work = []


def test_releases_are_compared_beside_and_once_at_a_time() -> None:
    """The loop that all jobs share waits for none of it."""
    watched, beside = Watched(query()), Waiting()
    watch = watched.watch(beside=beside)

    watch.step(END_MS)
    watch.step(END_MS + MINUTE_MS)
    told_before = list(watched.told)
    (work,) = beside.work
    work()

    assert told_before == []
    assert len(watched.told) == 2


def test_a_release_that_changed_nothing_is_not_told_of() -> None:
    """Nor does it become a series."""
    watched = Watched(query(is_worse=False))

    watched.watch().step(END_MS)

    assert (watched.told, watched.written) == ([], [])


def test_before_ten_minutes_nothing_is_said() -> None:
    """There are too few requests to say it of."""
    watched = Watched(query(until=155))

    watched.watch().step(START_MS + 155 * MINUTE_MS)

    assert watched.told == []


def test_only_one_process_looks() -> None:
    """The others know what it found by what is kept."""
    watched = Watched(query())
    watched.watch().step(END_MS)
    watched.is_speaking = False
    other = watched.watch()

    other.step(END_MS)

    assert len(watched.told) == 2
    assert len(other.found()) == 2
