"""What the tags of the document stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

TAGS: Final = {
    "overview": "How everything does, in one answer.",
    "health": "What the checks find.",
    "endpoints": "How each route of the application does.",
    "system": "The processes and the machines that they run on.",
    "dashboards": "Panels that people arrange themselves.",
    "metrics": "Series: all of them, one over a window, or recorded by hand.",
    "alerts": "What fires, what fired, and what people do about it.",
    "silences": "What is quiet on purpose.",
    "rules": "Conditions that are asked again and again.",
    "receivers": "Who is told, and what became of messages.",
    "analytics": "What is found in series: anomalies, trends, causes, forecasts, releases, budgets.",
    "insights": "What is worth a word, and what to do about it.",
    "slos": "What was promised, and how much of it is left.",
    "reports": "The times behind us, summed up.",
    "events": "What happened in the application.",
    "audit": "Who changed what.",
    "storage": "What is kept on disk.",
    "live": "What changes, as it happens.",
    "access": "Who may use all this.",
    "document": "This description.",
    "prometheus": "The HTTP API of Prometheus, for its tools; it answers in its own forms.",
    "alertmanager": "The HTTP API of Alertmanager (v2), for its tools; it answers in its own forms.",
}


def tags_of(operations: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the tags that operations carry, each with what it stands for, in the order above."""
    used = {tag for operation in operations for tag in operation.get("tags", ())}
    known = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    return known + [{"name": name, "description": ""} for name in sorted(used - TAGS.keys())]
