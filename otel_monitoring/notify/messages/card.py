"""One alert in a mail: a card with everything that is known, or two lines in a list."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from otel_monitoring.notify.messages import wording
from otel_monitoring.notify.messages.style import (
    BOX,
    COLOURS,
    EDGE,
    QUIET,
    TEXT,
    WRAP,
    badge,
    button,
    colour,
    element,
    link,
    mood,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import tzinfo

    from otel_monitoring.model.evidence import Curve
    from otel_monitoring.notify.message import MessageAlert

_CHART_WIDTH = 530
_MOST_LABELS = 8
_TOGETHER = "\N{NO-BREAK SPACE}"
_ELSEWHERE = frozenset(("Series", "Value", "Peak", "Related", "Errors", "Course"))


def card(
    alert: MessageAlert, zone: tzinfo, *, chart: str, told: Collection[str], is_only: bool = False
) -> str:
    """Write an alert with all that is known about it.

    Args:
        alert: The alert.
        zone: Where times are told.
        chart: The address of its chart; empty where there is none.
        told: Labels and annotations that the whole group shares and that are told already.
        is_only: Whether there is no other alert, so that its state is told already.
    """
    severity = alert.labels.get("severity", "")
    about = "" if "description" in told else wording.description(alert)
    title_look = f"margin:2px 0 0;font-size:18px;line-height:1.35;font-weight:600;{TEXT};{WRAP}"
    about_look = f"margin:6px 0 0;font-size:15px;line-height:1.5;white-space:pre-line;{QUIET};{WRAP}"
    parts = [
        "" if is_only else badge(alert.status, severity, alert.status),
        element("h2", escape(wording.summary(alert)), kind="text", style=title_look),
        element("p", escape(about), kind="quiet", style=about_look) if about else "",
        _figure(alert),
        _chart(alert, zone, chart),
        _buttons(alert),
        _table(alert, zone, told, has_chart=bool(chart)),
    ]
    edge = f"border-left:5px solid {colour(alert.status, severity)}"
    return element("div", "".join(parts), kind="card", style=f"{BOX};{edge};padding:16px 18px")


def row(alert: MessageAlert, zone: tzinfo, *, told: Collection[str]) -> str:
    """Write an alert in two lines of a list."""
    _, value, bound = wording.figure(alert)
    details = [
        f"{value} ({bound})" if bound else value,
        wording.series(alert, without={*told, "severity"}),
        wording.lasting(alert, zone),
    ]
    links = [link(name, url) for name, url in wording.actions(alert.links)]
    mark = f'<span style="color:{colour(alert.status, alert.labels.get("severity", ""))}">&#9679;</span>'
    first = f"{mark} {escape(wording.summary(alert))}"
    look = f"margin:1px 0 0;font-size:13px;line-height:1.5;{QUIET}"
    title_look = f"font-size:15px;line-height:1.4;font-weight:600;{TEXT}"
    inside = element("div", first, kind="text", style=title_look)
    inside += element("div", escape(" · ".join(filter(None, details))), kind="quiet", style=look)
    if links:
        inside += f'<div style="margin:2px 0 0;font-size:14px;line-height:1.7">{" &nbsp; ".join(links)}</div>'
    return element("div", inside, kind="row", style=f"padding:11px 0;border-bottom:{EDGE};{WRAP}")


def _figure(alert: MessageAlert) -> str:
    """Write the value in large figures, beside what it was compared with."""
    name, value, bound = wording.figure(alert)
    fires = "fires" if alert.status == "firing" else "fired"
    when = {("Value", "firing"): "now", ("Peak", "resolved"): "at its worst"}.get((name, alert.status), "")
    compared = f"{fires} {bound}".replace(" ", _TOGETHER) if bound else ""
    beside = " · ".join(filter(None, (when, compared)))
    look = mood(alert.status, alert.labels.get("severity", ""))
    large = f"font-size:30px;font-weight:700;color:{COLOURS[look]}"
    inside = element("span", escape(value), kind=look, style=large)
    if beside:
        inside += " " + element("span", escape(beside), kind="quiet", style=f"font-size:15px;{QUIET}")
    return f'<div style="margin:14px 0 0;line-height:1.25;{WRAP}">{inside}</div>'


def _chart(alert: MessageAlert, zone: tzinfo, address: str) -> str:
    curve = alert.evidence.curve if alert.evidence else None
    if not address or curve is None:
        return ""
    since, until = _ends(curve, zone)
    look = f"padding:2px 0 0;font-size:12px;{QUIET}"
    width = f"max-width:{_CHART_WIDTH}px"
    image_look = f"display:block;margin:12px 0 0;width:100%;{width};height:auto;border:0"
    return (
        f'<img src="{escape(address)}" alt="Course of the value from {since} to {until}" '
        f'width="{_CHART_WIDTH}" style="{image_look}">'
        f'<table role="presentation" width="100%" style="{width};border-collapse:collapse"><tr>'
        f'<td class="quiet" style="{look}">{since}</td>'
        f'<td class="quiet" style="{look};text-align:right">{until}</td></tr></table>'
    )


def _ends(curve: Curve, zone: tzinfo) -> tuple[str, str]:
    first, last = (datetime.fromtimestamp(curve.times_ms[at] // 1000, zone) for at in (0, -1))
    is_long = first.date() != last.date()
    return f"{first:%a %H:%M}" if is_long else f"{first:%H:%M}", f"{last:%H:%M %Z}"


def _buttons(alert: MessageAlert) -> str:
    offered = [one for one in wording.links(alert) if not one[0].startswith(wording.TRACE)]
    buttons = "".join(button(name, url, is_first=not at) for at, (name, url) in enumerate(offered))
    return f'<div style="margin:4px 0 0">{buttons}</div>' if buttons else ""


def _table(alert: MessageAlert, zone: tzinfo, told: Collection[str], *, has_chart: bool) -> str:
    facts = wording.facts(alert, zone)
    elsewhere = _ELSEWHERE if has_chart else _ELSEWHERE - {"Course"}
    evidence = alert.evidence
    rows = [
        ("Series", _labels(alert, told)),
        *((name, escape(text)) for name, text in facts if name not in elsewhere),
        ("Related", _lines(evidence.related if evidence else ())),
        ("Errors", _lines(evidence.errors if evidence else ())),
        ("Traces", ", ".join(link(wording.short(one)[: 8 if url else 64], url) for one, url in alert.traces)),
    ]
    name_look = f"width:64px;padding:5px 12px 5px 0;vertical-align:top;white-space:nowrap;{QUIET}"
    cells = "".join(
        f"<tr>{element('td', name, kind='quiet', style=name_look)}"
        f"{element('td', text, kind='text', style=f'padding:5px 0;{TEXT};{WRAP}')}</tr>"
        for name, text in rows
        if text
    )
    look = "margin:14px 0 0;border-collapse:collapse;font-size:14px;line-height:1.45"
    return f'<table role="presentation" width="100%" style="{look}">{cells}</table>'


def _labels(alert: MessageAlert, told: Collection[str]) -> str:
    """Write the labels one below the other, as far as they are not told yet."""
    left = [one for one in alert.labels.items() if one[0] not in {"alertname", "severity", *told}]
    lines = [
        f"{element('span', escape(wording.short(name, 80)), kind='quiet', style=QUIET)} "
        f"{escape(wording.short(text, 200))}"
        for name, text in left[:_MOST_LABELS]
    ]
    more = len(left) - _MOST_LABELS
    return "<br>".join([*lines, f"and {more} more"] if more > 0 else lines)


def _lines(texts: Collection[str]) -> str:
    return "<br>".join(escape(wording.short(text)) for text in texts)
