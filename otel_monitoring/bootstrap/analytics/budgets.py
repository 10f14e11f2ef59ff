"""The desk that knows how budgets stand, and their rules for Prometheus."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.rules.rule import AlertingRule, RuleGroup
from otel_monitoring.reports.budgets.budget import own_budgets, parse_budgets
from otel_monitoring.reports.budgets.desk import RANGE_MS, BudgetsDesk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.bootstrap.analytics.desks import Desks
    from otel_monitoring.reports.budgets.budget import Budget
    from otel_monitoring.settings import Settings

_FOR_MS = 600_000


def budgets_desk(settings: Settings, desks: Desks) -> BudgetsDesk:
    """Return who answers about budgets."""
    budgets = parse_budgets(settings.analytics.budgets)
    return BudgetsDesk(
        query=desks.query,
        clock=desks.clock,
        budgets=budgets,
        export=partial(budget_rules, budgets),
        interval_s=settings.telemetry.collect_interval_s,
    )


def budget_rules(budgets: Sequence[Budget]) -> str:
    """Return a rule file of Prometheus with an alert for each budget."""
    rules = tuple(_rule(one, list(budgets)) for one in budgets)
    return as_rule_file([RuleGroup("performance-budgets", "budgets", rules)] if rules else [])


def _rule(budget: Budget, budgets: list[Budget]) -> AlertingRule:
    expr = f"{budget.expr(RANGE_MS)} > {budget.most:g}"
    for one in own_budgets(budget, budgets):
        own = f"http_server_request_duration_seconds_count{one.selector()}"
        expr = f"({expr}) unless on (http_request_method, http_route) {own}"
    unit = "humanizePercentage" if budget.figure == "errors" else "humanizeDuration"
    return AlertingRule(
        name="BudgetExceeded",
        expr=expr,
        for_ms=_FOR_MS,
        labels={"severity": "warning", "category": "budget", "figure": budget.figure},
        annotations={
            "summary": "{{ $labels.http_request_method }} {{ $labels.http_route }} is over its budget",
            "description": f"{budget.figure} is {{{{ $value | {unit} }}}}, the budget of {budget.endpoint} "
            f"is {budget.most:g}.",
        },
    )
