"""Start, flush and end of an instance, with parts that hang."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.monitoring.export import Exports
from otel_monitoring.monitoring.instance import Monitoring
from otel_monitoring.monitoring.loop import Loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT_S = 0.05
LONG_S = 30.0


class Rig:
    """An instance whose collection and whose foreign exporters can be told to hang."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.released = threading.Event()
        self.calls: list[str] = []
        self.limits_ms: list[int] = []
        self.hangs = ""
        self.loop = Loop(clock=self.clock, shield=nullcontext)
        self.monitoring = Monitoring(
            clock=self.clock,
            loop=self.loop,
            exports=Exports({}),
            collect=self.collect,
            flush_others=lambda: [self.flush],
        )

    def collect(self, *, export_now: bool) -> None:
        self._call("collect")

    def flush(self, timeout_ms: int) -> None:
        self.limits_ms.append(timeout_ms)
        self._call("flush")

    def _call(self, name: str) -> None:
        if name == self.hangs:
            self.released.wait(LONG_S)
        self.calls.append(name)


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.released.set()
    made.monitoring.shutdown(SHORT_S)


@pytest.mark.parametrize("start", [True, False], ids=["started", "never started"])
def test_a_stop_collects_and_then_flushes_what_others_export(rig: Rig, *, start: bool) -> None:
    if start:
        rig.monitoring.start()

    rig.monitoring.stop(LONG_S)

    assert rig.calls == ["collect", "flush"]
    assert 0 < rig.limits_ms[0] <= LONG_S * 1000


@pytest.mark.parametrize("hangs", ["collect", "flush"])
@pytest.mark.parametrize("start", [True, False], ids=["started", "never started"])
def test_a_stop_leaves_behind_what_hangs(rig: Rig, *, hangs: str, start: bool) -> None:
    rig.hangs = hangs
    if start:
        rig.monitoring.start()

    rig.monitoring.stop(SHORT_S)

    assert hangs not in rig.calls
    assert not rig.released.is_set()


def test_a_job_that_hangs_holds_up_no_stop(rig: Rig) -> None:
    entered = threading.Event()

    def hang(_now_ms: int) -> None:
        entered.set()
        rig.released.wait(LONG_S)

    rig.loop.add("hang", 0.0, hang)
    rig.monitoring.start()
    assert entered.wait(LONG_S)

    rig.monitoring.stop(SHORT_S)

    assert rig.calls == []


def test_after_a_stop_it_starts_again(rig: Rig) -> None:
    ran = threading.Event()
    rig.loop.add("job", 0.001, lambda _now_ms: ran.set())
    rig.monitoring.start()
    rig.monitoring.stop(LONG_S)
    ran.clear()

    rig.monitoring.start()

    assert ran.wait(LONG_S)


def test_what_the_lifespan_has_used_up_is_not_spent_again_at_exit(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[float] = []
    stop: Callable[[float], bool] = rig.monitoring.stop
    rig.monitoring.start()
    rig.hangs = "flush"
    rig.monitoring.stop(SHORT_S)

    def noting_stop(timeout_s: float) -> bool:
        spent.append(timeout_s)
        return stop(0.0)

    monkeypatch.setattr(rig.monitoring, "stop", noting_stop)
    rig.monitoring._at_exit()

    assert spent[0] <= 5 - SHORT_S


def test_a_second_shutdown_does_nothing(rig: Rig) -> None:
    rig.monitoring.shutdown(LONG_S)
    before = list(rig.calls)

    assert rig.monitoring.shutdown(LONG_S)
    assert rig.calls == before


def test_where_no_thread_starts_any_more_it_collects_in_its_own(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: Any) -> None:
        msg = "can't create new thread at interpreter shutdown"
        raise RuntimeError(msg)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    rig.monitoring.stop(LONG_S)

    assert rig.calls == ["collect"]
