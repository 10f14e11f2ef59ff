"""Work beside the loop."""

from __future__ import annotations

import threading
from contextlib import nullcontext

from otel_monitoring.bootstrap.aside import Aside
from otel_monitoring.guard import Guard

WAIT_S = 10.0


def aside(*, patience_s: float) -> Aside:
    return Aside(name="beside", guard=Guard("beside"), patience_s=patience_s, shield=nullcontext)


def test_what_is_quick_is_done_when_run_returns() -> None:
    done: list[int] = []

    assert aside(patience_s=WAIT_S).run(lambda: done.append(1))
    assert done == [1]


def test_what_waits_is_left_to_itself_and_begun_once() -> None:
    go, begun = threading.Event(), []

    def work() -> None:
        begun.append(1)
        go.wait(WAIT_S)

    made = aside(patience_s=0)
    first, second = made.run(work), made.run(work)
    go.set()

    assert (first, second) == (False, False)
    assert made.wait(WAIT_S)
    assert begun == [1]


def test_an_error_is_caught_and_the_next_run_goes_on() -> None:
    made, done = aside(patience_s=WAIT_S), []

    made.run(lambda: 1 / 0)

    assert made.run(lambda: done.append(1))
    assert done == [1]
