"""``targets``, ``targets/metadata``, ``scrape_pools`` and ``alertmanagers``: who is collected from.

Each source of series is a target: this process, another worker, a sender of OTLP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.api.prometheus import encode
from otel_monitoring.api.prometheus.answer import success
from otel_monitoring.api.prometheus.selecting import matchers_of
from otel_monitoring.model.durations import format_duration
from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources

_POOL = "otel_monitoring"
_MISSED = 2
_ENDS = ("", "_bucket", "_sum", "_count")


def targets(sources: Sources, given: Parameters) -> Response:
    """Answer ``targets``: a source is up while it collects."""
    state = given.get("state").lower()
    is_asked = state in ("", "any", "active") and given.get("scrapePool") in ("", _POOL)
    return success(
        {
            "activeTargets": _active(sources) if is_asked else [],
            "droppedTargets": [],
            "droppedTargetCounts": {_POOL: 0},
        }
    )


def metadata(sources: Sources, given: Parameters) -> Response:
    """Answer ``targets/metadata``: what is known of the metrics of each source."""
    limit = given.number("limit", default=-1)
    wanted = given.get("match_target")
    matchers = matchers_of(sources, [wanted], name="match_target")[0] if wanted else ()
    rows = [
        row
        for name in sorted(sources.series.sources())
        if all(one.matches(Labels.of(_labels(name))) for one in matchers)
        for row in _described(sources, name, metric=given.get("metric"))
    ]
    return success(rows if limit < 0 else rows[:limit])


def pools(_sources: Sources, _given: Parameters) -> Response:
    """Answer ``scrape_pools``."""
    return success({"scrapePools": [_POOL]})


def alertmanagers(_sources: Sources, _given: Parameters) -> Response:
    """Answer ``alertmanagers``: none, since alerts go out through channels of our own."""
    return success({"activeAlertmanagers": [], "droppedAlertmanagers": []})


def _active(sources: Sources) -> list[dict[str, Any]]:
    interval_ms = round(sources.collect_interval_s * 1000)
    oldest_ms = sources.clock.now_ms() - _MISSED * interval_ms
    interval = format_duration(interval_ms)
    return [
        {
            "discoveredLabels": {"__address__": name, "job": _POOL},
            "labels": _labels(name),
            "scrapePool": _POOL,
            "scrapeUrl": "",
            "globalUrl": "",
            "lastError": "",
            "lastScrape": encode.rfc3339(newest_ms),
            "lastScrapeDuration": 0,
            "health": "up" if newest_ms > oldest_ms else "down",
            "scrapeInterval": interval,
            "scrapeTimeout": interval,
        }
        for name, newest_ms in sorted(sources.series.sources().items())
    ]


def _labels(source: str) -> dict[str, str]:
    return {"instance": source, "job": _POOL}


def _described(sources: Sources, source: str, *, metric: str) -> Iterator[dict[str, Any]]:
    names = _names(sources, source)
    for name, known in sorted(sources.series.metadata().items()):
        if metric not in ("", name) or not any(name + end in names for end in _ENDS):
            continue
        row: dict[str, Any] = {"target": _labels(source)}
        if not metric:
            row["metric"] = name
        yield {**row, "type": known.type, "help": known.help, "unit": known.unit}


def _names(sources: Sources, source: str) -> set[str]:
    now_ms = sources.clock.now_ms()
    since_ms = now_ms - round(sources.retention_s * 1000)
    return {
        labels.get(NAME)
        for block in sources.series.select((), since_ms, now_ms)
        if block.source == source
        for labels in block.labels
    }
