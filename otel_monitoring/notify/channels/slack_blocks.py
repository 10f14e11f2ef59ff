"""A message as Slack's blocks, within Slack's limits, and with nothing in it that Slack takes for its own.

What matters is in fields side by side, what backs it up below them in small, and links are buttons.

Source: Slack, Block Kit reference (50 blocks, 150 characters in a header, 3000 in a section, 2000 in a field,
25 buttons of 75 characters in a row).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from otel_monitoring.notify.messages import wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from otel_monitoring.model.document import Document
    from otel_monitoring.notify.message import Message, MessageAlert

_LONGEST_TEXT = 2900
_LONGEST_HEADER = 150
_LONGEST_OF_ALL = 12_000
"""So many characters in all sections together: a message that is longer may be refused as a whole."""

_SMALL = frozenset(("Series", "Related", "Errors"))
_MOST_FIELDS = 10
_LONGEST_FIELD = 1900
_MOST_BUTTONS = 25
_LONGEST_BUTTON = 75
_LONGEST_URL = 3000

_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")


def blocks(message: Message, zone: tzinfo) -> list[dict[str, Any]]:
    """Return ``message`` as a header, up to three blocks for each alert, and buttons for all of them.

    A document is a header and what matters most in it.
    """
    if message.document is not None:
        return _document(message.document)
    told, once = message.alerts[: wording.MOST_TOLD], wording.told_once(message)
    longest = min(_LONGEST_TEXT, _LONGEST_OF_ALL // max(len(told), 1) // 2)
    headline = clipped(wording.headline(message), _LONGEST_HEADER)
    made: list[dict[str, Any]] = [{"type": "header", "text": _plain(headline)}]
    made += _shared(message, once, longest)
    for alert in told:
        made += _alert(alert, zone, once, longest)
    more = wording.left_out(message)
    if more:
        made.append({"type": "context", "elements": [_plain(f"and {more} more")]})
    return made + _buttons(wording.group_actions(message))


def _document(document: Document) -> list[dict[str, Any]]:
    title = {"type": "header", "text": _plain(clipped(document.title, _LONGEST_HEADER))}
    lines = clipped("\n".join(f"• {escaped(line)}" for line in document.lines), _LONGEST_TEXT)
    if not lines:
        return [title]
    return [title, {"type": "section", "text": {"type": "mrkdwn", "text": lines}}]


def escaped(text: str) -> str:
    """Write text so that Slack takes none of it as a link, a mention or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clipped(text: str, longest: int) -> str:
    """Return at most ``longest`` characters of an escaped text, ending in ``…`` where some are left out."""
    if len(text) <= longest:
        return text
    return _CUT_ENTITY.sub("", text[: longest - 1]) + "…"


def _shared(message: Message, once: Mapping[str, str], longest: int) -> list[dict[str, Any]]:
    """Return what all alerts of a group have in common."""
    about = wording.description(message.alerts[0]) if "description" in once else ""
    lines = [escaped(text) for text in (wording.shared_labels(once, " · "), about) if text]
    return [_small(lines, longest)] if lines else []


def _alert(alert: MessageAlert, zone: tzinfo, once: Mapping[str, str], longest: int) -> list[dict[str, Any]]:
    """Return a section with the facts as fields, what backs them up, and buttons."""
    mark = ":white_check_mark: " if alert.status == "resolved" else ""
    title = clipped(escaped(wording.summary(alert)), longest // 2)
    lines = [f"{mark}*{title}*", "" if "description" in once else escaped(wording.description(alert))]
    facts = wording.facts(alert, zone, without=once.keys())
    fields = [
        _marked(clipped(f"*{name}*\n{escaped(text)}", _LONGEST_FIELD))
        for name, text in facts
        if name not in _SMALL
    ]
    small = [f"{name}: {escaped(text)}" for name, text in facts if name in _SMALL]
    small += [f"Trace: `{escaped(trace_id)}`" for trace_id, url in alert.traces if not url]
    text = clipped("\n".join(line for line in lines if line), longest)
    made: list[dict[str, Any]] = [{"type": "section", "text": _marked(text), "fields": fields[:_MOST_FIELDS]}]
    if small:
        made.append(_small(small, longest))
    return made + _buttons(wording.links(alert))


def _buttons(links: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return links as a row of buttons, in colour what takes care of an alert; no row without links."""
    buttons = [_button(name, url) for name, url in links if len(url) <= _LONGEST_URL]
    return [{"type": "actions", "elements": buttons[:_MOST_BUTTONS]}] if buttons else []


def _button(name: str, url: str) -> dict[str, Any]:
    made = {"type": "button", "text": _plain(clipped(name, _LONGEST_BUTTON)), "url": url}
    return {**made, "style": "primary"} if name.startswith("Acknowledge") else made


def _small(lines: Sequence[str], longest: int) -> dict[str, Any]:
    return {"type": "context", "elements": [_marked(clipped("\n".join(lines), longest))]}


def _marked(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
