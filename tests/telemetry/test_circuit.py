from __future__ import annotations

from otel_monitoring.telemetry.circuit import Circuit
from otel_monitoring.testing import FakeClock


def test_tries_back_off_and_then_the_circuit_opens() -> None:
    clock = FakeClock()
    circuit = Circuit(clock=clock, failures=3, probe_s=30, backoff_s=1)

    waits = []
    for _ in range(3):
        circuit.failed()
        waits.append(circuit.wait_s())

    assert waits[:2] == [1, 2]
    assert 24 <= waits[2] <= 36
    assert circuit.is_open


def test_a_probe_is_due_after_the_pause_and_success_closes() -> None:
    clock = FakeClock()
    circuit = Circuit(clock=clock, failures=1, probe_s=30)
    circuit.failed()

    clock.advance(36)
    due = circuit.wait_s()
    circuit.succeeded()

    assert (due, circuit.is_open, circuit.wait_s()) == (0, False, 0)


def test_a_failed_probe_opens_it_again() -> None:
    clock = FakeClock()
    circuit = Circuit(clock=clock, failures=1, probe_s=30)
    circuit.failed()
    clock.advance(36)

    circuit.failed()

    assert circuit.is_open
    assert circuit.wait_s() >= 24


def test_the_servers_wish_for_a_pause_is_honoured_within_reason() -> None:
    circuit = Circuit(clock=FakeClock(), failures=3, probe_s=30)

    circuit.failed(retry_after_s=50)
    asked = circuit.wait_s()
    circuit.failed(retry_after_s=10**9)

    assert asked == 50
    assert circuit.wait_s() == 120
