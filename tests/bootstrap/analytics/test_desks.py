"""Watches that look at the series by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.analytics.desks import Watches

if TYPE_CHECKING:
    import pytest


class Noting:
    """A watch that notes when it was called, and fails on purpose if it is told to."""

    def __init__(self, name: str, *, fails: bool = False) -> None:
        self.name = name
        self.seen: list[int | str] = []
        self._fails = fails

    def step(self, now_ms: int) -> None:
        self.seen.append(now_ms)
        if self._fails:
            msg = "on purpose"
            raise RuntimeError(msg)

    def after_fork(self) -> None:
        self.seen.append("forked")

    def stop(self) -> None:
        self.seen.append("stopped")


def test_a_watch_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = Noting("bad", fails=True), Noting("good")
    watches = Watches([bad, good])

    watches.step(1)
    watches.step(2)

    assert bad.seen == good.seen == [1, 2]
    assert len(caplog.records) == 1


def test_watches_hear_of_a_fork_and_of_the_end() -> None:
    one, two = Noting("one"), Noting("two")
    watches = Watches([one, two])

    watches.after_fork()
    watches.stop()

    assert one.seen == two.seen == ["forked", "stopped"]
