"""Look for insights once an hour, and write the score once a minute."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.beside import Here
from otel_monitoring.reports.insights.sections import SCORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    from otel_monitoring.reports.beside import Beside
    from otel_monitoring.reports.insights.desk import InsightsDesk
    from otel_monitoring.reports.insights.score import HealthScore, ScoreDesk

    class Tell(Protocol):
        """Tell of something that was found, as an event."""

        def __call__(self, name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:
            """Emit the event ``name`` with a text and plain values."""
            ...

    class States(Protocol):
        """Keep plain records for the next process."""

        def load(self) -> Sequence[Mapping[str, Any]]:
            """Return what was kept."""
            ...

        def save(self, records: Sequence[Mapping[str, Any]]) -> None:
            """Keep these and no others; each has a ``key``."""
            ...


EVENT = "otel_monitoring.insight"
PART = "otel_monitoring_health_part_score"
_PATIENCE_S = 2.0
_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000
_LISTEN_EVERY_MS = 300_000


class InsightsWatch:
    """Tell the news as events, hour by hour, and write the health score as a series.

    Args:
        desk: Finds insights.
        score: Tells the score.
        tell: Takes events.
        write: Takes the series of the score with a Unix time in milliseconds.
        is_speaking: Whether this process tells people.
        states: Keeps what was told for the next process; ``None`` for memory alone.
        beside: Where insights are looked for.
    """

    name = "insights"

    def __init__(
        self,
        *,
        desk: InsightsDesk,
        score: ScoreDesk,
        tell: Tell,
        write: Callable[[Mapping[Labels, float], int], object],
        is_speaking: Callable[[], bool],
        states: States | None = None,
        beside: Beside | None = None,
    ) -> None:
        self._desk = desk
        self._score = score
        self._tell = tell
        self._write = write
        self._is_speaking = is_speaking
        self._states = states
        self._beside = beside or Here()
        self._begin()

    def _begin(self) -> None:
        self._hour: int | None = None
        self._minute: int | None = None
        self._was_speaking = False
        self._listened_ms: int | None = None

    def step(self, now_ms: int) -> None:
        """Do what is due at a Unix time in milliseconds."""
        is_speaking, self._was_speaking = self._is_speaking(), self._was_speaking and self._is_speaking()
        if not is_speaking:
            self._listen(now_ms)
            return
        if not self._was_speaking:
            self._take_up()
        if now_ms // _MINUTE_MS != self._minute:
            self._minute = now_ms // _MINUTE_MS
            self._write(series_of(self._score.score()), now_ms)
        if now_ms // _HOUR_MS != self._hour:
            is_first, self._hour = self._hour is None, now_ms // _HOUR_MS
            if not is_first:  # right after a start there are no rates yet
                self._beside.run(partial(self._tell_news, now_ms))

    def after_fork(self) -> None:
        """Start anew in a child process."""
        self._beside.after_fork()
        self._begin()

    def stop(self) -> None:
        """Wait a moment for what is being looked for."""
        self._beside.wait(_PATIENCE_S)

    def _listen(self, now_ms: int) -> None:
        """Know what the process that speaks knows: since when things are so, and what was told."""
        if self._listened_ms is None or now_ms - self._listened_ms >= _LISTEN_EVERY_MS:
            self._listened_ms = now_ms
            self._beside.run(self._restore)

    def _take_up(self) -> None:
        self._was_speaking = True
        self._restore()

    def _restore(self) -> None:
        if self._states is not None:
            kept = [{**one} for one in self._states.load()]
            for one in kept:
                one.pop("key", None)
            self._desk.memory.restore(kept)

    def _tell_news(self, now_ms: int) -> None:
        for one in self._desk.news():
            attributes = {
                "insight.id": one.id,
                "insight.rule": one.rule,
                "insight.kind": one.kind,
                "insight.effect": one.effect,
                "insight.advice": one.advice,
            }
            self._tell(EVENT, one.sentence, attributes, at_ms=now_ms)
        if self._states is not None:
            self._states.save([{"key": one["id"], **one} for one in self._desk.memory.state()])


def series_of(score: HealthScore) -> dict[Labels, float]:
    """Return the series that a score is written as: one of the whole, and one for each part."""
    if score.score is None:
        return {}
    parts = {Labels.of(__name__=PART, part=one.name): one.score for one in score.parts}
    return {Labels.of(__name__=SCORE): score.score, **parts}
