"""The rules that run by the settings: built in, of files, and what is doubtful about them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.load import load_rules
from otel_monitoring.alerts.rules.rule import RuleFile
from otel_monitoring.alerts.slos.rules import rule_groups
from otel_monitoring.bootstrap.analytics.rules import ANOMALY_RULES, with_voice
from otel_monitoring.bootstrap.rule_words import unfollowed
from otel_monitoring.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.bootstrap.analytics.slos import ServiceLevels
    from otel_monitoring.bootstrap.messages.telling import Telling
    from otel_monitoring.settings import Settings

_log = logging.getLogger(__name__)


def check_channels(rule: AlertRule, *, telling: Telling, settings: Settings) -> None:
    """Refuse a rule that names a receiver that does not exist; of those of an Alertmanager nothing is known.

    Raises:
        RuleError: There is none of that name.
    """
    known = [receiver.name for receiver in telling.config.receivers]
    unknown = [name for name in rule.channels if name not in known]
    if unknown and settings.alerts.enabled and not settings.notify.alertmanagers:
        msg = f"rule {rule.name!r}: channels has {unknown[0]!r}: expected receivers, of {', '.join(known)}"
        raise RuleError(msg)


def patterns(settings: Settings) -> tuple[str, ...]:
    """Return the files that rules come from, as patterns."""
    files = settings.alerts.rule_files if settings.alerts.enabled else ()
    return (*files, *settings.analytics.slo_files)


def load(
    settings: Settings, check_expr: Callable[[str], object], telling: Telling, levels: ServiceLevels
) -> RuleFile:
    """Return the rules that run; what is doubtful about them is in the log.

    Args:
        settings: Name the files, and what is left out.
        check_expr: Raises a ``MonitoringError`` for an expression that does not parse.
        telling: Knows the receivers.
        levels: The service levels, which are in force from then on.

    Raises:
        RuleError: Rules are not valid.
    """
    alerts, slos = settings.alerts, levels.read()
    if not alerts.enabled:
        levels.take(slos)
        return RuleFile(source="", groups=())
    rules = load_rules(
        rule_files=alerts.rule_files,
        check_expr=check_expr,
        with_defaults=alerts.default_rules,
        disabled=alerts.disabled,
        made=rule_groups(slos),
    )
    levels.take(slos)
    if settings.analytics.anomaly_alerts == "notify":
        rules = with_voice(rules, ANOMALY_RULES)
    known = [] if settings.notify.alertmanagers else [one.name for one in telling.config.receivers]
    rules = replace(rules, warnings=(*rules.warnings, *unfollowed(rules.groups, known)))
    for warning in rules.warnings:
        _log.warning("%s", warning)
    return rules
