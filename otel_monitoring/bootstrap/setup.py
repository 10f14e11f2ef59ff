"""``setup_telemetry``: one call at start-up, and everything is hooked up."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.build import Running
    from otel_monitoring.monitoring.instance import Monitoring
    from otel_monitoring.settings import Settings

_log = logging.getLogger(__name__)

_SEMCONV = "OTEL_SEMCONV_STABILITY_OPT_IN"
_lock = threading.RLock()
_running: list[Running] = []


def setup_telemetry(app: Any = None, *, settings: Settings | None = None, **overrides: Any) -> Monitoring:
    """Make ``app`` observable: traces, metrics, logs, correlation, rules and alerts.

    Call it once at start-up, before the first request. Without ``OTEL_EXPORTER_OTLP_ENDPOINT`` nothing is
    exported and everything else works. A second call with the same settings changes nothing; with others it
    warns and changes nothing either; with another application it instruments that one too.

    Args:
        app: A FastAPI, Starlette or other ASGI application, or ``None`` in scripts and workers. What is
            neither FastAPI nor Starlette cannot be changed in place: serve ``monitoring.app`` then.
        settings: Settings made in code; environment and file fill in what they leave open.
        **overrides: Single settings, such as ``service_name="shop"`` or ``alerts={"interval_s": 5}``.

    Returns:
        The running instance, with ``force_flush(timeout_s=5)`` and ``shutdown(timeout_s=5)``.

    Raises:
        SettingsError: A setting cannot be used; the message names field, value, source and what was
            expected, for all that cannot.
    """
    from otel_monitoring.bootstrap.build import build
    from otel_monitoring.settings import load_settings

    loaded = load_settings(settings=settings, **overrides)
    for warning in loaded.warnings:
        _log.warning("%s", warning)
    with _lock:
        known = running()
        if known is not None:
            return _join(known, app, loaded.settings)
        # The contrib instrumentations read this once, when the first of them is imported.
        os.environ.setdefault(_SEMCONV, "http,database")
        _running[:] = [build(app, loaded, os.environ)]
        return _running[0].monitoring


def running() -> Running | None:
    """Return the instance that runs in this process, if one does."""
    return next((one for one in _running if not one.monitoring.is_shut_down), None)


def _join(running: Running, app: Any, settings: Settings) -> Monitoring:
    from otel_monitoring.settings import differences

    different = differences(running.settings, settings)
    if different:
        _log.warning(
            "setup_telemetry was called again with other settings, which are not used: %s",
            "; ".join(different),
        )
    if app is not None and not running.has(app):
        running.instrument(app)
    return running.monitoring
