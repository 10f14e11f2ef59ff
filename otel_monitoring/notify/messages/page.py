"""The message as HTML for mail: one column, inline styles, readable on a phone and without pictures.

A few alerts have a card each, with the value, its course and what backs it up; of a larger group the rest
follows as a list. Everything that matters is text: pictures and colours may be missing.
"""

from __future__ import annotations

from datetime import UTC
from html import escape
from typing import TYPE_CHECKING

from otel_monitoring.notify.messages import wording
from otel_monitoring.notify.messages.card import card, row
from otel_monitoring.notify.messages.style import (
    BOX,
    COLOURS,
    DARK,
    FONT,
    QUIET,
    TEXT,
    WRAP,
    badge,
    button,
    colour,
    element,
    link,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import tzinfo

    from otel_monitoring.notify.message import Message

__all__ = ["COLOURS", "MOST_CARDS", "colour", "html"]

MOST_CARDS = 3
"""The most alerts that have a card with a chart."""

_MOST_LISTED = 40
_SEVERITIES = ("critical", "warning", "info")


def html(message: Message, zone: tzinfo = UTC, *, charts: Mapping[str, str] | None = None) -> str:
    """Write the message as a page.

    Args:
        message: What to tell.
        zone: Where times are told.
        charts: Addresses of charts, by the fingerprint of their alert.
    """
    told, charts = wording.told_once(message), charts or {}
    title = escape(wording.headline(message))
    column = "".join((_head(message, told), _cards(message, zone, charts, told), _list(message, zone, told)))
    ground = "background:#f3f4f6"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{DARK}</style></head>"
        f'<body class="page" style="margin:0;padding:0;{ground};{TEXT};{FONT}">'
        f'<div class="page" style="padding:20px 12px;{ground}">'
        f'<div style="max-width:600px;margin:0 auto">{column}{_foot(message)}</div></div></body></html>'
    )


def _head(message: Message, told: Mapping[str, str]) -> str:
    """Write how many fire, what the group is, and what all of its alerts share."""
    names = wording.shared_labels(told, " · ")
    about = wording.description(message.alerts[0]) if "description" in told else ""
    title_look = f"margin:2px 0 0;font-size:22px;line-height:1.3;font-weight:700;{TEXT};{WRAP}"
    look = f"margin:6px 0 0;font-size:15px;line-height:1.5;white-space:pre-line;{QUIET};{WRAP}"
    small = f"margin:6px 0 0;font-size:14px;line-height:1.5;{QUIET};{WRAP}"
    parts = (
        badge(message.status, _worst(message), _counts(message)),
        element("h1", escape(wording.subject(message)), kind="text", style=title_look),
        element("div", escape(names), kind="quiet", style=small) if names else "",
        element("div", escape(about), kind="quiet", style=look) if about else "",
        "".join(button(name, url) for name, url in wording.group_actions(message)),
    )
    return f'<div style="margin:0 4px 16px">{"".join(parts)}</div>'


def _counts(message: Message) -> str:
    if len(message.alerts) == 1 and not message.truncated_alerts:
        return message.status
    states = [alert.status for alert in message.alerts]
    known = [f"{states.count(one)} {one}" for one in ("firing", "resolved") if one in states]
    more = f" and {message.truncated_alerts} more" if message.truncated_alerts else ""
    return ", ".join(known) + more


def _worst(message: Message) -> str:
    """Return the worst severity of what fires."""
    found = {alert.labels.get("severity", "") for alert in message.alerts if alert.status == "firing"}
    return next((one for one in _SEVERITIES if one in found), message.common_labels.get("severity", ""))


def _cards(message: Message, zone: tzinfo, charts: Mapping[str, str], told: Collection[str]) -> str:
    is_only = len(message.alerts) == 1
    return "".join(
        card(alert, zone, chart=charts.get(alert.fingerprint, ""), told=told, is_only=is_only)
        for alert in message.alerts[:MOST_CARDS]
    )


def _list(message: Message, zone: tzinfo, told: Collection[str]) -> str:
    """Write the alerts that have no card, and how many are left."""
    rows = "".join(row(alert, zone, told=told) for alert in message.alerts[MOST_CARDS:_MOST_LISTED])
    listed = element("div", rows, kind="card list", style=f"{BOX};padding:4px 18px") if rows else ""
    more = wording.left_out(message, _MOST_LISTED)
    look = f"margin:0 4px 16px;font-size:14px;{QUIET}"
    return listed + (element("p", f"and {more} more", kind="quiet", style=look) if more else "")


def _foot(message: Message) -> str:
    receiver, url = escape(wording.short(message.receiver, 100)), message.external_url
    by = f" by {link(wording.short(url), url)}" if url else ""
    look = f"margin:0 4px;font-size:12px;line-height:1.5;{QUIET};{WRAP}"
    return element("p", f"Sent to {receiver}{by}", kind="quiet", style=look)
