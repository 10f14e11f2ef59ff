"""The states that every check of an outside thing has to tell apart, and what it must not leave behind."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tests.health.checks.unreliable import unreliable

if TYPE_CHECKING:
    from otel_monitoring.health.check import Health

LONG_S, SHORT_S, DELAY_S = 30.0, 1.0, 0.3
PATIENT: dict[str, Any] = {"timeout_s": LONG_S, "slow_s": LONG_S}
"""The times of a check that is to be healthy, or to say why not, on a machine with other work."""
_TRIES = 20
_OF_THE_SERVER = 5
"""What a server within this process may hold more than before, having heard that its client has gone."""


class Make(Protocol):
    """Return a check that asks through a port of loopback."""

    def __call__(self, port: int, *, timeout_s: float, slow_s: float) -> Check:
        """Make it."""
        ...


class Check(Protocol):
    """A check that is not asynchronous."""

    def __call__(self) -> Health:
        """Return how it is."""
        ...


def tells_all_states_apart(make: Make, *, port: int, secret: str = "hunter2") -> None:
    """Ask through a proxy that passes on, delays, hangs, refuses and passes on again.

    Args:
        make: Returns the check.
        port: Where the real server is, on loopback.
        secret: What no message may show.
    """
    with unreliable("127.0.0.1", port) as proxy:
        patient = make(proxy.port, timeout_s=LONG_S, slow_s=LONG_S)
        strict = make(proxy.port, timeout_s=LONG_S, slow_s=DELAY_S / 2)
        hasty = make(proxy.port, timeout_s=SHORT_S, slow_s=LONG_S)

        up = patient()
        proxy.delay(DELAY_S)
        slow = strict()
        proxy.hang()
        hanging = hasty()
        proxy.refuse()
        refusing = hasty()
        proxy.pass_on()
        back = [patient(), _first_healthy(hasty)]

    assert (up.status, up.advice) == ("healthy", ""), up
    assert (slow.status, "to answer, more than" in slow.message) == ("degraded", True), slow
    assert (hanging.status, "gave no answer" in hanging.message) == ("unhealthy", True), hanging
    assert refusing.status == "unhealthy", refusing
    assert [one.status for one in back] == ["healthy", "healthy"], back
    assert all(one.advice for one in (slow, hanging, refusing))
    assert not [one for one in (up, slow, hanging, refusing, *back) if secret in one.message]


def leaves_nothing_behind(check: Check, *, runs: int = 1000) -> None:
    """Fail over and over, and compare what the process holds before and after."""
    assert check().status == "unhealthy"
    before = _held()

    statuses = {check().status for _ in range(runs)}

    assert statuses == {"unhealthy"}
    after = _held()
    assert max(after[0] - before[0], after[1] - before[1]) < _OF_THE_SERVER, (before, after)


def _held() -> tuple[int, int]:
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def _first_healthy(check: Check) -> Health:
    """Return the first healthy verdict: a machine under load may need more than the short time at first."""
    found = check()
    for _ in range(_TRIES):
        if found.status == "healthy":
            break
        found = check()
    return found
