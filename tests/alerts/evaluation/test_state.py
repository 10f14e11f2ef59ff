"""The state machine (S3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from otel_monitoring.alerts.evaluation.state import RESOLVED_RETENTION_MS, Finding, advance, moved, state_of
from otel_monitoring.errors import RuleError
from otel_monitoring.model.alert import Alert
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from otel_monitoring.alerts.evaluation.state import State

MINUTE_MS = 60_000
A = Labels.of(alertname="A", job="a")
B = Labels.of(alertname="A", job="b")


def found(labels: Labels = A, value: float = 1.0, note: str = "x") -> Finding:
    return Finding(labels=labels, annotations={"note": note}, value=value)


class Run:
    """One rule evaluated every minute, from minute 0 on."""

    def __init__(self, *, for_ms: int = 0, keep_firing_for_ms: int = 0) -> None:
        self.for_ms = for_ms
        self.keep_firing_for_ms = keep_firing_for_ms
        self.state: State = {}
        self.minute = -1

    def step(self, *findings: Finding) -> list[str]:
        """Evaluate once and return the changes."""
        self.minute += 1
        step = advance(
            self.state,
            findings,
            self.minute * MINUTE_MS,
            for_ms=self.for_ms,
            keep_firing_for_ms=self.keep_firing_for_ms,
        )
        self.state = step.state
        return [transition.change for transition in step.transitions]

    def steps(self, pattern: str) -> list[list[str]]:
        """Evaluate once per character: ``x`` finds A, anything else finds nothing."""
        return [self.step(*([found()] if character == "x" else [])) for character in pattern]


@pytest.mark.parametrize("value", [0.0, 1.0, float("nan")])
def test_presence_is_the_condition_whatever_the_value(value: float) -> None:
    """S3.1."""
    assert Run().step(found(value=value)) == ["firing"]


def test_two_findings_of_one_identity_fail_and_leave_the_state() -> None:
    """S3.2."""
    with pytest.raises(
        RuleError, match=r"two results have the same labels .* \{alertname=\"A\", job=\"a\"\}"
    ):
        advance({}, [found(value=1), found(value=2)], 0)


def test_a_resolved_alert_that_returns_starts_afresh() -> None:
    """S3.3."""
    run = Run(for_ms=MINUTE_MS)

    assert run.steps("xx.x") == [["pending"], ["firing"], ["resolved"], ["pending"]]
    assert run.state[A] == Alert(A, {"note": "x"}, "pending", 1.0, active_at_ms=3 * MINUTE_MS)


def test_a_finding_refreshes_value_and_annotations_alone() -> None:
    """S3.4."""
    run = Run(for_ms=5 * MINUTE_MS)
    run.step(found(value=1, note="old"))

    assert run.step(found(value=2, note="new")) == []
    assert run.state[A] == Alert(A, {"note": "new"}, "pending", 2.0, active_at_ms=0)


def test_for_five_minutes_fires_at_the_sixth_evaluation() -> None:
    """S3.5."""
    run = Run(for_ms=5 * MINUTE_MS)

    assert run.steps("xxxxxx") == [["pending"], [], [], [], [], ["firing"]]
    assert run.state[A].fired_at_ms == 5 * MINUTE_MS


def test_without_for_the_first_evaluation_fires() -> None:
    """S3.5."""
    run = Run()

    assert run.steps("xx") == [["firing"], []]
    assert (run.state[A].active_at_ms, run.state[A].fired_at_ms) == (0, 0)


def test_a_longer_for_sends_a_young_firing_alert_back() -> None:
    """S3.6."""
    run = Run(for_ms=MINUTE_MS)
    run.steps("xx")
    run.for_ms = 4 * MINUTE_MS

    assert run.steps("xxx") == [["pending"], [], ["firing"]]
    assert run.state[A].fired_at_ms == 4 * MINUTE_MS


def test_a_pending_alert_that_clears_is_gone_and_never_resolves() -> None:
    """S3.7."""
    run = Run(for_ms=5 * MINUTE_MS)

    assert run.steps("xx.") == [["pending"], [], ["dropped"]]
    assert run.state == {}


def test_keep_firing_for_holds_the_last_value() -> None:
    """S3.8."""
    run = Run(keep_firing_for_ms=3 * MINUTE_MS)
    run.step(found(value=7, note="seven"))

    assert run.steps("....") == [[], [], [], ["resolved"]]
    assert (run.state[A].value, run.state[A].annotations) == (7.0, {"note": "seven"})


def test_a_return_in_the_meantime_starts_keeping_anew() -> None:
    """S3.8."""
    run = Run(keep_firing_for_ms=2 * MINUTE_MS)

    assert run.steps("x.x...") == [["firing"], [], [], [], [], ["resolved"]]


def test_a_resolved_alert_stays_for_fifteen_minutes() -> None:
    """S3.9."""
    run = Run()
    run.steps("x." + "." * 15)
    kept = dict(run.state)
    run.step()

    assert kept[A].resolved_at_ms == MINUTE_MS
    assert kept[A].state == "inactive"
    assert run.state == {}


def test_an_empty_result_resolves() -> None:
    """S3.10."""
    run = Run()

    assert run.steps("x.") == [["firing"], ["resolved"]]


def test_alerts_of_one_rule_are_independent() -> None:
    run = Run(for_ms=MINUTE_MS)
    run.step(found(A))

    assert run.step(found(A), found(B)) == ["firing", "pending"]
    assert run.step(found(B)) == ["firing", "resolved"]


def test_nothing_found_and_nothing_known_changes_nothing() -> None:
    state: State = {}

    step = advance(state, [], 0)

    assert step.state is state
    assert step.transitions == ()


@pytest.mark.parametrize(
    ("states", "highest"),
    [
        (["pending", "firing"], "firing"),
        (["inactive", "pending"], "pending"),
        (["inactive"], "inactive"),
        ([], "inactive"),
    ],
)
def test_the_highest_state_is_that_of_the_rule(states: list[str], highest: str) -> None:
    """S3.11."""
    alerts = [Alert(A, {}, state, 1.0, 0) for state in states]  # type: ignore[arg-type]

    assert state_of(alerts) == highest


def test_moving_the_clock_moves_every_time_and_nothing_else() -> None:
    """P14."""
    before = Alert(A, {}, "firing", 1.0, 10, fired_at_ms=20, last_sent_at_ms=30, keep_firing_since_ms=40)

    after = moved({A: before}, 1000)[A]

    assert after == Alert(
        A, {}, "firing", 1.0, 1010, fired_at_ms=1020, last_sent_at_ms=1030, keep_firing_since_ms=1040
    )


class AgainstThePlainModel(RuleBasedStateMachine):
    """Any sequence of findings, compared with a history that is read anew each time.

    The model keeps for every evaluation whether the condition held, and derives the state from that list
    alone: when the present run began, when it had lasted long enough, when it had been away too long.
    """

    def __init__(self) -> None:
        super().__init__()
        self.for_ms = 2 * MINUTE_MS
        self.keep_ms = MINUTE_MS + 1
        self.now_ms = 0
        self.state: State = {}
        self.history: dict[Labels, list[tuple[int, bool]]] = {A: [], B: []}

    @rule(gap=st.integers(1, 4), held=st.sets(st.sampled_from([A, B])))
    def evaluate(self, gap: int, held: set[Labels]) -> None:
        self.now_ms += gap * MINUTE_MS
        for labels, history in self.history.items():
            history.append((self.now_ms, labels in held))
        self.state = advance(
            self.state,
            [found(labels) for labels in held],
            self.now_ms,
            for_ms=self.for_ms,
            keep_firing_for_ms=self.keep_ms,
        ).state

    @invariant()
    def agrees(self) -> None:
        for labels, history in self.history.items():
            expected = self.replay(history)
            alert = self.state.get(labels)
            actual = (
                (alert.state, alert.active_at_ms, alert.fired_at_ms, alert.resolved_at_ms) if alert else None
            )
            assert actual == expected

    def replay(  # noqa: C901 - a plain model is plain in one piece
        self, history: list[tuple[int, bool]]
    ) -> tuple[str, int, int | None, int | None] | None:
        began: int | None = None
        fired: int | None = None
        away: int | None = None
        gone: tuple[int, int, int] | None = None
        for at_ms, held in history:
            if gone and at_ms - gone[2] > RESOLVED_RETENTION_MS:
                gone = None
            if held:
                began, away = (at_ms if began is None else began), None
                gone = None
                if fired is None and at_ms - began >= self.for_ms:
                    fired = at_ms
            elif began is not None and fired is None:
                began = None
            elif began is not None and fired is not None:
                away = at_ms if away is None else away
                if at_ms - away >= self.keep_ms:
                    gone, began, fired, away = (began, fired, at_ms), None, None, None
        if began is not None:
            return ("pending" if fired is None else "firing", began, fired, None)
        return None if gone is None else ("inactive", *gone)


TestAgainstThePlainModel = AgainstThePlainModel.TestCase
