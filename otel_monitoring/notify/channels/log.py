"""The channel that writes messages to the log; what no other channel takes ends here too (P11)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otel_monitoring.notify.message import Message, MessageAlert

_log = logging.getLogger("otel_monitoring.alerts")


class LogChannel:
    """Write each alert of a message as one line: a warning, or an error where its severity is critical."""

    kind = "log"
    tells_evidence = False

    def send(self, message: Message, /) -> None:
        """Write the alerts of ``message``, or what matters most in its document."""
        if message.document is not None:
            _log.info("%s: %s", message.document.title, "; ".join(message.document.lines))
            return
        for alert in message.alerts:
            _log.log(_level(alert), "%s", line(alert))
        if message.truncated_alerts:
            _log.warning("and %d more alerts of group %s", message.truncated_alerts, message.group_key)

    def __repr__(self) -> str:
        """Write what was configured."""
        return "log://"


def line(alert: MessageAlert) -> str:
    """Write one alert on one line: what, what to say about it, which series, the value."""
    name = alert.labels.get("alertname", "an alert without a name")
    about = alert.annotations.get("summary") or alert.annotations.get("description") or ""
    labels = " ".join(f"{key}={value!r}" for key, value in alert.labels.items() if key != "alertname")
    parts = [
        f"alert {alert.status}: {name}",
        f"- {about}" if about else "",
        f"({labels}, value {alert.value:g})",
    ]
    return " ".join(" ".join(part.split()) for part in parts if part)


def _level(alert: MessageAlert) -> int:
    if alert.status == "resolved":
        return logging.INFO
    return logging.ERROR if alert.labels.get("severity") == "critical" else logging.WARNING
