"""A message as Slack's blocks, within Slack's limits, and with nothing in it that Slack takes for its own.

Source: Slack, Block Kit reference (50 blocks, 150 characters in a header, 3000 in a section).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from otel_monitoring.notify.messages import wording

if TYPE_CHECKING:
    from datetime import tzinfo

    from otel_monitoring.notify.message import Message, MessageAlert

_LONGEST_TEXT = 2900
_LONGEST_HEADER = 150
_LONGEST_OF_ALL = 12_000
"""So many characters in all sections together: a message that is longer may be refused as a whole."""

_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")


def blocks(message: Message, zone: tzinfo) -> list[dict[str, Any]]:
    """Return ``message`` as a header, two sections for each alert, and how many more there are."""
    told = message.alerts[: wording.MOST_TOLD]
    longest = min(_LONGEST_TEXT, _LONGEST_OF_ALL // max(len(told), 1))
    headline = clipped(wording.headline(message), _LONGEST_HEADER)
    made: list[dict[str, Any]] = [{"type": "header", "text": _plain(headline)}]
    for alert in told:
        made += _alert(alert, zone, longest)
    more = wording.left_out(message)
    if more:
        made.append({"type": "context", "elements": [_plain(f"and {more} more")]})
    return made


def escaped(text: str) -> str:
    """Write text so that Slack takes none of it as a link, a mention or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clipped(text: str, longest: int) -> str:
    """Return at most ``longest`` characters of an escaped text, ending in ``…`` where some are left out."""
    if len(text) <= longest:
        return text
    return _CUT_ENTITY.sub("", text[: longest - 1]) + "…"


def _alert(alert: MessageAlert, zone: tzinfo, longest: int) -> list[dict[str, Any]]:
    mark = ":white_check_mark: " if alert.status == "resolved" else ""
    title = clipped(escaped(wording.summary(alert)), longest // 2)
    lines = [f"{mark}*{title}*", escaped(wording.description(alert))]
    lines += [f"{name}: {escaped(text)}" for name, text in wording.facts(alert, zone)]
    lines += [f"Trace: `{escaped(trace_id)}`" for trace_id, url in alert.traces if not url]
    text = clipped("\n".join(line for line in lines if line), longest)
    sections = [text, _links(alert)]
    return [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in sections if part]


def _links(alert: MessageAlert) -> str:
    """Write links one after another; one that does not fit is left out, as half of it leads nowhere."""
    text = ""
    for name, url in wording.links(alert):
        longer = f"{text} · " if text else ""
        longer += f"<{escaped(url).replace('|', '%7C')}|{escaped(name)}>"
        text = longer if len(longer) <= _LONGEST_TEXT else text
    return text


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
