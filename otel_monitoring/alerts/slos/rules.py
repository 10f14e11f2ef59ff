"""The rules of a service level: recorded ratios over several windows, and alerts on how fast the budget goes.

An alert on several windows and burn rates is that of "The Site Reliability Workbook" (Google, 2018), chapter
5, section 6, in the form that Sloth gives it. Beside it stand a minimum of events, so that one failure at
night wakes nobody, and an alert for when there is nothing to count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule, RecordingRule, RuleGroup
from otel_monitoring.analytics.slos.levels import HOUR_MS
from otel_monitoring.model.durations import format_duration, parse_duration
from otel_monitoring.promql.language.format import one_line
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.reports.slos import series
from otel_monitoring.reports.slos.indicator import Looks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from otel_monitoring.alerts.rules.rule import Rule
    from otel_monitoring.analytics.slos.levels import Level, Urgency
    from otel_monitoring.reports.slos.slo import SLO

SOURCE = "slos"
ALERTS: dict[Urgency, str] = {"page": "SLOBudgetBurnsFast", "ticket": "SLOBudgetBurnsSlowly"}
"""The alert of each urgency."""

ABSENT_ALERT = "SLOWithoutData"
NAMES = frozenset((*ALERTS.values(), ABSENT_ALERT))

_VALUE = "{{ $value | humanizePercentage }}"
_SEVERITIES: dict[Urgency, str] = {"page": "critical", "ticket": "warning"}


def rule_groups(slos: Iterable[SLO]) -> tuple[RuleGroup, ...]:
    """Return two groups of rules for each service level: what alerts, and what counts for good."""
    return tuple(group for slo in slos for group in (_watching(slo), _counting(slo)))


def _watching(slo: SLO) -> RuleGroup:
    every_ms = slo.sli.every_ms if isinstance(slo.sli, Looks) else None
    rules = [*_looking(slo), *_recording(slo), *_alerting(slo)]
    return RuleGroup(f"slo-{slo.name}", SOURCE, tuple(rules), interval_ms=every_ms)


def _counting(slo: SLO) -> RuleGroup:
    """Return what counts each event once, so that a month is added up of few samples."""
    chosen, seconds = slo.selector, series.TILE_MS // 1000
    total = f"{series.rate_name(series.TILE_MS)}{chosen} * {seconds}"
    bad = f"{series.error_name(series.TILE_MS)}{chosen} * {total}"
    rules = [_record(slo, series.TOTAL, total), _record(slo, series.BAD, bad)]
    if not slo.is_calendar:
        over = f"{chosen}[{format_duration(slo.window_ms)}]"
        spent = f"sum_over_time({series.BAD}{over}) / (sum_over_time({series.TOTAL}{over}) > 0)"
        rules.append(_record(slo, series.REMAINING, f"1 - {spent} / {slo.budget_ratio!r}"))
    return RuleGroup(f"slo-{slo.name}-budget", SOURCE, tuple(rules), interval_ms=series.TILE_MS)


def _looking(slo: SLO) -> Iterator[Rule]:
    if isinstance(slo.sli, Looks):
        yield _record(slo, series.LOOK, slo.sli.bad())


def _recording(slo: SLO) -> Iterator[Rule]:
    windows = sorted({window for level in slo.levels for window in (level.short_ms, level.long_ms)})
    for window_ms in windows:
        yield _record(slo, series.rate_name(window_ms), series.rate_expr(slo, window_ms))
        yield _record(slo, series.error_name(window_ms), series.error_expr(slo, window_ms))
    yield _record(slo, series.OBJECTIVE, f"vector({slo.target!r})")
    shortest = f"{series.error_name(windows[0])}{slo.selector}"
    yield _record(slo, series.BURN_RATE, f"{shortest} / {slo.budget_ratio!r}")


def _alerting(slo: SLO) -> Iterator[Rule]:
    for urgency in ALERTS:
        yield _burning(slo, urgency, [level for level in slo.levels if level.urgency == urgency])
    absent_ms = parse_duration(slo.absent_after)
    if absent_ms:
        yield _absence(slo, absent_ms)


def _burning(slo: SLO, urgency: Urgency, levels: list[Level]) -> AlertingRule:
    said = " or ".join(
        f"{level.factor:.3g} times as fast over {format_duration(level.long_ms)}" for level in levels
    )
    target, name = f"{slo.target * 100:.6g}%", _name(slo)
    return AlertingRule(
        name=ALERTS[urgency],
        expr=one_line(parse(" or ".join(_too_fast(slo, level) for level in levels))),
        labels=_labels(slo, _SEVERITIES[urgency]),
        annotations={
            "summary": f"{name} spends its error budget too fast: {_VALUE} are bad",
            "description": (
                f"{slo.description or name}: {target} have to be good over {slo.window}. Lately {_VALUE} "
                f"were bad. This fires where the error budget is spent {said} as it allows for."
            ),
            **_more(slo),
        },
    )


def _too_fast(slo: SLO, level: Level) -> str:
    limit = f"{level.factor!r} * {slo.budget_ratio!r}"
    windows = (level.short_ms, level.long_ms)
    parts = [f"{series.error_name(window_ms)}{slo.selector} > {limit}" for window_ms in windows]
    if slo.least_events:
        events = f"{series.rate_name(level.long_ms)}{slo.selector} * {level.long_ms // 1000}"
        parts.append(f"{events} >= {slo.least_events}")
    return f"({' and '.join(parts)})"


def _absence(slo: SLO, absent_ms: int) -> AlertingRule:
    """Return what fires where nothing is counted, or where events are and which are bad is not."""
    rate, error = series.rate_name(HOUR_MS) + slo.selector, series.error_name(HOUR_MS) + slo.selector
    nothing = f"absent({series.rate_name(series.TILE_MS)}{slo.selector})"
    name = _name(slo)
    return AlertingRule(
        name=ABSENT_ALERT,
        expr=one_line(parse(f"{nothing} or ({rate} > 0 unless {error})")),
        for_ms=absent_ms,
        labels=_labels(slo, "warning"),
        annotations={
            "summary": f"{name} has no data",
            "description": (
                f"What {name} counts has not been there for {format_duration(absent_ms)}, so that nobody "
                "would be told of errors. Look whether its metrics still have these names and labels."
            ),
            **_more(slo),
        },
    )


def _record(slo: SLO, name: str, expr: str) -> RecordingRule:
    return RecordingRule(name, one_line(parse(expr)), labels=slo.own_labels)


def _labels(slo: SLO, severity: str) -> dict[str, str]:
    observed = {OBSERVE_LABEL: "true"} if slo.observe_only else {}
    return {**slo.own_labels, "severity": severity, "category": "slo", **observed}


def _more(slo: SLO) -> dict[str, str]:
    return {**({"runbook_url": slo.runbook_url} if slo.runbook_url else {}), **slo.annotations}


def _name(slo: SLO) -> str:
    return f"{slo.name} of {slo.service}" if slo.service else slo.name
