"""What the overview and the pages of endpoints and processes say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.browser.figures import count, duration, quantity, share, size

if TYPE_CHECKING:
    from tests.browser.said.facts import Facts

_MOST_ALERTS = 5


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
        *_alerts(answer["alerts"]["data"]),
        *[
            (f"{one['method']} {one['route']}", quantity(one["value"], unit))
            for name, unit in (("errorRate", "1"), ("latency", "s"), ("totalSeconds", "s"))
            for one in answer["endpoints"]["data"]["worst"][name][:5]
        ],
    ]


def _alerts(of: Any) -> Facts:
    others = of["firing"] + of["pending"] - _MOST_ALERTS
    return [
        *[(one["rule"], one["state"]) for one in of["alerts"][:_MOST_ALERTS]],
        *([f"and {others} more"] if others > 0 else []),
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
            *_figures(one["figures"] or {}),
        )
        for one in answer["instances"]
    ]


def _figures(of: dict[str, Any]) -> tuple[str, ...]:
    """Return the golden signals of a process; dashes for what is not known."""
    return (
        count(of.get("perMinute")),
        share(of.get("errorRate")),
        duration(of.get("p95")),
        share(of.get("processor")),
        size(of.get("memoryBytes")),
    )
