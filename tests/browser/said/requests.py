"""What the overview and the pages of endpoints and processes say."""

from __future__ import annotations

from typing import Any

from tests.browser.figures import count, duration, quantity, share, size
from tests.browser.said.facts import Facts, values_of


def overview(answer: Any) -> Facts:
    requests, counts = answer["requests"]["data"]["now"], answer["counts"]["data"]
    system = answer["system"]["data"]
    return [
        ("a minute", count(requests["perMinute"])),
        ("failed", share(requests["errorRate"])),
        ("95 of 100 within", duration(requests["latencySeconds"]["p95"])),
        ("Processors", share(system["cpu"])),
        ("Fullest disk", share(system["disk"])),
        ("Memory of the application", size(system["processBytes"])),
        ("process" if counts["processes"] == 1 else "processes", count(counts["processes"])),
        *[(name, count(counts[name])) for name in ("series", "rules")],
        *[(one["name"], one["state"]) for one in answer["slos"]["data"]["slos"]],
        *[alert["rule"] for alert in answer["alerts"]["data"]["alerts"] if alert["state"] == "firing"],
        *[
            (f"{one['method']} {one['route']}", quantity(one["value"], unit))
            for name, unit in (("errorRate", "1"), ("latency", "s"), ("totalSeconds", "s"))
            for one in answer["endpoints"]["data"]["worst"][name][:5]
        ],
    ]


def endpoints(answer: Any) -> Facts:
    return [
        (
            f"{one['method']} {one['route']}",
            count(one["requests"]),
            count(one["perMinute"]),
            share(one["errorRate"]),
            *[duration(one["latencySeconds"][name]) for name in ("p50", "p95", "p99")],
            share(one["timeShare"]),
        )
        for one in answer["endpoints"]
    ]


def endpoint(answer: Any) -> Facts:
    now = answer["now"]
    took = now["latencySeconds"]
    figures = [
        ("Requests a minute", count(now["perMinute"])),
        ("Requests in all", count(now["requests"])),
        ("Failed", share(now["errorRate"])),
        ("Mean", duration(took["mean"])),
        ("95 of 100 within", duration(took["p95"])),
        ("99 of 100 within", duration(took["p99"])),
    ]
    return [
        tuple(text for figure in figures for text in figure),
        *[(one["status"], count(one["requests"]), share(one["share"])) for one in answer["statuses"]],
    ]


def instances(answer: Any) -> Facts:
    return [
        (
            f"{one['service']} {one['host']} {one['pid']}",
            one["id"][:8],
            one["health"] or one["state"],
            one["version"],
            duration(one["uptimeSeconds"]),
        )
        for one in answer["instances"]
    ]


def processes(answer: Any) -> Facts:
    """Return the golden signals of each process that are asked for its row."""
    found: dict[str, dict[str, float]] = {}
    for one in answer["data"]["result"]:
        values = values_of(one)
        if values:
            known = found.setdefault(one["metric"]["instance"], {})
            known[one["metric"]["line"]] = values[max(values)]
    return [
        (
            instance[:8],
            count(known.get("requests")),
            share(known.get("failed")),
            duration(known.get("p95")),
            share(known.get("processor")),
            size(known.get("memory")),
        )
        for instance, known in found.items()
    ]
