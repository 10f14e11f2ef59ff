"""What a message says to a person (P20): what, which series, the value, since when, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from otel_monitoring.notify.messages.chart import sparkline

if TYPE_CHECKING:
    from datetime import tzinfo

    from otel_monitoring.notify.message import Message, MessageAlert

MOST_TOLD = 10
"""The most alerts that are told one by one; the rest is counted."""

_EXPLAINS = ("summary", "title", "message", "description")
_RUNBOOKS = ("runbook_url", "runbook")


def headline(message: Message) -> str:
    """Write the state and what the group stands for: ``[FIRING:2] HighCpu``."""
    firing = sum(alert.status == "firing" for alert in message.alerts)
    labels = message.group_labels or message.common_labels
    names = sorted(labels, key=lambda name: (name != "alertname", name))
    what = " ".join(labels[name] for name in names if labels[name]) or message.receiver
    return one_line(f"[{message.status.upper()}{f':{firing}' if firing else ''}] {what}")


def summary(alert: MessageAlert) -> str:
    """Return what the rule says about the alert in a sentence, or its name."""
    found = (alert.annotations[name] for name in _EXPLAINS if alert.annotations.get(name))
    return one_line(next(found, alert.labels.get("alertname", "an alert without a name")))


def description(alert: MessageAlert) -> str:
    """Return what the rule says in full, where that is more than the summary."""
    text = alert.annotations.get("description", "").strip()
    return "" if one_line(text) == summary(alert) else text


def series(alert: MessageAlert) -> str:
    """Write which series it is: its labels without the name of the alert."""
    return " ".join(f"{name}={value}" for name, value in alert.labels.items() if name != "alertname")


def facts(alert: MessageAlert, zone: tzinfo) -> list[tuple[str, str]]:
    """Return what is known about an alert as names and texts, the most important first."""
    evidence = alert.evidence
    ended = "" if alert.ends_at_ms is None else time_text(alert.ends_at_ms, zone)
    known = [
        ("Series", series(alert)),
        ("Value", _value(alert)),
        ("Since", time_text(alert.starts_at_ms, zone)),
        ("Until", ended),
        ("Lately", _lately(alert)),
        ("Course", sparkline(evidence.curve) if evidence and evidence.curve else ""),
        ("Related", "; ".join(evidence.related) if evidence else ""),
    ]
    return [(name, one_line(text)) for name, text in known if text]


def links(alert: MessageAlert) -> list[tuple[str, str]]:
    """Return where to look and what to do, as names and addresses."""
    runbook = next((alert.annotations[name] for name in _RUNBOOKS if alert.annotations.get(name)), "")
    actions = [("Acknowledge", alert.links.acknowledge), ("Silence", alert.links.silence)]
    known = [
        *(actions if alert.status == "firing" else ()),
        ("Runbook", runbook),
        ("Graph", alert.generator_url),
        *((f"Trace {trace_id[:8]}", url) for trace_id, url in alert.traces),
    ]
    return [(name, one_line(url)) for name, url in known if url.startswith(("http://", "https://"))]


def plain(message: Message, zone: tzinfo = UTC) -> str:
    """Write the whole message as plain text, readable on a phone."""
    parts = [headline(message), *(_plain_alert(alert, zone) for alert in message.alerts[:MOST_TOLD])]
    more = left_out(message)
    if more:
        parts.append(f"and {more} more")
    return "\n\n".join(parts) + "\n"


def left_out(message: Message) -> int:
    """Return how many alerts are not told one by one."""
    return max(len(message.alerts) - MOST_TOLD, 0) + message.truncated_alerts


def time_text(time_ms: int, zone: tzinfo) -> str:
    """Write Unix milliseconds as people read it: ``Tue 14 Nov 2023, 22:13:20 UTC``."""
    time = datetime.fromtimestamp(time_ms // 1000, zone)
    return f"{time:%a} {time.day} {time:%b %Y, %H:%M:%S %Z}"


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space as one space."""
    return " ".join(text.split())


def _plain_alert(alert: MessageAlert, zone: tzinfo) -> str:
    mark = "" if alert.status == "firing" else "Resolved: "
    lines = [f"{mark}{summary(alert)}", description(alert)]
    lines += [f"{name}: {text}" for name, text in facts(alert, zone)]
    without_page = [trace_id for trace_id, url in alert.traces if not url]
    lines += [f"Trace: {trace_id}" for trace_id in without_page]
    lines += [f"{name}: {url}" for name, url in links(alert)]
    return "\n".join(line for line in lines if line)


def _value(alert: MessageAlert) -> str:
    evidence = alert.evidence
    value = evidence.value_text if evidence and evidence.value_text else f"{alert.value:.6g}"
    return f"{value} ({evidence.threshold_text})" if evidence and evidence.threshold_text else value


def _lately(alert: MessageAlert) -> str:
    count = alert.evidence.recent_count if alert.evidence else None
    if count is None:
        return ""
    return f"fired {count} time{'' if count == 1 else 's'} in 24 hours"
