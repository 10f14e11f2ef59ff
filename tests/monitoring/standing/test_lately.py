"""Parts are judged by what they lost lately."""

from __future__ import annotations

import pytest

from otel_monitoring.monitoring.standing.lately import LATELY_S, Lately
from otel_monitoring.monitoring.standing.part import Count, Standing
from otel_monitoring.testing import FakeClock


class Instance:
    """One part that loses things."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.lost = 0.0
        self.problem = ""
        self.lately = Lately(self.parts, clock=self.clock)

    def parts(self) -> list[Standing]:
        counts = (Count("sent", 5, "{span}"), Count("dropped", self.lost, "{span}", loss="spans were lost"))
        return [Standing("export", "Sends spans.", counts, self.problem, "See to it.")]

    def standing(self) -> Standing:
        [(found, _)] = self.lately.standings()
        return found

    def after(self, seconds: float) -> None:
        """Let time pass, with a look each minute as the loop takes it."""
        while seconds > 0:
            self.clock.advance(min(seconds, 60.0))
            self.lately.note()
            seconds -= 60.0


@pytest.fixture
def instance() -> Instance:
    return Instance()


def test_where_nothing_is_lost_all_is_fine_and_there_is_nothing_to_do(instance: Instance) -> None:
    found = instance.standing()

    assert (found.problem, found.advice) == ("", "")


def test_what_was_lost_lately_is_told_with_what_to_do(instance: Instance) -> None:
    instance.after(3600)
    instance.lost = 7
    instance.after(120)
    found = instance.standing()

    assert found.problem == "7 spans were lost in the last 15 minutes"
    assert found.advice == "See to it."


def test_what_was_lost_long_ago_is_forgotten(instance: Instance) -> None:
    instance.lost = 7
    instance.after(LATELY_S + 120)

    assert instance.standing().problem == ""


def test_only_what_is_new_counts(instance: Instance) -> None:
    instance.lost = 7
    instance.after(LATELY_S + 120)
    instance.lost = 9
    [(found, new)] = instance.lately.standings()

    assert new == {"dropped": 2}
    assert found.problem == "2 spans were lost in the last 15 minutes"


def test_before_the_first_look_everything_is_new(instance: Instance) -> None:
    instance.lost = 3

    assert instance.standing().problem == "3 spans were lost in the last 15 minutes"


def test_another_problem_stands_in_front(instance: Instance) -> None:
    instance.lost, instance.problem = 1, "paused"

    assert instance.standing().problem == "paused; 1 spans were lost in the last 15 minutes"


def test_counts_that_began_anew_are_new(instance: Instance) -> None:
    instance.lost = 100
    instance.after(LATELY_S + 120)
    instance.lost = 2

    assert instance.standing().problem == "2 spans were lost in the last 15 minutes"


def test_a_child_process_begins_anew(instance: Instance) -> None:
    instance.lost = 5
    instance.after(LATELY_S + 120)
    instance.lately.after_fork()

    assert instance.standing().problem.startswith("5 spans")


def test_looks_are_kept_for_a_quarter_of_an_hour_only(instance: Instance) -> None:
    instance.after(10 * LATELY_S)

    assert len(instance.lately._looks) <= LATELY_S / 60 + 2
