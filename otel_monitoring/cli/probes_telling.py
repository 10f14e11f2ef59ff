"""Probes of rules, messages and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.load import load_rules
from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.cli.finding import Finding
from otel_monitoring.cli.notify.check import check
from otel_monitoring.errors import NotifyError, RuleError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_url
from otel_monitoring.promql.language.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.cli.finding import Patient
    from otel_monitoring.settings.groups import Settings

_REFUSES = "setup_telemetry will refuse to start"


def telling(patient: Patient) -> Iterator[Finding]:
    """Tell whether rules can be read, where messages go, and who may look."""
    chosen = patient.loaded.settings
    yield from _rules(chosen)
    yield from _messages(chosen)
    yield _api(chosen)


def _rules(chosen: Settings) -> Iterator[Finding]:
    name, alerts = "alert rules", chosen.alerts
    if not alerts.enabled:
        yield Finding(name, "off", "alerts.enabled is false")
        return
    if not chosen.telemetry.metrics:
        yield Finding(name, "warn", "telemetry.metrics is false, so rules have nothing to look at")
    try:
        found = load_rules(
            rule_files=alerts.rule_files,
            check_expr=_check,
            with_defaults=alerts.default_rules,
            disabled=alerts.disabled,
        )
    except RuleFileError as error:
        yield from (Finding(name, "fail", str(problem), _REFUSES) for problem in error.problems)
        return
    except RuleError as error:
        yield Finding(name, "fail", str(error), _REFUSES)
        return
    yield from (Finding(name, "warn", str(warning)) for warning in found.warnings)
    rules = sum(len(group.rules) for group in found.groups)
    if rules:
        yield Finding(name, "on", f"{rules} in {len(found.groups)} groups, every {alerts.interval_s:g} s")
    else:
        yield Finding(name, "off", "no rules are chosen", "set alerts.default_rules or alerts.rule_files")


def _check(expr: str) -> None:
    parse(expr)


def _messages(chosen: Settings) -> Iterator[Finding]:
    if chosen.notify.alertmanagers:
        places = ", ".join(map(str, chosen.notify.alertmanagers))
        yield Finding("messages", "on", f"from the Alertmanager at {places}, which gets every alert")
    elif chosen.notify.alertmanager_file is not None:
        yield from _routes(chosen.notify.alertmanager_file)
    else:
        yield from _channels(chosen)


def _routes(path: str) -> Iterator[Finding]:
    found = check(path)
    yield from (Finding("messages", "fail", str(problem), _REFUSES) for problem in found.problems)
    yield from (Finding("messages", "warn", str(warning)) for warning in found.warnings)
    if found.config is not None and not found.problems:
        yield Finding("messages", "on", f"to {len(found.config.receivers)} receivers, by {path}")


def _channels(chosen: Settings) -> Iterator[Finding]:
    if not chosen.notify.channels:
        yield Finding("messages", "warn", "notify.channels is empty: alerts reach nobody")
    options = ChannelOptions(clock=SystemClock())
    for url in chosen.notify.channels:
        scheme, _, name = url.get_secret_value().partition("://")
        if scheme == "callable" and ":" not in name:
            yield Finding("messages", "on", f"to the function {name!r} that setup_telemetry is given")
            continue
        try:
            channel_from_url(url.get_secret_value(), options)
        except NotifyError as error:
            yield Finding("messages", "fail", str(error), _REFUSES)
        else:
            yield Finding("messages", "on", f"to {url}")


def _api(chosen: Settings) -> Finding:
    if not chosen.api.enabled:
        return Finding("API", "off", "api.enabled is false")
    if chosen.api.token:
        return Finding("API", "on", f"at {chosen.api.prefix}, behind the token of the settings")
    reason = f"at {chosen.api.prefix}, behind a token that is made and printed at each start"
    return Finding("API", "on", reason, "set api.token to keep it")
