"""Whether the fields of a rule in words hold what they should, before anybody looks at their values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

_DURATIONS = ("window", "for_", "keep_firing_for", "cooldown")
_TEXTS = (
    "name",
    "metric",
    "operator",
    "kind",
    "aggregation",
    "severity",
    "category",
    "description",
    "runbook_url",
    "owner",
)
_LISTS = ("group_by", "channels")
_MAPPINGS = ("where", "labels", "annotations")
_FLAGS = ("enabled", "observe_only")
_FALLBACKS: dict[str, Any] = {
    "name": "A",
    "metric": "a",
    "operator": ">",
    "threshold": 0,
    "kind": "gauge",
    "aggregation": "avg",
    "severity": "warning",
    "min_events": 0,
    **dict.fromkeys(_DURATIONS, "5m"),
    **dict.fromkeys(_LISTS, ()),
    **{name: {} for name in _MAPPINGS},
    **dict.fromkeys(_FLAGS, False),
}
"""What stands for a field that cannot be used, so that the others are still looked at."""


def type_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """Return for each field that cannot be used what its value is and what was expected."""
    expected: dict[str, str] = {
        **_unlike(values, _DURATIONS, _is_text, "a duration in a text, such as '5m'"),
        **_unlike(values, _TEXTS, _is_text, "a text"),
        **_unlike(values, _LISTS, _is_list, "a list of texts"),
        **_unlike(values, _MAPPINGS, _is_mapping, "texts by name"),
        **_unlike(values, _FLAGS, lambda value: isinstance(value, bool), "True or False"),
        **_unlike(values, ("threshold",), _is_number, "a number"),
        **_unlike(values, ("min_events",), _is_count, "a whole number, 0 or more"),
    }
    return {name: f"{name} is {_shown(values[name])}: expected {what}" for name, what in expected.items()}


def sound(values: Mapping[str, Any], broken: Mapping[str, str]) -> SimpleNamespace:
    """Return the fields with something harmless in place of those that are broken."""
    return SimpleNamespace(**{**values, **{name: _FALLBACKS.get(name, "") for name in broken}})


def _unlike(values: Mapping[str, Any], names: Sequence[str], check: Any, expected: str) -> dict[str, str]:
    return {name: expected for name in names if not check(values[name])}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list(value: object) -> bool:
    """Tell a list of texts from one text, whose letters would pass for it."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and all(map(_is_text, value))


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, [*value, *value.values()]))


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return not math.isnan(value)
    except OverflowError:  # a whole number beyond what PromQL counts with
        return False


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line
