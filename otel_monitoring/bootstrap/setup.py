"""``setup_telemetry``: one call at start-up, and everything is hooked up."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.bootstrap.build import Running
    from otel_monitoring.monitoring.instance import Monitoring
    from otel_monitoring.notify.message import Message
    from otel_monitoring.reports.insights.given import Given
    from otel_monitoring.reports.insights.insight import InsightSource
    from otel_monitoring.reports.insights.rule import InsightRule
    from otel_monitoring.reports.slos.slo import SLO
    from otel_monitoring.settings import Settings

_log = logging.getLogger(__name__)

_SEMCONV = "OTEL_SEMCONV_STABILITY_OPT_IN"
_lock = threading.RLock()
_running: list[Running] = []


def setup_telemetry(
    app: Any = None,
    *,
    settings: Settings | None = None,
    rules: Iterable[AlertRule] = (),
    slos: Iterable[SLO] = (),
    insights: Iterable[InsightRule | InsightSource] = (),
    functions: Mapping[str, Callable[[Message], object]] | None = None,
    access: Callable[[Any], object] | None = None,
    **overrides: Any,
) -> Monitoring:
    """Make ``app`` observable: traces, metrics, logs, correlation, rules and alerts.

    Call it once at start-up, before the first request. Without ``OTEL_EXPORTER_OTLP_ENDPOINT`` nothing is
    exported and everything else works. A second call with the same settings changes nothing; with others it
    warns and changes nothing either; with another application it instruments that one too.

    Args:
        app: A FastAPI, Starlette or other ASGI application, or ``None`` in scripts and workers. What is
            neither FastAPI nor Starlette cannot be changed in place: serve ``monitoring.app`` then.
        settings: Settings made in code; environment and file fill in what they leave open.
        rules: Rules from Python, evaluated beside those of rule files; one takes the place of a built-in one
            of the same name. Further ones are added by ``monitoring.rules.put(...)``.
        slos: Service levels from Python, beside those of files.
        insights: Rules of insights from Python, beside those of files and ours, of which one of the same name
            gives way; and whoever else finds insights: a ``name`` and a method ``insights(now_ms)``.
        functions: Functions, ``def`` or ``async def``, that get messages about alerts: ``{"page": call_me}``
            is told by ``callable://page`` among ``notify.channels``.
        access: Says who of the application's own users may use the pages: a function, ``def`` or ``async
            def``, that gets the Starlette ``Request`` and returns ``None``, ``"viewer"``, ``"admin"`` or a
            ``Caller``. Whatever it raises means nobody.
        **overrides: Single settings, such as ``service_name="shop"`` or ``alerts={"interval_s": 5}``.

    Returns:
        The running instance, with ``rules``, ``health``, ``force_flush(timeout_s=5)`` and
        ``shutdown(timeout_s=5)``.

    Raises:
        SettingsError: A setting cannot be used; the message names field, value, source and what was
            expected, for all that cannot.
        RuleError: ``rules`` holds what is no ``AlertRule``, ``slos`` what is no ``SLO``, or either two of one
            name; or a file of rules or service levels is not valid.
        InsightRuleError: ``insights`` holds what is neither, or two of one name.
        RoutingError: ``notify`` names a channel, a file or a zone that cannot be used.
        AccessError: ``access`` is no function, or its settings state a key that cannot be used.
    """
    from otel_monitoring.bootstrap.build import build
    from otel_monitoring.settings import load_settings

    loaded = load_settings(settings=settings, **overrides)
    for warning in loaded.warnings:
        _log.warning("%s", warning)
    own, levels, found = _checked(rules), _checked_slos(slos), _checked_insights(insights)
    with _lock:
        known = running()
        if known is not None:
            _warn_of_new_slos(known, levels)
            _warn_of_new_insights(known, found)
            _warn_of_new_access(known, access)
            return _join(known, app, loaded.settings, own)
        # The contrib instrumentations read this once, when the first of them is imported.
        os.environ.setdefault(_SEMCONV, "http,database")
        _running[:] = [
            build(
                app,
                loaded,
                os.environ,
                rules=own,
                slos=levels,
                insights=found,
                functions=functions,
                access=access,
            )
        ]
        return _running[0].monitoring


def running() -> Running | None:
    """Return the instance that runs in this process, if one does."""
    return next((one for one in _running if not one.monitoring.is_shut_down), None)


def _checked(rules: Iterable[AlertRule]) -> tuple[AlertRule, ...]:
    """Return the rules; what they stand on is imported only where there are some."""
    given = tuple(rules)
    if not given:
        return ()
    from otel_monitoring.monitoring.rules import check_rules

    return check_rules(given)


def _checked_slos(slos: Iterable[SLO]) -> tuple[SLO, ...]:
    """Return the service levels; what they stand on is imported only where there are some."""
    given = tuple(slos)
    if not given:
        return ()
    from otel_monitoring.reports.slos.slo import check_slos

    return check_slos(given)


def _checked_insights(insights: Iterable[InsightRule | InsightSource]) -> Given | None:
    """Return what finds insights; what that stands on is imported only where there is something."""
    given = tuple(insights)
    if not given:
        return None
    from otel_monitoring.reports.insights.given import given_insights

    return given_insights(given)


def _join(running: Running, app: Any, settings: Settings, rules: Sequence[AlertRule]) -> Monitoring:
    from otel_monitoring.settings import differences

    different = differences(running.settings, settings)
    if different:
        _log.warning(
            "setup_telemetry was called again with other settings, which are not used: %s",
            "; ".join(different),
        )
    if rules:
        _warn_of_new(running.monitoring, rules)
    if app is not None and not running.has(app):
        running.instrument(app)
    return running.monitoring


def _warn_of_new_insights(running: Running, insights: Given | None) -> None:
    if insights is None:
        return
    known = () if running.insights is None else running.insights.all()
    new = [one.name for one in insights.all() if one not in known]
    if new:
        _log.warning(
            "setup_telemetry was called again with other insights, which are not used: %s", ", ".join(new)
        )


def _warn_of_new_access(running: Running, access: Callable[[Any], object] | None) -> None:
    if access is not None and access != running.access:
        _log.warning("setup_telemetry was called again with another access function, which is not used")


def _warn_of_new_slos(running: Running, slos: Sequence[SLO]) -> None:
    new = [slo.name for slo in slos if slo not in running.slos]
    if new:
        _log.warning(
            "setup_telemetry was called again with other service levels, which are not used: %s",
            ", ".join(new),
        )


def _warn_of_new(monitoring: Monitoring, rules: Sequence[AlertRule]) -> None:
    known = monitoring.rules.own()
    new = [rule.name for rule in rules if rule not in known]
    if new:
        _log.warning(
            "setup_telemetry was called again with other rules, which are not used: %s; "
            "monitoring.rules.put(rule) adds one",
            ", ".join(new),
        )
