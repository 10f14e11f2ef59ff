"""The message as HTML for mail: one column, inline styles, readable on a phone and without pictures."""

from __future__ import annotations

from datetime import UTC
from html import escape
from typing import TYPE_CHECKING

from otel_monitoring.notify.messages import wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from otel_monitoring.notify.message import Message, MessageAlert

COLOURS = {"critical": "#b91c1c", "warning": "#b45309", "info": "#1d4ed8", "resolved": "#15803d"}
"""The colour of an alert by its severity, or of one that is resolved."""

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_BUTTON = (
    "display:inline-block;margin:4px 6px 0 0;padding:8px 12px;border:1px solid #d1d5db;"
    "border-radius:6px;color:#1f2937;text-decoration:none;font-size:14px"
)


def html(message: Message, zone: tzinfo = UTC, *, charts: Mapping[str, str] | None = None) -> str:
    """Write the message as a page.

    Args:
        message: What to tell.
        zone: Where times are told.
        charts: Addresses of charts, by the fingerprint of their alert.
    """
    alerts = message.alerts[: wording.MOST_TOLD]
    cards = "".join(_card(alert, zone, (charts or {}).get(alert.fingerprint, "")) for alert in alerts)
    more = wording.left_out(message)
    rest = f'<p style="color:#4b5563;font-size:14px">and {more} more</p>' if more else ""
    title = escape(wording.headline(message))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title></head>"
        f'<body style="margin:0;padding:16px;background:#f3f4f6;color:#111827;{_FONT}">'
        '<div style="max-width:600px;margin:0 auto">'
        f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 12px">{title}</h1>'
        f"{cards}{rest}</div></body></html>"
    )


def colour(status: str, severity: str) -> str:
    """Return the colour of what fires at ``severity`` or is resolved."""
    return COLOURS["resolved"] if status == "resolved" else COLOURS.get(severity, COLOURS["warning"])


def _card(alert: MessageAlert, zone: tzinfo, chart: str) -> str:
    edge = colour(alert.status, alert.labels.get("severity", ""))
    about = wording.description(alert)
    image = (
        f'<img src="{escape(chart)}" alt="Course of the value" width="480" '
        'style="width:100%;max-width:480px;height:auto;margin-top:8px;border:1px solid #e5e7eb">'
    )
    state = f"font-size:12px;font-weight:600;text-transform:uppercase;color:{edge}"
    parts = [
        f'<div style="{state}">{escape(_state(alert))}</div>',
        f'<h2 style="font-size:17px;line-height:1.35;margin:4px 0 8px">{escape(wording.summary(alert))}</h2>',
        f'<p style="font-size:15px;margin:0 0 8px;white-space:pre-line">{escape(about)}</p>' if about else "",
        _table(alert, zone, has_chart=bool(chart)),
        image if chart else "",
        _buttons(alert),
    ]
    return (
        f'<div style="background:#fff;border:1px solid #e5e7eb;border-left:4px solid {edge};'
        f'border-radius:8px;padding:14px 16px;margin:0 0 12px">{"".join(parts)}</div>'
    )


def _state(alert: MessageAlert) -> str:
    severity = alert.labels.get("severity", "")
    return f"{alert.status} - {severity}" if severity else alert.status


def _table(alert: MessageAlert, zone: tzinfo, *, has_chart: bool) -> str:
    facts = wording.facts(alert, zone)
    rows = [(name, escape(text)) for name, text in facts if name != "Course" or not has_chart]
    rows += [("Trace", escape(trace_id)) for trace_id, url in alert.traces if not url]
    cells = "".join(
        '<tr><td style="padding:3px 12px 3px 0;color:#4b5563;vertical-align:top;white-space:nowrap">'
        f'{name}</td><td style="padding:3px 0;overflow-wrap:anywhere">{text}</td></tr>'
        for name, text in rows
    )
    return f'<table role="presentation" style="border-collapse:collapse;font-size:14px">{cells}</table>'


def _buttons(alert: MessageAlert) -> str:
    buttons = "".join(
        f'<a href="{escape(url)}" style="{_BUTTON}">{escape(name)}</a>' for name, url in wording.links(alert)
    )
    return f'<div style="margin-top:8px">{buttons}</div>' if buttons else ""
