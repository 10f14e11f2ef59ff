"""From alerts that hold to messages (S9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing import dispatch
from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import Notice, SentAlert
from otel_monitoring.model.labels import Labels
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    import pytest

HOUR_S = 3600.0


def alert(name: str = "A", *, resolved: bool = False, starts_at_ms: int = 1000, **labels: str) -> SentAlert:
    return SentAlert(
        labels=Labels.of(labels, alertname=name),
        annotations={},
        value=1.0,
        starts_at_ms=starts_at_ms,
        ends_at_ms=2000,
        is_resolved=resolved,
    )


class Desk:
    """A dispatcher and what it told."""

    def __init__(self, **options: object) -> None:
        self.clock = FakeClock()
        self.guard = Guard("deliver")
        self.notices: list[Notice] = []
        self.refuses = False
        self.dispatcher = Dispatcher(
            deliver=self.deliver,
            clock=self.clock,
            guard=self.guard,
            **options,  # type: ignore[arg-type]
        )

    def deliver(self, notice: Notice) -> None:
        if self.refuses:
            msg = "no room"
            raise NotifyError(msg)
        self.notices.append(notice)

    def see(self, *alerts: SentAlert) -> list[tuple[str, list[str]]]:
        """Put, flush, and return what was told: firing or resolved, and the jobs of the alerts."""
        before = len(self.notices)
        self.dispatcher.put(alerts)
        self.dispatcher.flush()
        return [
            ("firing" if notice.is_firing else "resolved", [one.labels.get("job") for one in notice.alerts])
            for notice in self.notices[before:]
        ]


def test_one_firing_and_one_resolved_message_however_often_it_is_sent() -> None:
    """S9.6, S9.7."""
    desk = Desk()

    told = [desk.see(alert(job="a", resolved=resolved)) for resolved in (False, False, True, True, True)]

    assert told == [[("firing", ["a"])], [], [("resolved", ["a"])], [], []]
    assert desk.dispatcher.stats() == {"groups": 0, "alerts": 0, "notices": 2}


def test_what_resolves_before_anybody_was_told_is_not_told() -> None:
    """S9.6."""
    desk = Desk()
    desk.dispatcher.put([alert(job="a")])

    assert desk.see(alert(job="a", resolved=True)) == []


def test_what_returns_is_told_again() -> None:
    desk = Desk()
    desk.see(alert(job="a"))
    desk.see(alert(job="a", resolved=True))

    assert desk.see(alert(job="a", starts_at_ms=5000)) == [("firing", ["a"])]
    assert len({notice.key for notice in desk.notices}) == 3


def test_reminds_after_the_repeat_interval_with_a_key_of_its_own() -> None:
    """S9.6."""
    desk = Desk(repeat_interval_s=4 * HOUR_S)
    desk.see(alert(job="a"))
    told = []
    for _ in range(9):
        desk.clock.advance(HOUR_S)
        told.append(len(desk.see(alert(job="a"))))

    assert told == [0, 0, 0, 1, 0, 0, 0, 1, 0]
    assert len({notice.key for notice in desk.notices}) == 3


def test_alerts_are_groups_of_their_own_unless_grouped() -> None:
    """S9.4."""
    desk = Desk()

    assert desk.see(alert(job="a"), alert(job="b")) == [("firing", ["a"]), ("firing", ["b"])]
    assert desk.notices[0].group_key == '{}:{alertname="A", job="a"}'


def test_a_group_is_told_as_one_and_again_when_a_member_joins_or_leaves() -> None:
    """S9.4, S9.6."""
    desk = Desk(group_by=["alertname"])

    assert desk.see(alert(job="a"), alert(job="b"), alert("B", job="c")) == [
        ("firing", ["a", "b"]),
        ("firing", ["c"]),
    ]
    assert desk.see(alert(job="d")) == [("firing", ["a", "b", "d"])]
    assert desk.see(alert(job="a", resolved=True)) == [("firing", ["b", "d", "a"])]
    assert desk.see() == []
    assert desk.notices[0].group_key == '{}:{alertname="A"}'
    assert desk.notices[0].group_labels == Labels.of(alertname="A")


def test_the_earliest_start_stays_while_an_alert_fires() -> None:
    """S9.1."""
    desk = Desk()
    desk.see(alert(job="a", starts_at_ms=1000))
    desk.dispatcher.put([alert(job="a", starts_at_ms=900)])

    desk.see(alert(job="a", starts_at_ms=3000))
    desk.see(alert(job="a", resolved=True, starts_at_ms=3000))

    assert desk.notices[-1].alerts[0].starts_at_ms == 900


def test_every_receiver_is_told() -> None:
    desk = Desk(receivers=["ops", "log"])

    desk.see(alert(job="a"))

    assert [notice.receiver for notice in desk.notices] == ["ops", "log"]
    assert desk.notices[0].key != desk.notices[1].key


def test_what_could_not_be_handed_over_comes_again_under_the_same_key() -> None:
    desk = Desk()
    desk.refuses = True
    first = desk.see(alert(job="a"))
    desk.refuses = False

    assert first == []
    assert desk.see() == [("firing", ["a"])]
    assert desk.guard.counts() == {"NotifyError": 1}


def test_a_resolution_that_could_not_be_handed_over_is_not_forgotten() -> None:
    desk = Desk()
    desk.see(alert(job="a"))
    desk.refuses = True
    desk.see(alert(job="a", resolved=True))
    desk.refuses = False

    assert desk.see() == [("resolved", ["a"])]


def test_stages_take_alerts_out_in_order() -> None:
    """S9.8."""
    seen: list[list[str]] = []

    def without(job: str) -> object:
        def stage(alerts: list[SentAlert]) -> list[SentAlert]:
            seen.append([one.labels.get("job") for one in alerts])
            return [one for one in alerts if one.labels.get("job") != job]

        return stage

    desk = Desk(group_by=["alertname"], stages=[without("a"), without("b")])

    assert desk.see(alert(job="a"), alert(job="b"), alert(job="c")) == [("firing", ["c"])]
    assert seen == [["a", "b", "c"], ["b", "c"]]


def test_a_receiver_that_wants_no_resolutions_hears_the_next_firing() -> None:
    """S9.6."""
    desk = Desk(send_resolved=False)

    told = [desk.see(alert(job="a", resolved=resolved)) for resolved in (False, True, False)]

    assert told == [[("firing", ["a"])], [], [("firing", ["a"])]]


def test_group_keys_quote_what_would_break_them() -> None:
    desk = Desk()

    desk.see(alert(job='a"\\\n'))

    assert desk.notices[0].group_key == '{}:{alertname="A", job="a\\"\\\\\\n"}'


def test_forgets_the_oldest_groups_that_are_gone_and_none_that_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "_MOST_ENTRIES", 3)
    desk = Desk()
    desk.see(alert(job="stays"))
    for job in "abcd":
        desk.see(alert(job=job))
        desk.see(alert(job=job, resolved=True))

    assert {labels.get("job") for _, labels in desk.dispatcher._entries} == {"stays", "c", "d"}
    assert desk.see(alert(job="stays")) == []


def test_a_child_process_begins_anew() -> None:
    desk = Desk()
    desk.see(alert(job="a"))
    desk.dispatcher._lock.acquire()

    desk.dispatcher.after_fork()

    assert desk.see() == []
    assert desk.see(alert(job="a", resolved=True)) == []
    assert desk.see(alert(job="b")) == [("firing", ["b"])]
