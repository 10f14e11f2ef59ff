"""What the series service records: every kind of instrument, ordinary and odd names, units and attributes."""

from __future__ import annotations

from typing import Any

SCOPE = "shop.odd"
ODD_NAMES = [
    # name, unit, kind
    ("requests", "1", "counter"),
    ("http.total.requests", "", "counter"),
    ("orders", "{order}", "counter"),
    ("process.time.spent", "s", "counter"),
    ("disk.io.seconds.total", "s", "counter"),
    ("money.spent", "EUR/mo", "counter"),
    ("queue.length", "{item}", "updown"),
    ("memory.used", "By", "updown"),
    ("pool.share", "1", "updown"),
    ("cpu.share", "1", "gauge"),
    ("ratio.of.hits", "1", "gauge"),
    ("throughput", "By/s", "gauge"),
    ("request.rate", "1/s", "gauge"),
    ("a.seconds.b", "s", "gauge"),
    ("temperature", "Cel", "gauge"),
    ("filled", "%", "gauge"),
    ("speed", "m/s", "gauge"),
    ("bends", "custom unit/d", "gauge"),
    ("duration", "ms", "histogram"),
    ("payload.size", "KiBy", "histogram"),
    ("share.of.time", "1", "histogram"),
    ("Odd--Name./.With__runs_", "", "gauge"),
]
ODD_ATTRIBUTES: list[dict[str, Any]] = [
    {"http.route": "/a", "kind": "plain"},
    {"1st": "digit", "flag": True, "count": 42, "share": 0.25, "huge": 10**18, "empty": ""},
    {"list": ["x", "y"], "numbers": [1, 2], "float": 1e21, "small": 1e-7, "whole": 3.0},
    {"quote": 'a "quoted" \\ text', "lines": "one\ntwo", "accent": "é"},
    {"_private": "yes", "double__under": "x", "trailing_": "y", "a-b..c/d": "z"},
]
REFUSED_ATTRIBUTES: list[dict[str, Any]] = [
    {"a.b": "one", "a_b": "two"},
    {"__name__": "stolen"},
    {"job": "of-mine"},
    {"instance": "other"},
    {"__private": "yes"},
    {"ключ": "wert"},
]
"""What the Collector's Prometheus exporter (0.155) gives no series for; the numbers continue those above."""
