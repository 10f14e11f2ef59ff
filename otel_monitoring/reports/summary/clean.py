"""Take secrets out of a report: every text in it passes once more through whoever knows them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.reports.summary.model import Section


def cleaned(section: Section, redact: Callable[[str], str]) -> Section:
    """Return a section with each of its texts redacted; names and units, which are ours, stay."""
    found: Section = _clean(section, redact)
    return replace(found, name=section.name)


def _clean(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, tuple):
        return tuple(_clean(one, redact) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            one.name: _clean(getattr(value, one.name), redact)
            for one in fields(value)
            if one.name not in ("unit", "better")
        }
        return replace(value, **changed)
    return value
