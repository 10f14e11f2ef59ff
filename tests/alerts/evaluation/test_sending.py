"""What is sent, and when again (S8)."""

from __future__ import annotations

import pytest

from otel_monitoring.alerts.evaluation.sending import Sending
from otel_monitoring.model.alert import Alert, SentAlert
from otel_monitoring.model.labels import Labels

A = Labels.of(alertname="A", dc="own")
MINUTE_MS = 60_000


def alert(**times: int | str | None) -> Alert:
    values = {"state": "firing", "value": 2.0, "active_at_ms": 100, "fired_at_ms": 500, **times}
    return Alert(labels=A, annotations={"note": "x"}, **values)  # type: ignore[arg-type]


def is_sent(one: Alert, at_ms: int) -> bool:
    _, sent = Sending(resend_delay_ms=MINUTE_MS).due({A: one}, at_ms, expr="up", interval_ms=15_000)
    return bool(sent)


@pytest.mark.parametrize(
    ("one", "at_ms", "expected"),
    [
        (alert(state="pending", fired_at_ms=None), 10**9, False),
        (alert(), 500, True),
        (alert(last_sent_at_ms=1000), 1000 + MINUTE_MS, False),
        (alert(last_sent_at_ms=1000), 1001 + MINUTE_MS, True),
        (alert(state="inactive", resolved_at_ms=1001, last_sent_at_ms=1000), 1001, True),
        (alert(state="inactive", resolved_at_ms=1001, last_sent_at_ms=1001), 2000, False),
        (alert(state="inactive", resolved_at_ms=1001, last_sent_at_ms=1001), 1002 + MINUTE_MS, True),
    ],
)
def test_sends_what_is_new_and_again_after_the_delay(one: Alert, at_ms: int, expected: bool) -> None:
    """S8.1."""
    assert is_sent(one, at_ms) is expected


def test_a_firing_alert_starts_when_it_fired_and_holds_for_four_rounds() -> None:
    """S8.2."""
    sending = Sending(resend_delay_ms=MINUTE_MS, generator_url=lambda expr: f"http://m/{expr}")

    state, sent = sending.due({A: alert()}, 1000, expr="up", interval_ms=90_000)

    assert sent == [
        SentAlert(A, {"note": "x"}, 2.0, 500, 361_000, is_resolved=False, generator_url="http://m/up")
    ]
    assert state[A].last_sent_at_ms == 1000


def test_a_resolved_alert_ends_when_it_resolved() -> None:
    """S8.2."""
    resolved = alert(state="inactive", resolved_at_ms=900)

    _, sent = Sending().due({A: resolved}, 1000, expr="up", interval_ms=15_000)

    assert (sent[0].ends_at_ms, sent[0].is_resolved) == (900, True)


def test_external_labels_fill_in_what_the_alert_lacks() -> None:
    """S8.3."""
    sending = Sending(external_labels={"dc": "eu", "replica": "1"})

    _, sent = sending.due({A: alert()}, 1000, expr="up", interval_ms=15_000)

    assert sent[0].labels == Labels.of(alertname="A", dc="own", replica="1")
