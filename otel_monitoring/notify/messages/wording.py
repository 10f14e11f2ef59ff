"""What a message says to a person (P20): what, which series, the value, since when, and what to do."""

from __future__ import annotations

import re
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from otel_monitoring.notify.messages.chart import sparkline
from otel_monitoring.notify.messages.quantity import number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import tzinfo

    from otel_monitoring.notify.message import Links, Message, MessageAlert

MOST_TOLD = 10
"""The most alerts that are told one by one; the rest is counted."""

COLUMNS = 72
TRACE = "Trace "
"""How the names of links to traces begin."""


_MOST_IN_FULL = 3
_BRIEF = frozenset(("Series", "Value", "Peak", "Since", "Lasted"))
_EXPLAINS = ("summary", "title", "message", "description")
_RUNBOOKS = ("runbook_url", "runbook")
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, but not those that break lines
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"  # unseen, or turning text around
    "\ud800-\udfff]"  # halves of characters
)
_LONGEST_LINE = 300
_LONGEST_TEXT = 2000
_LONGEST_SERIES = 600
_LONGEST_URL = 3000
_TIMES = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def headline(message: Message) -> str:
    """Write the state and what the group stands for: ``[FIRING:2] HighCpu``; of a document its title."""
    if message.document is not None:
        return short(message.document.title)
    firing = sum(alert.status == "firing" for alert in message.alerts)
    return short(f"[{message.status.upper()}{f':{firing}' if firing else ''}] {subject(message)}")


def subject(message: Message) -> str:
    """Write what the group stands for: the values of its labels, or who is told."""
    labels = message.group_labels or message.common_labels
    names = sorted(labels, key=lambda name: (name != "alertname", name))
    return short(" ".join(labels[name] for name in names if labels[name]) or message.receiver)


def summary(alert: MessageAlert) -> str:
    """Return what the rule says about the alert in a sentence, or its name."""
    found = (alert.annotations[name] for name in _EXPLAINS if alert.annotations.get(name, "").strip())
    return short(next(found, alert.labels.get("alertname", "an alert without a name")))


def description(alert: MessageAlert) -> str:
    """Return what the rule says in full, where that is more than the summary."""
    text = clean("\n".join(alert.annotations.get("description", "").strip().splitlines()))
    return "" if short(text) == summary(alert) else _cut(text, _LONGEST_TEXT)


def series(alert: MessageAlert, *, without: Collection[str] = ()) -> str:
    """Write which series it is: its labels without the name of the alert and others that are told already."""
    labels = {name: value for name, value in alert.labels.items() if name not in {"alertname", *without}}
    return short(" ".join(f"{name}={short(value, 100)}" for name, value in labels.items()), _LONGEST_SERIES)


