"""The watch tells news by the hour and writes the score by the minute; reports say both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.insights.desk import InsightsDesk
from otel_monitoring.reports.insights.insight import Insight
from otel_monitoring.reports.insights.rule import InsightRule
from otel_monitoring.reports.insights.score import ScoreDesk, ScorePart
from otel_monitoring.reports.insights.sections import AdviceSection, ScoreSection
from otel_monitoring.reports.insights.watch import EVENT, InsightsWatch
from otel_monitoring.reports.summary.period import Period
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.stores.writer import SeriesWriter
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RULE = InsightRule(name="Always", expr="vector(7)", sentence="it is {{ $value }}", advice="do it")


class StatesFake:
    """Keeps records in a list."""

    def __init__(self) -> None:
        self.records: list[Mapping[str, Any]] = []

    def load(self) -> Sequence[Mapping[str, Any]]:
        return self.records

    def save(self, records: Sequence[Mapping[str, Any]]) -> None:
        self.records = list(records)


class Part:
    name = "slos"

    def part(self, _now_ms: int) -> ScorePart | None:
        return ScorePart("slos", 60.0, 10, 0.1, "1", "a tenth is gone")


class Process:
    """A process with a watch, whose loop runs once a minute."""

    def __init__(self, clock: FakeClock, states: StatesFake | None = None) -> None:
        self.clock = clock
        self.store = SeriesStore(retention_s=4 * 86_400, interval_s=60)
        self.query = Engine(self.store)
        self.desk = InsightsDesk(self.query, clock, rules=lambda: [RULE])
        self.score = ScoreDesk(clock, sources=[Part()])
        self.told: list[tuple[str, str]] = []
        self.speaks = True
        self.watch = InsightsWatch(
            desk=self.desk,
            score=self.score,
            tell=self.tell,
            write=SeriesWriter(record=self.store.append, source="rule:health;").write,
            is_speaking=lambda: self.speaks,
            states=states,
        )

    def tell(self, name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:
        assert attributes["insight.advice"] == "do it"
        assert at_ms == self.clock.now_ms()
        self.told.append((name, body))

    def run(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.advance(60)
            self.watch.step(self.clock.now_ms())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_news_are_told_once_as_events(clock: FakeClock) -> None:
    process = Process(clock)

    process.run(200)

    assert process.told == [(EVENT, "it is 7")]


def test_the_next_process_does_not_tell_it_again(clock: FakeClock) -> None:
    states = StatesFake()
    Process(clock, states).run(90)

    heir = Process(clock, states)
    heir.run(90)

    assert heir.told == []


def test_who_does_not_speak_tells_and_writes_nothing(clock: FakeClock) -> None:
    process = Process(clock)
    process.speaks = False

    process.run(90)

    assert process.told == []
    assert process.query("otel_monitoring_health_score", clock.now_ms()).samples == []


def test_the_score_is_a_series(clock: FakeClock) -> None:
    process = Process(clock)

    process.run(3)

    found = process.query('{__name__=~"otel_monitoring_health.*"}', clock.now_ms()).samples
    assert {labels.get("part"): value for labels, value in found} == {"": 60.0, "slos": 60.0}


def test_a_report_says_the_score_of_now_and_its_mean(clock: FakeClock) -> None:
    process = Process(clock)
    process.run(26 * 60)

    found = ScoreSection(process.score, process.query).section(Period.ending("daily", clock.now_ms()))

    assert found is not None
    assert {one.label: one.value for one in found.figures} == {
        "Score of now, of 100": 60.0,
        "Mean score": 60.0,
    }
    assert found.tables[0].rows == (("slos", 60, 10, "a tenth is gone"),)


def test_a_report_without_any_score_leaves_it_out(clock: FakeClock) -> None:
    desk = ScoreDesk(clock, sources=[])

    assert ScoreSection(desk, Engine(SeriesStore())).section(Period.ending("daily", clock.now_ms())) is None


def test_a_report_of_today_has_advice_and_one_of_last_year_has_none(clock: FakeClock) -> None:
    section = AdviceSection(Process(clock).desk)

    now = section.section(Period.ending("daily", clock.now_ms()))

    assert now is not None
    assert [(one.sentence, one.advice, one.is_new) for one in now.advice] == [("it is 7", "do it", True)]
    assert section.section(Period.ending("daily", clock.now_ms() - 365 * 86_400_000)) is None


def test_a_report_says_that_there_is_more(clock: FakeClock) -> None:
    desk = Process(clock).desk

    class Many:
        name = "many"

        def insights(self, _now_ms: int) -> Sequence[Insight]:
            return [Insight("Many", Labels.of(n=str(n)), "x") for n in range(20)]

    desk.add(Many())

    found = AdviceSection(desk).section(Period.ending("daily", clock.now_ms()))

    assert found is not None
    assert (len(found.advice), found.notes) == (10, ("And 11 more with less effect.",))


def test_who_does_not_speak_knows_since_when_and_what_was_told(clock: FakeClock) -> None:
    """Whichever worker answers, it says the same."""
    states = StatesFake()
    speaker, other = Process(clock, states), Process(clock, states)
    other.speaks = False
    speaker.run(90)

    other.run(1)

    (ours,), (theirs,) = speaker.desk.insights(), other.desk.insights()
    assert (theirs.since_ms, theirs.is_new) == (ours.since_ms, False)
