"""``status/*``: what answers here, and how much it holds."""

from __future__ import annotations

import re
import socket
import threading
from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__
from otel_monitoring.api.prometheus import encode
from otel_monitoring.api.prometheus.answer import ApiError, success
from otel_monitoring.model.durations import format_duration
from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources

_LANGUAGE = "3.15.0"
_TOP = 10
_TOP_MAX = 10_000
_WHOLE = re.compile(r"\+?[0-9]{1,18}").fullmatch


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
    """Answer ``status/flags``: those that have a counterpart among our settings."""
    return success(dict(sources.flags))


def runtime(sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/runtimeinfo``; threads stand for goroutines, and no path of the host is told."""
    began = encode.rfc3339(sources.started_ms)
    return success(
        {
            "startTime": began,
            "CWD": "",
            "hostname": socket.gethostname(),
            "serverTime": encode.rfc3339(sources.clock.now_ms()),
            "reloadConfigSuccess": True,
            "lastConfigTime": began,
            "corruptionCount": 0,
            "goroutineCount": threading.active_count(),
            "GOMAXPROCS": 1,
            "GOMEMLIMIT": 0,
            "GOGC": "",
            "GODEBUG": "",
            "storageRetention": format_duration(round(sources.retention_s * 1000)),
        }
    )


def replay(_sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/walreplay``: there is no log to be read first."""
    return success({"min": 0, "max": 0, "current": 0})


def blocks(_sources: Sources, _given: Parameters) -> Response:
    """Answer ``status/tsdb/blocks``: all series are in memory."""
    return success({"blocks": []})


def notifications(_sources: Sources, _given: Parameters) -> Response:
    """Answer ``notifications``: those of a server about itself, which are health checks here."""
    return success([])


def tsdb(sources: Sources, given: Parameters) -> Response:
    """Answer ``status/tsdb``: how many series there are, and of which metrics and labels most."""
    top = _top(given)
    pairs: dict[tuple[str, str], int] = {}
    for labels in sources.series.series(()):
        for pair in labels:
            pairs[pair] = pairs.get(pair, 0) + 1
    values: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for (name, value), many in pairs.items():
        values[name] = values.get(name, 0) + 1
        sizes[name] = sizes.get(name, 0) + many * len(value.encode(errors="replace"))
    named = {value: many for (name, value), many in pairs.items() if name == NAME}
    others = {f"{name}={value}": many for (name, value), many in pairs.items() if name != NAME}
    return success(
        {
            "headStats": _head(sources, label_pairs=len(pairs)),
            "seriesCountByMetricName": _largest(named, top),
            "labelValueCountByLabelName": _largest(values, top),
            "memoryInBytesByLabelName": _largest(sizes, top),
            "seriesCountByLabelValuePair": _largest(others, top),
        }
    )


def _top(given: Parameters) -> int:
    text = given.get("limit")
    if text and (_WHOLE(text) is None or int(text) == 0):
        msg = "limit must be a positive number"
        raise ApiError(msg)
    top = int(text or _TOP)
    if top > _TOP_MAX:
        msg = f"limit must not exceed {_TOP_MAX}"
        raise ApiError(msg)
    return top


def _head(sources: Sources, *, label_pairs: int) -> dict[str, int]:
    series = int(sources.series.stats()["series"])
    newest_ms = max(sources.series.sources().values(), default=0)
    return {
        "numSeries": series,
        "numLabelPairs": label_pairs,
        "chunkCount": series,
        "minTime": max(0, newest_ms - round(sources.retention_s * 1000)),
        "maxTime": newest_ms,
    }


def _largest(counts: Mapping[str, int], top: int) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"name": name, "value": count} for name, count in ordered[:top]]
