"""What the analysis says of what stood out, moved, goes on, and is worth knowing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.browser.figures import duration, number_of, quantity
from tests.browser.past import ROUTE
from tests.browser.said.facts import Facts, moment, sentence, times

_REASONS = {"spike": "far out", "level_shift": "another level"}
_CALLED = {
    "http.request_rate": "Requests a second",
    "http.error_ratio": "Share of errors",
    "http.p95": "Latency, p95",
    "db.query_rate": "Queries a second",
    "db.p95": "Query time, p95",
    "db.connections": "Database connections",
    "process.cpu": "CPU of the process",
    "process.memory": "Memory of the process",
    "process.threads": "Threads",
    "process.open_files": "Open files",
    "runtime.loop_lag": "Event loop, late by",
    "system.cpu": "CPU",
    "system.memory": "Memory",
    "system.disk_used": "Disk used",
}
"""How the page calls what is watched without being asked for."""

_MOST_SERIES = 6
_APART = timedelta(minutes=15)
_NEVER = datetime.max.replace(tzinfo=UTC) - _APART
_WAYS = {"rising": "rises", "falling": "falls", "steady": "steady"}


def anomalies(answer: Any) -> Facts:
    found: Facts = [f"What stood out: {times(answer['total'])}"]
    for incident in _incidents(answer["anomalies"]):
        found += [
            (
                _CALLED.get(one["metric"], one["metric"]),
                f"{_REASONS[one['reason']]}: {quantity(one['value'], one['unit'])}",
                f"expected {_expected(one)}",
            )
            for one in incident[:_MOST_SERIES]
        ]
        found += [f"and {len(incident) - _MOST_SERIES} more"] if len(incident) > _MOST_SERIES else []
    return found


def _incidents(anomalies: Any) -> list[list[Any]]:
    """Return what began while others lasted, or soon after, together: of each some are listed one by one."""
    found: list[list[Any]] = []
    ends = datetime.min.replace(tzinfo=UTC)
    for one in sorted(anomalies, key=lambda one: moment(one["since"])):
        if not found or moment(one["since"]) > ends + _APART:
            found.append([])
        found[-1].append(one)
        ends = max(ends, moment(one["until"]) if one["until"] else _NEVER)
    return found


def anomaly(answer: Any) -> Facts:
    one = next(one for one in answer["anomalies"] if one["labels"].get("http_route") == ROUTE)
    lasted_s = (moment(one["until"]) - moment(one["since"])).total_seconds()
    return [
        (quantity(one["value"], one["unit"]), "seen"),
        (_expected(one), "expected"),
        (duration(lasted_s), "lasted"),
        _REASONS[one["reason"]],
    ]


def _expected(anomaly: Any) -> str:
    ends = [quantity(anomaly[end], anomaly["unit"]) for end in ("expectedLow", "expectedHigh")]
    return " to ".join(dict.fromkeys(ends))


def moved(answer: Any) -> Facts:
    return [
        f"Of {answer['lookedAt']} series {answer['movedTotal']} moved",
        *[
            (
                str(place),
                _CALLED.get(one["metric"], one["metric"]),
                quantity(one["before"], one["unit"]),
                "→",
                quantity(one["after"], one["unit"]),
            )
            for place, one in enumerate(answer["moved"], 1)
        ],
    ]


def trends(answer: Any) -> Facts:
    found: Facts = []
    for series in answer["series"]:
        known = [one for one in series["windows"] if one["startValue"] is not None]
        ways = [(_WAYS.get(one["direction"], "no clear way"), _from_to(one, answer["unit"])) for one in known]
        found += [(series["name"], *[text for way in ways for text in way]), *ways]
    return found


def _from_to(window: Any, unit: str) -> str:
    return " → ".join(quantity(window[end], unit) for end in ("startValue", "endValue"))


def forecasts(answer: Any) -> Facts:
    return [
        (
            sentence(one["resource"]),
            quantity(number_of(one["value"]), one["unit"]),
            f"of {quantity(one['limit'], one['unit'])}",
            sentence(one["reason"]) if one["reason"] else one["text"],
        )
        for one in answer["capacity"]
    ]


def insights(answer: Any) -> Facts:
    found = answer["insights"]
    kinds = {one["kind"] for one in found}
    return [
        *[one["sentence"].rstrip(".") for one in found],
        *([f"All {len(found)}"] if len(kinds) > 1 else []),
        *[
            f"{sentence(kind)} {sum(one['kind'] == kind for one in found)}"
            for kind in kinds
            if len(kinds) > 1
        ],
    ]


def recommendations(answer: Any) -> Facts:
    return [(one["advice"], one["why"]) for one in answer["recommendations"]]