def facts(alert: MessageAlert, zone: tzinfo, *, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return what is known about an alert as names and texts, the most important first.

    Args:
        alert: The alert.
        zone: Where times are told.
        without: Labels that are told already.
    """
    evidence = alert.evidence
    ended_ms = alert.ends_at_ms
    known = [
        ("Series", series(alert, without=without)),
        *_values(alert),
        ("Since", time_text(alert.starts_at_ms, zone)),
        ("Until", "" if ended_ms is None else time_text(ended_ms, zone)),
        ("Lasted", "" if ended_ms is None else duration_text(ended_ms - alert.starts_at_ms)),
        ("Lately", _lately(alert)),
        ("Course", sparkline(evidence.curve) if evidence and evidence.curve else ""),
        ("Related", "; ".join(evidence.related) if evidence else ""),
        ("Errors", "; ".join(evidence.errors) if evidence else ""),
    ]
    return [(name, short(text, _LONGEST_SERIES)) for name, text in known if text]


def figure(alert: MessageAlert) -> tuple[str, str, str]:
    """Return the value and what it was compared with; of what is over the one that was worst.

    Returns:
        ``Value`` or ``Peak``, the value, and the bound in words, empty where it is not known.
    """
    evidence = alert.evidence
    if evidence is None:
        return "Value", number(alert.value), ""
    if alert.status == "resolved" and evidence.peak_text:
        return "Peak", short(evidence.peak_text), short(evidence.threshold_text)
    value = evidence.value_text or number(alert.value)
    return "Value", short(value), short(evidence.threshold_text)


def links(alert: MessageAlert) -> list[tuple[str, str]]:
    """Return where to look and what to do, as names and addresses."""
    runbook = next((alert.annotations[name] for name in _RUNBOOKS if alert.annotations.get(name)), "")
    known = [
        *(actions(alert.links) if alert.status == "firing" else ()),
        ("Runbook", runbook),
        ("Graph", alert.generator_url),
        *((f"{TRACE}{trace_id[:8]}", url) for trace_id, url in alert.traces),
    ]
    return [(name, clean(one_line(url))) for name, url in known if _is_page(url)]


def actions(links: Links) -> list[tuple[str, str]]:
    """Return what can be done by links, as names and addresses."""
    return [
        (name, url)
        for name, url in (("Acknowledge", links.acknowledge), ("Silence", links.silence))
        if _is_page(url)
    ]


def group_actions(message: Message) -> list[tuple[str, str]]:
    """Return what can be done to all alerts of a message at once."""
    firing = sum(alert.status == "firing" for alert in message.alerts) + message.truncated_alerts
    return [(f"{name} all {firing}", url) for name, url in actions(message.links)]


def told_once(message: Message) -> dict[str, str]:
    """Return the labels, and the description, that are told once for a whole group."""
    if len(message.alerts) < 2:  # noqa: PLR2004 - one alert is no group
        return {}
    shared = {
        name: text for name, text in message.common_labels.items() if name not in ("alertname", "severity")
    }
    about = message.common_annotations.get("description", "")
    return {**shared, "description": about} if about else shared


def shared_labels(told: Mapping[str, str], between: str) -> str:
    """Write the labels among what is told once."""
    labels = [f"{name}={short(text, 100)}" for name, text in told.items() if name != "description"]
    return short(between.join(labels), _LONGEST_SERIES)


def plain(message: Message, zone: tzinfo = UTC) -> str:
    """Write the whole message as plain text of 72 columns; only addresses may be longer.

    Of a document it is the title and what matters most.
    """
    if message.document is not None:
        return "\n\n".join((headline(message), "\n".join(message.document.lines))) + "\n"
    told = told_once(message)
    shared = shared_labels(told, " ")
    about = description(message.alerts[0]) if "description" in told else ""
    alerts = message.alerts[:MOST_TOLD]
    more = left_out(message)
    parts = [
        headline(message),
        _paragraphs([f"All: {shared}" if shared else "", about]),
        *(_plain_alert(alert, zone, told, is_brief=at >= _MOST_IN_FULL) for at, alert in enumerate(alerts)),
        f"and {more} more" if more else "",
        "\n".join(_wrapped(f"{name}: {url}", has_address=True) for name, url in group_actions(message)),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def left_out(message: Message, most_told: int = MOST_TOLD) -> int:
    """Return how many alerts are not told one by one."""
    return max(len(message.alerts) - most_told, 0) + message.truncated_alerts


def time_text(time_ms: int, zone: tzinfo) -> str:
    """Write Unix milliseconds as people read it: ``Tue 14 Nov 2023, 22:13:20 UTC``."""
    time = datetime.fromtimestamp(time_ms // 1000, zone)
    return f"{time:%a} {time.day} {time:%b %Y, %H:%M:%S %Z}"


def duration_text(duration_ms: int) -> str:
    """Write how long something took in its two largest units: ``1 h 5 min``."""
    left_s = max(duration_ms, 0) // 1000
    parts: list[str] = []
    for name, unit_s in _TIMES:
        count, left_s = divmod(left_s, unit_s)
        if count or (name == "s" and not parts):
            parts.append(f"{count} {name}")
        elif parts:
            break
    return " ".join(parts[:2])


def lasting(alert: MessageAlert, zone: tzinfo) -> str:
    """Tell since when an alert fires, or for how long it did."""
    if alert.ends_at_ms is None:
        return f"since {time_text(alert.starts_at_ms, zone)}"
    return f"resolved after {duration_text(alert.ends_at_ms - alert.starts_at_ms)}"


def clean(text: str) -> str:
    """Return ``text`` without what is not seen, or makes other text look like something else."""
    return _HIDDEN.sub("", text)


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space as one space."""
    return " ".join(text.split())


def short(text: str, most: int = _LONGEST_LINE) -> str:
    """Return ``text`` as one clean line of at most so many characters."""
    return _cut(one_line(clean(text[: 4 * most])), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _is_page(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= _LONGEST_URL


def _plain_alert(alert: MessageAlert, zone: tzinfo, told: Mapping[str, str], *, is_brief: bool) -> str:
    """Write one alert; far down in a group without what only backs it up."""
    mark = "" if alert.status == "firing" else "Resolved: "
    about = "" if "description" in told else description(alert)
    known = [one for one in facts(alert, zone, without=told.keys()) if not is_brief or one[0] in _BRIEF]
    lines = [f"{name}: {text}" for name, text in known]
    lines += [f"Trace: {trace_id}" for trace_id, url in alert.traces if not url and not is_brief]
    offered = actions(alert.links) if is_brief and alert.status == "firing" else links(alert)
    addresses = [_wrapped(f"{name}: {url}", has_address=True) for name, url in offered]
    first = _paragraphs([f"{mark}{summary(alert)}", about])
    return "\n".join([first, *([""] if about else []), *map(_wrapped, lines), *addresses])


def _paragraphs(texts: Sequence[str]) -> str:
    lines = [line for text in texts if text for line in text.splitlines()]
    return "\n".join(textwrap.fill(line, COLUMNS, break_on_hyphens=False) for line in lines)


def _wrapped(line: str, *, has_address: bool = False) -> str:
    """Break a line at spaces; an address goes onto a line of its own if it must, and stays whole."""
    return textwrap.fill(
        line, COLUMNS, subsequent_indent="  ", break_long_words=not has_address, break_on_hyphens=False
    )


def _values(alert: MessageAlert) -> list[tuple[str, str]]:
    name, value, bound = figure(alert)
    return [(name, f"{value} ({bound})" if bound else value)]


def _lately(alert: MessageAlert) -> str:
    evidence = alert.evidence
    if evidence is None or evidence.recent_count is None:
        return ""
    day = f"fired {evidence.recent_count} time{'' if evidence.recent_count == 1 else 's'} in 24 hours"
    return day if evidence.week_count is None else f"{day}, {evidence.week_count} in 7 days"
