"""``targets`` and ``status``: who is collected from, and what answers here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__
from otel_monitoring.api.prometheus import encode
from otel_monitoring.api.prometheus.answer import success
from otel_monitoring.model.durations import format_duration
from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from starlette.responses import Response

    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources

_LANGUAGE = "3.15.0"
_MISSED = 2
_TOP = 10


def targets(sources: Sources, given: Parameters) -> Response:
    """Answer ``targets``: each source of series is one, and is up while it collects."""
    interval_ms = round(sources.collect_interval_s * 1000)
    now_ms = sources.clock.now_ms()
    interval = format_duration(interval_ms)
    active = [
        {
            "discoveredLabels": {"__address__": name},
            "labels": {"instance": name, "job": "otel_monitoring"},
            "scrapePool": "otel_monitoring",
            "scrapeUrl": "",
            "globalUrl": "",
            "lastError": "",
            "lastScrape": encode.rfc3339(newest_ms),
            "lastScrapeDuration": 0,
            "health": "up" if newest_ms > now_ms - _MISSED * interval_ms else "down",
            "scrapeInterval": interval,
            "scrapeTimeout": interval,
        }
        for name, newest_ms in sorted(sources.series.sources().items())
    ]
    if given.get("state").lower() == "dropped":
        active = []
    return success({"activeTargets": active, "droppedTargets": [], "droppedTargetCounts": {}})


def build(_sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/buildinfo``: the release of Prometheus whose language and answers are kept to."""
    return success(
        {
            "version": _LANGUAGE,
            "revision": __version__,
            "branch": "otel_monitoring",
            "buildUser": "",
            "buildDate": "",
            "goVersion": "",
        }
    )


def config(_sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/config``: there is no such file here."""
    return success({"yaml": ""})


def flags(sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/flags``."""
    retention = format_duration(round(sources.retention_s * 1000))
    return success({"storage.tsdb.retention.time": retention})


def runtime(sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/runtimeinfo``."""
    return success(
        {
            "serverTime": encode.rfc3339(sources.clock.now_ms()),
            "reloadConfigSuccess": True,
            "storageRetention": format_duration(round(sources.retention_s * 1000)),
        }
    )


def tsdb(sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/tsdb``: how many series there are, and of which metrics most."""
    stats = sources.series.stats()
    counts: dict[str, int] = {}
    values: dict[str, set[str]] = {}
    for labels in sources.series.series(()):
        for name, value in labels:
            values.setdefault(name, set()).add(value)
        counts[labels.get(NAME)] = counts.get(labels.get(NAME), 0) + 1
    return success(
        {
            "headStats": {"numSeries": int(stats["series"]), "numLabelPairs": sum(map(len, values.values()))},
            "seriesCountByMetricName": _largest(counts),
            "labelValueCountByLabelName": _largest({name: len(found) for name, found in values.items()}),
        }
    )


def _largest(counts: dict[str, int]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"name": name, "value": count} for name, count in ordered[:_TOP]]
