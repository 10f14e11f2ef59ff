"""What fired and when it stopped."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.alerts.history import AlertHistory
from otel_monitoring.model.alert import Alert, Change, Transition
from otel_monitoring.model.labels import Labels

T_MS = 1_700_000_000_000


def change(what: Change, at_s: int, job: str = "a", *, name: str = "A") -> Transition:
    labels = Labels.of(alertname=name, job=job)
    at_ms = T_MS + at_s * 1000
    fired = None if what in ("pending", "dropped") else at_ms
    return Transition(what, Alert(labels, {"summary": "s"}, "firing", 2.0, T_MS, fired_at_ms=fired), at_ms)


def resolved(fired_s: int, at_s: int, job: str = "a") -> Transition:
    transition = change("resolved", at_s, job)
    return replace(transition, alert=replace(transition.alert, fired_at_ms=T_MS + fired_s * 1000))


def test_keeps_when_an_alert_fired_and_when_it_stopped() -> None:
    history = AlertHistory()

    history.told([change("pending", 0), change("firing", 10)])
    (going_on,) = history.find()
    history.told([resolved(10, 70)])

    (episode,) = history.find()
    assert (going_on.ended_at_ms, going_on.duration_ms(T_MS + 20_000)) == (None, 10_000)
    assert (episode.rule, episode.labels.get("job"), episode.value) == ("A", "a", 2.0)
    assert (episode.started_at_ms, episode.ended_at_ms) == (T_MS + 10_000, T_MS + 70_000)
    assert episode.duration_ms(0) == 60_000


def test_an_alert_that_was_only_pending_leaves_nothing() -> None:
    history = AlertHistory()

    history.told([change("pending", 0), change("dropped", 10)])

    assert history.find() == []


def test_what_goes_back_to_pending_has_ended() -> None:
    """S3.6: a reload made ``for`` longer."""
    history = AlertHistory()

    history.told([change("firing", 0), change("pending", 30)])

    (episode,) = history.find()
    assert episode.duration_ms(0) == 30_000


def test_a_clock_that_was_set_lengthens_no_episode() -> None:
    history = AlertHistory()
    history.told([change("firing", 0)])

    history.told([resolved(3600, 3660)])

    assert history.find()[0].duration_ms(0) == 60_000


def test_is_searched_by_time_rule_and_alert_with_the_newest_in_front() -> None:
    history = AlertHistory()
    history.told([change("firing", 0), resolved(0, 10)])
    history.told([change("firing", 20, "b"), resolved(20, 30, "b"), change("firing", 40, name="B")])

    def found(**what: object) -> list[int]:
        return [(one.started_at_ms - T_MS) // 1000 for one in history.find(**what)]  # type: ignore[arg-type]

    assert found() == [40, 20, 0]
    assert found(since_ms=T_MS + 10_001) == [40, 20]
    assert found(until_ms=T_MS + 20_000) == [20, 0]
    assert found(since_ms=T_MS + 11_000, until_ms=T_MS + 19_000) == []
    assert found(rule="B") == [40]
    assert found(labels=Labels.of(alertname="A", job="b")) == [20]


def test_notes_what_happened_meanwhile_each_once() -> None:
    history = AlertHistory(marks=lambda labels: ["silenced"] if labels.get("job") == "a" else [])
    history.told([change("firing", 0), change("firing", 0, "b")])

    history.mark(Labels.of(alertname="A", job="b"), "acknowledged")
    history.mark(Labels.of(alertname="A", job="b"), "acknowledged")
    history.mark(Labels.of(alertname="A", job="nobody"), "acknowledged")
    history.told([resolved(0, 10)])

    marks = {one.labels.get("job"): one.marks for one in history.find()}
    assert marks == {"a": ("silenced",), "b": ("acknowledged",)}


def test_ends_what_fires_no_more_without_a_word() -> None:
    """S2.10: the alerts of a rule that a reload has removed just go."""
    history = AlertHistory()
    history.told([change("firing", 0), change("firing", 0, "b")])

    history.settle({Labels.of(alertname="A", job="b")}, T_MS + 60_000)

    assert {one.labels.get("job"): one.ended_at_ms for one in history.find()} == {
        "a": T_MS + 60_000,
        "b": None,
    }


def test_a_second_start_ends_the_first() -> None:
    history = AlertHistory()

    history.told([change("firing", 0), change("firing", 60)])

    assert [one.ended_at_ms for one in history.find()] == [None, T_MS + 60_000]


def test_survives_as_plain_records() -> None:
    history, other = AlertHistory(), AlertHistory()
    history.told([change("firing", 0), resolved(0, 10), change("firing", 20)])
    history.mark(Labels.of(alertname="A", job="a"), "acknowledged")

    other.restore(json.loads(json.dumps(history.state())))

    assert other.find() == history.find()


def test_begins_anew_in_a_child_process() -> None:
    history = AlertHistory()
    history.told([change("firing", 0)])
    history._lock.acquire()

    history.after_fork()

    assert history.find() == []


@given(st.lists(st.tuples(st.sampled_from(["firing", "resolved"]), st.sampled_from("abcdef")), max_size=60))
def test_never_grows_beyond_its_bound(changes: list[tuple[Change, str]]) -> None:
    """The newest starts are kept, and what goes on is forgotten last."""
    history = AlertHistory(most=4)
    going_on: set[str] = set()

    for second, (what, job) in enumerate(changes):
        history.told([change(what, second, job)])
        going_on = going_on | {job} if what == "firing" else going_on - {job}
        assert len(history.find()) <= 4

    if len(going_on) <= 4:
        kept = {one.labels.get("job") for one in history.find() if one.ended_at_ms is None}
        assert kept <= going_on


def test_an_alert_is_kept_under_the_labels_that_people_know_it_by() -> None:
    """S8.3: external labels are added on sending."""
    history = AlertHistory(known_as=lambda labels: Labels.of(labels.as_dict(), cluster="eu"))
    known = Labels.of(alertname="A", job="a", cluster="eu")

    history.told([change("firing", 0)])
    history.mark(known, "acknowledged")
    history.settle({Labels.of(alertname="A", job="a")}, T_MS)
    history.told([resolved(0, 10)])

    (episode,) = history.find(labels=known)
    assert (episode.marks, episode.ended_at_ms) == (("acknowledged",), T_MS + 10_000)
