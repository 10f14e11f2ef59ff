"""The time intervals of an ``alertmanager.yml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from otel_monitoring.alerts.routing.intervals import LOCAL, TimeInterval
from otel_monitoring.alerts.rules.document import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yaml.nodes import Node

    from otel_monitoring.alerts.routing.intervals import Range
    from otel_monitoring.alerts.rules.document import Problems

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_FIELDS = ("times", "weekdays", "days_of_month", "months", "years", "location")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_LAST_DAY = 31
_SHORTEST_MONTH = 28


def time_intervals(
    nodes: Sequence[Node], *, what: str, into: dict[str, tuple[TimeInterval, ...]], problems: Problems
) -> None:
    """Read named time intervals.

    Args:
        nodes: The elements of the list.
        what: The name of the list, for messages.
        into: Where they go; a name that is there already is a problem.
        problems: Where to put what is wrong.
    """
    for node in nodes:
        fields = Fields(node, what="time interval", known=("name", "time_intervals"), problems=problems)
        name = fields.text("name")
        if not name:
            problems.add(fields.key("name"), f"{what}: expected a name")
        elif name in into:
            problems.add(node, f"time interval {name!r} is there already: expected a name of its own")
        into[name] = tuple(_interval(one, problems) for one in fields.items("time_intervals"))


def _interval(node: Node, problems: Problems) -> TimeInterval:
    fields = Fields(node, what="time interval", known=_FIELDS, problems=problems)

    def ranges(name: str, read: Callable[[str], Range]) -> tuple[Range, ...] | None:
        found = [_read(one, name, read, problems) for one in fields.items(name)]
        return tuple(one for one in found if one is not None) if fields.has(name) else None

    times = [_times(one, problems) for one in fields.items("times")]
    return TimeInterval(
        times=tuple(one for one in times if one is not None) if fields.has("times") else None,
        weekdays=ranges("weekdays", _weekdays),
        days_of_month=ranges("days_of_month", _days),
        months=ranges("months", _months),
        years=ranges("years", _years),
        location=_location(fields, problems),
    )


def _read(node: Node, name: str, read: Callable[[str], Range], problems: Problems) -> Range | None:
    try:
        return read(str(node.value).lower())
    except ValueError as error:
        problems.add(node, f"{name}: {node.value!r}: expected {error}")
        return None


def _times(node: Node, problems: Problems) -> Range | None:
    fields = Fields(node, what="times", known=("start_time", "end_time"), problems=problems)
    found = []
    for name in ("start_time", "end_time"):
        text = fields.text(name)
        minute = _minute(text)
        if minute is None:
            problems.add(fields.value(name), f"{name} is {text!r}: expected HH:MM from 00:00 to 24:00")
        else:
            found.append(minute)
    if len(found) < 2:  # noqa: PLR2004 - a range has two ends
        return None
    if found[0] >= found[1]:
        problems.add(node, "times: expected a start_time before the end_time")
    return found[0], found[1]


def _minute(text: str) -> int | None:
    if not _TIME.fullmatch(text):
        return None
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _ends(text: str, number: Callable[[str], int]) -> Range:
    start, colon, end = text.partition(":")
    first = number(start)
    return first, number(end) if colon else first


def _weekdays(text: str) -> Range:
    message = "a day of the week such as monday, or a range such as monday:friday within Sunday to Saturday"
    return _ordered(_ends(text, lambda one: _index(_WEEKDAYS, one, message)), message)


def _months(text: str) -> Range:
    message = "a month such as january or 1, or a range such as 1:3"

    def number(one: str) -> int:
        return int(one) if re.fullmatch(r"[+-]?[0-9]+", one) else _index(_MONTHS, one, message) + 1

    return _ordered(_ends(text, number), message)


def _years(text: str) -> Range:
    message = "a year such as 2030, or a range such as 2030:2032"
    return _ordered(_ends(text, lambda one: _number(one, message)), message)


def _days(text: str) -> Range:
    message = "a day from 1 to 31 or from -31 to -1, or a range such as 1:7 or -7:-1"
    start, end = _ends(text, lambda one: _number(one, message))
    if 0 in (start, end) or max(abs(start), abs(end)) > _LAST_DAY or (start < 0 < end):
        raise ValueError(message)
    counted = tuple(_SHORTEST_MONTH + day if day < 0 else day for day in (start, end))
    if counted[0] > counted[1]:
        raise ValueError(message)
    return start, end


def _ordered(ends: Range, message: str) -> Range:
    if ends[0] > ends[1]:
        raise ValueError(message)
    return ends


def _index(names: Sequence[str], name: str, message: str) -> int:
    if name not in names:
        raise ValueError(message)
    return names.index(name)


def _number(text: str, message: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(message)
    return int(text)


def _location(fields: Fields, problems: Problems) -> str:
    name = fields.text("location")
    if name in ("", "UTC", LOCAL):
        return "" if name != LOCAL else LOCAL
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"location {name!r}: expected a name of the IANA time zone database, as in Europe/Paris"
        problems.add(fields.value("location"), message)
        return ""
    return name
