"""Any sequence of firing, resolving, silencing, outages and waiting: nothing told twice, nothing lost.

The model is what somebody in front of one channel believes: each notice is taken at its word. It holds no
groups, timers or logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from otel_monitoring.alerts.routing.config import Route, RoutingConfig, Timing
from otel_monitoring.alerts.routing.matcher import parse_matchers
from otel_monitoring.alerts.routing.silences import Silences
from otel_monitoring.model.receiver import ChannelSpec, ReceiverSpec
from tests.alerts.routing.desk import Desk, alert

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice

JOBS = st.sampled_from("abc")
YEAR_S = 365 * 86_400.0
SETTLED_S = 600.0


class Telling(RuleBasedStateMachine):
    """A dispatcher, the alerts as they are, and what the reader of one channel believes."""

    @initialize(
        interval_s=st.sampled_from([0.0, 60.0]),
        wait_s=st.sampled_from([0.0, 30.0]),
        group_by=st.sampled_from([None, (), ("team",)]),
        may_silence=st.booleans(),
    )
    def begin(
        self, interval_s: float, wait_s: float, group_by: tuple[str, ...] | None, *, may_silence: bool
    ) -> None:
        self.may_silence = may_silence
        self.desk = Desk(
            config=RoutingConfig(
                route=Route(receiver="ops", group_by=group_by, timing=Timing(wait_s, interval_s, YEAR_S)),
                receivers=(ReceiverSpec("ops", (ChannelSpec(name="one", kind="webhook"),)),),
            )
        )
        self.silences = Silences(clock=self.desk.clock)
        self.desk.dispatcher._silences = self.silences
        self.begin_ms = self.desk.clock.now_ms() - round(1000 * self.desk.clock.monotonic_s())
        self.fires: dict[str, int] = {}
        self.believed: set[str] = set()
        self.silenced: dict[str, str] = {}
        self.read = 0
        self.starts = 0
        self.heard: set[tuple[str, int, bool]] = set()

    @rule(job=JOBS)
    def fire(self, job: str) -> None:
        self.starts += 1
        start_ms = self.fires.setdefault(job, self._time_ms() + self.starts)
        self.desk.dispatcher.put([alert(job=job, team=(job > "b" and "x") or "y", starts_at_ms=start_ms)])

    @rule(job=JOBS)
    def resolve(self, job: str) -> None:
        start_ms = self.fires.pop(job, None)
        if start_ms is not None:
            ended = alert(
                job=job,
                team=(job > "b" and "x") or "y",
                starts_at_ms=start_ms,
                ends_at_ms=self._time_ms(),
                resolved=True,
            )
            self.desk.dispatcher.put([ended])

    @rule(job=JOBS)
    def silence(self, job: str) -> None:
        if self.may_silence and job not in self.silenced:
            self.silenced[job] = self.silences.create(
                matchers=parse_matchers(f'job="{job}"'),
                ends_at_ms=self.desk.clock.now_ms() + round(1000 * YEAR_S),
                author="kim",
                comment="test",
            ).id

    @rule(job=JOBS)
    def expire(self, job: str) -> None:
        if job in self.silenced:
            self.silences.expire(self.silenced.pop(job))

    @rule(seconds=st.sampled_from([1, 20, 60, 300]))
    def wait(self, seconds: int) -> None:
        self.desk.wait(seconds, step_s=5)

    @rule(seconds=st.sampled_from([-3600, 3600]))
    def step_the_wall_clock(self, seconds: int) -> None:
        if not self.silenced:
            self.desk.clock.step_wall_clock(seconds)

    @rule()
    def begin_an_outage(self) -> None:
        self.desk.answers = False

    @rule(is_taken=st.booleans())
    def end_what_waits(self, *, is_taken: bool) -> None:
        self.desk.end(taken=is_taken)

    @rule(job=JOBS)
    def an_alert_comes_and_goes_in_an_outage(self, job: str) -> None:
        self.begin_an_outage()
        self.fire(job)
        self.desk.wait(90)
        self.desk.end(taken=False)
        self.resolve(job)

    @rule()
    def end_the_outage(self) -> None:
        self.desk.answers = True
        self.desk.end(taken=True)

    @rule()
    def after_a_while_everybody_knows(self) -> None:
        """Nothing is lost: after a quiet while, what is believed is what holds."""
        self.end_the_outage()
        self.desk.wait(SETTLED_S)
        self._read()

        audible = {job for job in self.fires if job not in self.silenced}
        assert audible <= self.believed
        assert self.believed - audible <= self.ever_silenced()
        assert all(self._was_heard(notice) for notice in self.desk.offered) or self.ever_silenced()

    @rule()
    def nothing_is_told_twice(self) -> None:
        """After a quiet while nothing more is said."""
        self.after_a_while_everybody_knows()
        before = len(self.desk.notices)
        self.desk.wait(SETTLED_S)

        assert len(self.desk.notices) == before

    @invariant()
    def keys_are_used_once(self) -> None:
        if hasattr(self, "desk"):
            self._read()
            keys = [notice.key for notice in self.desk.notices]
            assert len(keys) == len(set(keys))

    def _time_ms(self) -> int:
        """Return the time as a sender sees it whose clock does not step."""
        return self.begin_ms + round(1000 * self.desk.clock.monotonic_s())

    def ever_silenced(self) -> set[str]:
        """Return the jobs that a reader may be wrong about: a resolution behind a silence is not told."""
        return {silence.matchers[0].value for silence in self.silences.all()}

    def _was_heard(self, notice: Notice) -> bool:
        """Tell whether all that was once handed over is known by now, in a later state or as firing still."""
        newest = {job: max(start for name, start, _ in self.heard if name == job) for job, _, _ in self.heard}
        return all(
            newest.get(one.labels.get("job"), -1) >= one.starts_at_ms
            or one.labels.get("job") in self.believed
            for one in notice.alerts
        )

    def _read(self) -> None:
        for notice in self.desk.notices[self.read :]:
            self._believe(notice)
        self.read = len(self.desk.notices)

    def _believe(self, notice: Notice) -> None:
        words = {(one.labels.get("job"), one.starts_at_ms, one.is_resolved) for one in notice.alerts}
        assert words - self.heard or self.ever_silenced(), "the same words again"
        self.heard |= words
        for one in notice.alerts:
            job = one.labels.get("job")
            if one.is_resolved:
                self.believed.discard(job)
            else:
                self.believed.add(job)


TestTelling = Telling.TestCase
TestTelling.settings = settings(max_examples=150, stateful_step_count=25)
