"""``status``: what answers here, and by which routes it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse

from otel_monitoring._version import __version__
from otel_monitoring.api.alertmanager.answer import answer, time_text
from otel_monitoring.model.durations import format_duration

if TYPE_CHECKING:
    from starlette.responses import Response

    from otel_monitoring.alerts.routing.config import Route, RoutingConfig
    from otel_monitoring.api.alertmanager.parameters import Parameters
    from otel_monitoring.api.desk import AlertDesk

RELEASE = "0.34.1"
"""The release of Alertmanager whose answers are kept to."""

_SHORTEST_S = 1.0
_LONGEST_S = 100 * 365 * 86_400.0
_ABOUT = "# The routes in force. What channels send, and to where, is not shown.\n"


def status(desk: AlertDesk, _given: Parameters) -> Response:
    """Answer ``GET status``; there is no cluster."""
    return answer(
        {
            "cluster": {"peers": [], "status": "disabled"},
            "config": {"original": configuration(desk.routing())},
            "uptime": time_text(desk.started_ms),
            "versionInfo": {
                "branch": "otel_monitoring",
                "buildDate": "",
                "buildUser": "",
                "goVersion": "",
                "revision": __version__,
                "version": RELEASE,
            },
        }
    )


def metrics() -> Response:
    """Answer ``GET /metrics`` with what clients look for there: the release."""
    labels = f'branch="otel_monitoring",revision="{__version__}",version="{RELEASE}"'
    text = f"# TYPE alertmanager_build_info gauge\nalertmanager_build_info{{{labels}}} 1\n"
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


def configuration(config: RoutingConfig) -> str:
    """Return a configuration as YAML that Alertmanager's tools read; without channels, so without secrets."""
    import yaml

    intervals = [{"name": name, "time_intervals": []} for name in config.time_intervals]
    rules = [
        {
            "source_matchers": [str(one) for one in rule.source],
            "target_matchers": [str(one) for one in rule.target],
            "equal": list(rule.equal),
        }
        for rule in config.inhibit_rules
    ]
    stated: dict[str, Any] = {"route": _route(config.route, is_root=True)}
    if rules:
        stated["inhibit_rules"] = rules
    stated["receivers"] = [{"name": one.name} for one in config.receivers]
    if intervals:
        stated["time_intervals"] = intervals
    text: str = yaml.safe_dump(stated, sort_keys=False, allow_unicode=True)
    return _ABOUT + text


def _route(route: Route, *, is_root: bool = False) -> dict[str, Any]:
    timing = route.timing
    stated: dict[str, Any] = {
        "receiver": route.receiver,
        "group_by": ["..."] if route.group_by is None else list(route.group_by),
        "matchers": [] if is_root else [str(one) for one in route.matchers],
        "continue": route.goes_on,
        "mute_time_intervals": list(route.mute_intervals),
        "active_time_intervals": list(route.active_intervals),
        "group_wait": _duration(timing.group_wait_s, least_s=0),
        "group_interval": _duration(timing.group_interval_s, least_s=_SHORTEST_S),
        "repeat_interval": _duration(timing.repeat_interval_s, least_s=_SHORTEST_S),
        "routes": [_route(child) for child in route.routes],
    }
    return {name: value for name, value in stated.items() if value not in ([], False)}


def _duration(seconds: float, *, least_s: float) -> str:
    return format_duration(round(min(max(seconds, least_s), _LONGEST_S) * 1000))
