"""Service levels stated in Python: ``SLO(name=, target=, sli=availability(route="/pay"))``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from otel_monitoring.analytics.slos.levels import DAY_MS, LONGEST_MS, SHORTEST_MS, error_budget, levels
from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.reports.slos.indicator import Looks, Ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otel_monitoring.analytics.slos.levels import Level
    from otel_monitoring.reports.slos.indicator import Indicator

MONTH = "month"
"""The window that begins anew with each calendar month."""

HTTP_DURATION = "http_server_request_duration_seconds"
HTTP_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The buckets of the histogram of requests, which the semantic conventions advise."""

_MONTH_MS = 30 * DAY_MS
_LEAST_EVENTS, _LEAST_LOOKS = 20, 5
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?").fullmatch
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_OWN_LABELS = ("slo", "service", "owner", "severity", "category", "observe", "alertname", "__name__")


@dataclass(frozen=True, slots=True, kw_only=True)
class SLO:
    """What is promised of a service: this share of events is good, over this time.

    Attributes:
        name: Unique; letters, digits, ``-``, ``_`` and ``.``.
        sli: What is counted: ``availability(...)``, ``latency(...)``, ``ratio(...)``.
        target: The share that has to be good, such as 0.999.
        window: Over which time, such as ``30d`` (7 to 366 days), or ``month`` for calendar months.
        service: Whose promise it is; becomes a label.
        description: What it means.
        min_events: How many events the longer window of an alert must hold, below which it finds nothing;
            ``None`` for 20, or for 5 looks where a value is looked at; 0 for none.
        absent_after: How long nothing can be counted before that is an alert of its own; ``0s`` for never.
        labels: Further labels of its series and alerts.
        annotations: Further annotations of its alerts; templates.
        runbook_url: Where somebody reads what to do.
        owner: Who looks after it; becomes a label.
        observe_only: Whether its alerts are shown, and nobody is told.
        time_zone: In which calendar months begin.
    """

    name: str
    sli: Indicator
    target: float
    window: str = "30d"
    service: str = ""
    description: str = ""
    min_events: int | None = None
    absent_after: str = "1h"
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    runbook_url: str = ""
    owner: str = ""
    observe_only: bool = False
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            RuleError: Fields cannot be used; the message names each with its value and what was expected.
        """
        problems = [*_text_problems(self), *_number_problems(self), *_time_problems(self)]
        if problems:
            msg = f"SLO {self.name!r}: {'; '.join(problems)}"
            raise RuleError(msg)

    @property
    def budget_ratio(self) -> float:
        """The share of events that may be bad."""
        return error_budget(self.target)

    @property
    def window_ms(self) -> int:
        """How long the window is; a calendar month counts as 30 days."""
        return _MONTH_MS if self.is_calendar else parse_duration(self.window)

    @property
    def is_calendar(self) -> bool:
        """Whether the budget begins anew with each month."""
        return self.window == MONTH

    @property
    def least_events(self) -> int:
        """How many events the longer window of an alert must hold."""
        if self.min_events is not None:
            return self.min_events
        return _LEAST_LOOKS if isinstance(self.sli, Looks) else _LEAST_EVENTS

    @property
    def levels(self) -> tuple[Level, ...]:
        """Its alerts, the most urgent first."""
        return levels(self.window_ms)

    @property
    def selector(self) -> str:
        """The matchers of its recorded series."""
        service = f",service={json.dumps(self.service)}" if self.service else ""
        return f"{{slo={json.dumps(self.name)}{service}}}"

    @property
    def own_labels(self) -> dict[str, str]:
        """The labels that all of its series have."""
        own = {"slo": self.name, "service": self.service, "owner": self.owner}
        return {**{label: text for label, text in own.items() if text}, **self.labels}


def availability(
    *,
    route: str = "",
    method: str = "",
    where: Mapping[str, str] | None = None,
    bad_status: str = "5..",
    metric: str = HTTP_DURATION,
) -> Ratio:
    """Count requests; those are bad that the server failed to answer.

    Args:
        route: The pattern of the path, as ``/users/{id}``; empty for all.
        method: The method, as ``GET``; empty for all.
        where: Further labels and the values that they have.
        bad_status: A regular expression of the status of bad answers.
        metric: The histogram of requests, without ``_count``.
    """
    chosen = _matchers(route, method, where)
    failed = [*chosen, f"http_response_status_code=~{json.dumps(bad_status)}"]
    return Ratio(total=_selected(f"{metric}_count", chosen), bad=_selected(f"{metric}_count", failed))


def latency(
    *,
    threshold_s: float,
    route: str = "",
    method: str = "",
    where: Mapping[str, str] | None = None,
    metric: str = HTTP_DURATION,
    bounds_s: Sequence[float] = HTTP_BOUNDS_S,
) -> Ratio:
    """Count requests; those are good that took no longer than a threshold.

    Args:
        threshold_s: In seconds; one of the bounds, since a histogram knows no more.
        route: The pattern of the path, as ``/users/{id}``; empty for all.
        method: The method, as ``GET``; empty for all.
        where: Further labels and the values that they have.
        metric: The histogram, without ``_bucket``.
        bounds_s: The upper bounds of its buckets.

    Raises:
        RuleError: The threshold is none of the bounds.
    """
    if threshold_s not in bounds_s:
        known = ", ".join(f"{bound:g}" for bound in bounds_s)
        msg = f"threshold_s is {threshold_s!r}: expected a bound of the buckets of {metric}: {known}"
        raise RuleError(msg)
    chosen = _matchers(route, method, where)
    whole = float(threshold_s).is_integer()
    # Some writers say 1 and some 1.0.
    bound = f'le=~"{int(threshold_s)}(\\\\.0)?"' if whole else f'le="{float(threshold_s)!r}"'
    return Ratio(
        total=_selected(f"{metric}_count", chosen), good=_selected(f"{metric}_bucket", [*chosen, bound])
    )


def ratio(*, total: str, bad: str = "", good: str = "") -> Ratio:
    """Count any events, by selectors of counters or by PromQL with ``{{.window}}``.

    Args:
        total: All events.
        bad: Those that are bad.
        good: Those that are good, in place of ``bad``.

    Raises:
        RuleError: One of them cannot be used.
    """
    return Ratio(total=total, bad=bad, good=good)


def check_slos(slos: Iterable[SLO]) -> tuple[SLO, ...]:
    """Return service levels as they were given.

    Raises:
        RuleError: One of them is none, or two have one name.
    """
    found: dict[str, SLO] = {}
    for slo in slos:
        given: object = slo
        if not isinstance(given, SLO):
            msg = f"slos has {given!r}: expected SLO(name=..., target=..., sli=...)"
            raise RuleError(msg)
        if slo.name in found:
            msg = f"SLO {slo.name!r} is there twice: expected different names"
            raise RuleError(msg)
        found[slo.name] = slo
    return tuple(found.values())


def _matchers(route: str, method: str, where: Mapping[str, str] | None) -> list[str]:
    given = {"http_route": route, "http_request_method": method, **(where or {})}
    return [f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in given.items() if value]


def _selected(name: str, matchers: Sequence[str]) -> str:
    return f"{name}{{{','.join(matchers)}}}" if matchers else name


def _text_problems(slo: SLO) -> list[str]:
    problems = []
    if not isinstance(slo.name, str) or _NAME(slo.name) is None:
        problems.append(f"name is {slo.name!r}: expected letters, digits, '-', '_', '.', as in pay-works")
    sli: object = slo.sli
    if not isinstance(sli, Ratio | Looks):
        problems.append(f"sli is {sli!r}: expected availability(...), latency(...) or ratio(...)")
    wrong = [name for name in slo.labels if _LABEL(name) is None or name in _OWN_LABELS]
    problems += [f"labels has {name!r}: expected a label that is not one of its own" for name in wrong]
    return problems


def _number_problems(slo: SLO) -> list[str]:
    problems = []
    if isinstance(slo.target, bool) or not isinstance(slo.target, int | float) or not 0 < slo.target < 1:
        problems.append(f"target is {slo.target!r}: expected a share above 0 and below 1, as in 0.999")
    least = slo.min_events
    if least is not None and (isinstance(least, bool) or not isinstance(least, int) or least < 0):
        problems.append(f"min_events is {least!r}: expected a whole number, 0 or more")
    return problems


def _time_problems(slo: SLO) -> list[str]:
    problems = []
    try:
        ZoneInfo(slo.time_zone)
    except (KeyError, ValueError, OSError):
        problems.append(f"time_zone is {slo.time_zone!r}: expected a name such as Europe/Berlin")
    try:
        parse_duration(slo.absent_after)
        if not slo.is_calendar and not SHORTEST_MS <= parse_duration(slo.window) <= LONGEST_MS:
            days = f"{SHORTEST_MS // DAY_MS}d to {LONGEST_MS // DAY_MS}d"
            problems.append(f"window is {slo.window!r}: expected {days}, or {MONTH}")
    except RuleError as error:
        problems.append(str(error))
    return problems
