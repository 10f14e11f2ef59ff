"""A machine for the tests of those who look at it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from otel_monitoring.instrument.system.reading import Cpu, Process, Reading

if TYPE_CHECKING:
    from otel_monitoring.testing import FakeClock

WAIT_S = 30.0  # until a thread of the test itself has acted; reached only when the test fails


class FakeMachine:
    """A machine that is busy by half a CPU second a second, and can be made to hang or fail."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.looks = 0
        self.looked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.error: Exception | None = None

    def read(self) -> Reading:
        self.looks += 1
        self.looked.set()
        self.may_answer.wait(WAIT_S)
        if self.error is not None:
            raise self.error
        now_s = self._clock.monotonic_s()
        return Reading(
            logical_cpus=1,
            cpus=(Cpu(None, {"user": now_s / 2, "idle": now_s / 2}),),
            process=Process(cpu=Cpu(None, {"user": now_s / 4, "system": 0.0}), threads=3),
        )
