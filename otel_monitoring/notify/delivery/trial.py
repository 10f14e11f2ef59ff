"""The message that shows whether a receiver can be reached."""

from __future__ import annotations

import secrets

from otel_monitoring.model.alert import Notice, SentAlert
from otel_monitoring.model.labels import Labels

NAME = "MonitoringTest"
"""The name of the alert in a test message."""

_HOLDS_MS = 300_000


def trial_of(receiver: str, channel: str, *, now_ms: int) -> Notice:
    """Return a notice, unlike any other, with one firing alert that says that it is a test."""
    key = secrets.token_hex(8)
    return Notice(
        key=key,
        receiver=receiver,
        channel=channel,
        group_key=f'{{}}:{{alertname="{NAME}", test="{key}"}}',
        group_labels=Labels.of(alertname=NAME),
        alerts=(
            SentAlert(
                labels=Labels.of(alertname=NAME, severity="info"),
                annotations={"summary": "This is a test: messages for this receiver arrive."},
                value=1.0,
                starts_at_ms=now_ms,
                ends_at_ms=now_ms + _HOLDS_MS,
                is_resolved=False,
            ),
        ),
    )
