"""Times, durations and labels in a few words."""

from __future__ import annotations

import pytest

from otel_monitoring.cli.alerts.rows import labels_text, length, notes, number


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [
        (-3, "0s"),
        (0.4, "0s"),
        (59.6, "1m"),
        (200, "3m 20s"),
        (7199.6, "2h"),
        (7500, "2h 5m"),
        (86_400 * 3 + 4 * 3600, "3d 4h"),
    ],
)
def test_a_duration_has_its_two_largest_units(duration_s: float, text: str) -> None:
    assert length(duration_s) == text


def test_labels_are_quoted_only_where_they_need_it() -> None:
    labels = {"alertname": "A", "route": "/pay", "why": 'so, "so"', "none": ""}

    assert labels_text(labels) == 'route=/pay, why="so, \\"so\\"", none=""'


def test_notes_say_who_keeps_an_alert_quiet() -> None:
    alert = {"silencedBy": ["a1"], "inhibitedBy": "b2", "acknowledgedBy": "kim"}

    assert notes(alert) == ["silenced", "inhibited", "ack kim"]


def test_numbers_have_six_digits_and_texts_stay() -> None:
    assert [number(0.1 + 0.2), number(1e9), number("NaN")] == ["0.3", "1e+09", "NaN"]
