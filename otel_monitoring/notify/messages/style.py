"""How messages in HTML look: inline styles, since many mail programs take no others, and the dark ones."""

from __future__ import annotations

from html import escape

from otel_monitoring.notify.messages import wording

COLOURS = {"critical": "#b91c1c", "warning": "#b45309", "info": "#1d4ed8", "resolved": "#15803d"}
"""The colour of an alert by its severity, or of one that is resolved."""

FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
WRAP = "overflow-wrap:anywhere;word-break:break-word"
QUIET = "color:#4b5563"
TEXT = "color:#111827"
LINK = "color:#1d4ed8"
EDGE = "1px solid #e5e7eb"
BOX = f"margin:0 0 16px;background:#ffffff;border:{EDGE};border-radius:10px"

DARK = (
    "@media(prefers-color-scheme:dark){"
    ".page{background:#0b0f19!important;color:#f3f4f6!important}"
    ".card{background:#161c2a!important;border-top-color:#2b3446!important;"
    "border-right-color:#2b3446!important;border-bottom-color:#2b3446!important}"
    ".list{border-left-color:#2b3446!important}"
    ".row{border-color:#2b3446!important}"
    ".text{color:#f3f4f6!important}.quiet{color:#a3adbd!important}.link{color:#93c5fd!important}"
    ".first{background:#f3f4f6!important;color:#111827!important}"
    ".second{background:#161c2a!important;color:#f3f4f6!important;border-color:#4b5563!important}"
    ".critical{color:#fca5a5!important}.warning{color:#fcd34d!important}.info{color:#93c5fd!important}"
    ".resolved{color:#86efac!important}"
    "}"
)
"""For programs that read styles of the page and show it on a dark screen."""

_BUTTON = (
    "display:inline-block;margin:8px 8px 0 0;padding:10px 16px;border-radius:8px;font-size:15px;"
    "line-height:20px;font-weight:600;text-decoration:none"
)
_BADGE = (
    f"font-size:13px;line-height:20px;font-weight:700;letter-spacing:.04em;text-transform:uppercase;{WRAP}"
)
_FIRST = f"{_BUTTON};background:#111827;color:#ffffff;border:1px solid #111827"
_SECOND = f"{_BUTTON};background:#ffffff;color:#111827;border:1px solid #cbd5e1"


def colour(status: str, severity: str) -> str:
    """Return the colour of what fires at ``severity`` or is resolved."""
    return COLOURS[mood(status, severity)]


def mood(status: str, severity: str) -> str:
    """Return the name of that colour; a severity that is not known looks like a warning."""
    if status == "resolved":
        return "resolved"
    return severity if severity in COLOURS and severity != "resolved" else "warning"


def element(tag: str, inside: str, *, kind: str, style: str) -> str:
    """Write an element.

    Args:
        tag: Its name.
        inside: What is in it, as HTML.
        kind: Its class, for dark screens.
        style: Its own style.
    """
    return f'<{tag} class="{kind}" style="{style}">{inside}</{tag}>'


def badge(status: str, severity: str, text: str) -> str:
    """Write a state in the colour of its severity."""
    shown = f"{severity} · {text}" if severity and status == "firing" else text
    name = mood(status, severity)
    inside = escape(wording.short(shown, 80))
    return element("span", inside, kind=name, style=f"{_BADGE};color:{COLOURS[name]}")


def button(name: str, url: str, *, is_first: bool = False) -> str:
    """Write a link that looks like a button."""
    kind, look = ("first", _FIRST) if is_first else ("second", _SECOND)
    return f'<a class="{kind}" href="{escape(url)}" style="{look}">{escape(name)}</a>'


def link(text: str, url: str) -> str:
    """Write a link within a text; of what is no page the text alone."""
    if not url.startswith(("http://", "https://")):
        return escape(text)
    return f'<a class="link" href="{escape(url)}" style="{LINK}">{escape(text)}</a>'
