"""The pages of the dashboard, a line each: where they are, and what they have to say.

What a page says is worked out of the API's own answer to it, so that both are of the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.browser.figures import count, duration, share, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.demo import Demo

Texts = list[str]

_BY_UNIT: dict[str, Callable[[float | None], str]] = {"s": duration, "By": size, "1": share, "": count}


@dataclass(frozen=True, slots=True)
class Place:
    """One page.

    Attributes:
        name: What it is called in test names and pictures.
        path: Where it is, behind the address of the dashboard; ``{}`` stands for what is found.
        answer: What it asks the API for, below the prefix; empty where nothing is compared.
        says: Works out of that answer which texts have to be on the page.
        find: Finds which one it is about, such as the fingerprint of an alert.
    """

    name: str
    path: str
    answer: str = ""
    says: Callable[[Any], Texts] = lambda _: []
    find: Callable[[Demo], str] = lambda _: ""

    def path_of(self, demo: Demo) -> str:
        """Return where it is in this demo."""
        return self.path.replace("{}", self.find(demo))


def _overview(answer: Any) -> Texts:
    requests = answer["requests"]["data"]["now"]
    return [
        count(requests["perMinute"]),
        share(requests["errorRate"]),
        duration(requests["latencySeconds"]["p95"]),
        size(answer["system"]["data"]["processBytes"]),
        *[alert["rule"] for alert in answer["alerts"]["data"]["alerts"] if alert["state"] == "firing"],
        *[worst["route"] for worst in answer["endpoints"]["data"]["worst"]["latency"][:3]],
    ]


def _endpoints(answer: Any) -> Texts:
    return [
        text
        for one in answer["endpoints"]
        for text in (one["route"], share(one["errorRate"]), duration(one["latencySeconds"]["p95"]))
    ]


def _alerts(answer: Any) -> Texts:
    return [alert["rule"] for alert in answer["alerts"] if alert["state"] == "firing"]


def _health(answer: Any) -> Texts:
    return [text for check in answer["checks"] for text in (check["name"], check["status"])]


def _system(answer: Any) -> Texts:
    figures = [figure for section in answer["sections"] for figure in section["figures"]]
    return [
        _BY_UNIT[figure["unit"]](reading["value"])
        for figure in figures
        if figure["unit"] in _BY_UNIT
        for reading in figure["readings"]
    ]


def _instances(answer: Any) -> Texts:
    return [
        text
        for one in answer["instances"]
        if one["state"] == "running"
        for text in (one["host"], str(one["pid"]), one["health"] or one["state"])
    ]


def _slos(answer: Any) -> Texts:
    return [one["name"] for one in answer["slos"]]


def _dashboards(answer: Any) -> Texts:
    return [one["title"] for one in answer["dashboards"]]


def _fingerprint(demo: Demo) -> str:
    alerts = demo.ask("alerts", state="firing")["alerts"]
    return str(next(alert["fingerprint"] for alert in alerts if alert["rule"] == "ShopErrors"))


RATE = "sum(rate(http_server_request_duration_seconds_count%5B1m%5D))"

PLACES = (
    Place("overview", "#/", "dashboard", _overview),
    Place("endpoints", "#/endpoints", "endpoints", _endpoints),
    Place("endpoint", "#/endpoints/POST%20%2Forders"),
    Place("alerts", "#/alerts", "alerts", _alerts),
    Place("alert", "#/alerts/{}", find=_fingerprint),
    Place("alerts-history", "#/alerts/history"),
    Place("alerts-silences", "#/alerts/silences"),
    Place("alerts-rules", "#/alerts/rules"),
    Place("alerts-rule", "#/alerts/rules/ShopErrors"),
    Place("alerts-receivers", "#/alerts/receivers"),
    Place("anomalies", "#/analysis/anomalies"),
    Place("causes", "#/analysis/causes"),
    Place("trends", "#/analysis/trends"),
    Place("forecasts", "#/analysis/forecasts"),
    Place("releases", "#/analysis/releases"),
    Place("insights", "#/analysis/insights"),
    Place("service-levels", "#/analysis/slos", "slos", _slos),
    Place("reports", "#/analysis/reports"),
    Place("health", "#/health", "health", _health),
    Place("system", "#/system", "system", _system),
    Place("instances", "#/instances", "instances", _instances),
    Place("dashboards", "#/dashboards", "dashboards", _dashboards),
    Place("explore", f"#/explore?query={RATE}"),
)


def by_name(name: str) -> Place:
    """Return the page of a name."""
    return next(place for place in PLACES if place.name == name)
