"""Alerts and silences as rows of a table."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.table import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Record = Mapping[str, Any]

_HEADS = ("STATE", "ALERT", "FOR", "VALUE", "ID", "LABELS", "NOTES")
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_ALERT = "alertname"


def print_alerts(alerts: Sequence[Record]) -> None:
    """Print alerts, a row each."""
    print_table(_HEADS, [_alert(one) for one in alerts], fixed=frozenset({"STATE", "FOR", "ID"}))


def ago(at: str | None) -> str:
    """Return how long ago a time of the API was: ``3m``, ``2h``."""
    return "" if at is None else length(time.time() - seconds(at))


def until(at: str) -> str:
    """Return how far away a time of the API is: ``in 2h``, ``3m ago``."""
    left_s = seconds(at) - time.time()
    return f"in {length(left_s)}" if left_s > 0 else f"{length(-left_s)} ago"


def length(duration_s: float) -> str:
    """Return a duration in its two largest units: ``45s``, ``3m 20s``, ``2h 5m``, ``3d 4h``."""
    whole = max(round(duration_s), 0)
    for unit_s, unit, below_s, below in (
        (_DAY_S, "d", _HOUR_S, "h"),
        (_HOUR_S, "h", _MINUTE_S, "m"),
        (_MINUTE_S, "m", 1, "s"),
    ):
        near = round(whole / below_s) * below_s
        if near >= unit_s:
            rest = near % unit_s // below_s
            return f"{near // unit_s}{unit}" + (f" {rest}{below}" if rest else "")
    return f"{whole}s"


def seconds(at: str) -> float:
    """Return a time of the API in Unix seconds."""
    return datetime.fromisoformat(at).timestamp()


def clock(at: str | None) -> str:
    """Return a time of the API to the second, in UTC."""
    return "" if at is None else f"{datetime.fromtimestamp(seconds(at), UTC):%Y-%m-%d %H:%M:%SZ}"


def when(at: str) -> str:
    """Return a time of the API as a person wants it on a terminal, and exactly elsewhere."""
    return f"{ago(at)} ago" if sys.stdout.isatty() else clock(at)


def labels_text(labels: Mapping[str, str]) -> str:
    """Return labels in a few words, without the name of the alert."""
    return ", ".join(f"{name}={_word(text)}" for name, text in labels.items() if name != _ALERT)


def short(name: str, *, chars: int = 8) -> str:
    """Return the beginning of an id on a terminal, where commands take it too; all of it elsewhere."""
    return name[:chars] if sys.stdout.isatty() else name


def number(value: float | str) -> str:
    """Return a value with the digits that matter."""
    return value if isinstance(value, str) else f"{value:.6g}"


def notes(alert: Record) -> list[str]:
    """Return why nobody hears of an alert, or nobody else."""
    return [
        *(["silenced"] if alert.get("silencedBy") else []),
        *(["inhibited"] if alert.get("inhibitedBy") else []),
        *([f"ack {alert['acknowledgedBy']}"] if alert.get("acknowledgedBy") else []),
    ]


def _alert(alert: Record) -> list[str]:
    return [
        alert["state"],
        alert["rule"],
        ago(alert["activeAt"]),
        number(alert["value"]),
        short(alert["fingerprint"]),
        labels_text(alert["labels"]),
        ", ".join(notes(alert)),
    ]


def _word(text: str) -> str:
    is_plain = text.isprintable() and text and not set(text) & set(' ,="')
    return text if is_plain else json.dumps(text)
