"""Whatever is asked of several workers, each of them answers the same, and opens to the same token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.lifecycle.load import run_load
from tests.integration.servers import eventually
from tests.integration.storage.workers_load import GUNICORN, forget_ledgers, workers

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from tests.integration.storage.workers_load import Workers

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

RULE = {
    "name": "Served",
    "metric": "otel_monitoring_instances",
    "aggregation": "max",
    "operator": ">",
    "threshold": 0,
}
SILENCE = {"matchers": ["route=/x"], "for": "1h", "createdBy": "ada", "comment": "move"}
ENDED_TWICE = {"running": 4.0, "crashed": 1.0, "stopped": 1.0}
AGREED_S = 240.0
PASSING = {
    "durationSeconds",
    "endsAt",
    "evaluatedAt",
    "evaluationSeconds",
    "evaluationTime",
    "lastEvaluation",
    "lastSeenAt",
    "updatedAt",
    "uptimeSeconds",
}
"""What differs from one moment to the next."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """Workers that nobody gave a token, with a rule and a silence that were made at one of them."""
    folder = tmp_path_factory.mktemp("workers")
    url = f"sqlite:///{folder}/storage.db"
    with alerting(url, folder, has_token=False, with_defaults=False) as found:
        run_load(found.port, requests=200, path="/x")
        found.do("POST", "/monitoring/rules", json=RULE)
        found.do("POST", "/monitoring/silences", json=SILENCE)
        yield found
    forget_ledgers(url)


def alerting(
    url: str, folder: Path, *, has_token: bool = True, with_defaults: bool = True
) -> contextlib.AbstractContextManager[Workers]:
    """Serve the application by workers of which one evaluates the rules, once a second."""
    return workers(
        GUNICORN,
        url=url,
        folder=folder,
        has_token=has_token,
        OTEL_MONITORING_ALERTS__ENABLED="true",
        OTEL_MONITORING_ALERTS__INTERVAL_S="1",
        OTEL_MONITORING_ALERTS__DEFAULT_RULES=str(with_defaults),
    )


def agreed(server: Workers, path: str, *, pick: Callable[[Any], Any]) -> Any:
    """Return what is picked from the answers of all four workers, once it is the same of all."""
    found: list[Any] = []

    def look() -> bool:
        found[:] = [pick(lasting(answer)) for answer in server.from_each(path).values()]
        return bool(found[0]) and all(one == found[0] for one in found)

    eventually(look, timeout_s=AGREED_S, what=f"one answer to {path}")
    return found[0]


def lasting(answer: httpx.Response) -> Any:
    """Return what of an answer does not pass."""
    is_json = "json" in answer.headers["content-type"]
    return without(answer.json() if is_json else answer.text, PASSING)


def without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: without(one, names) for key, one in value.items() if key not in names}
    return [without(one, names) for one in value] if isinstance(value, list) else value


def instances_by_state(server: Workers) -> dict[str, float]:
    """Return how many processes of each state there are, as whoever is asked knows it."""
    query = "max by (state) (otel_monitoring_instances) > 0"
    _, answer = server.ask("/monitoring/prometheus/api/v1/query", query=query)
    return {one["metric"]["state"]: float(one["value"][1]) for one in answer.json()["data"]["result"]}


def named(name: str) -> Callable[[Any], list[Any]]:
    """Return what picks the alerts of one rule from an answer in the form of Prometheus."""
    return lambda answer: [one for one in answer["data"]["alerts"] if one["labels"]["alertname"] == name]


def test_one_of_the_workers_prints_the_token_and_each_opens_to_it(server: Workers) -> None:
    """The fixture asks all four with the one that was printed."""

    def all_four(answer: Any) -> Any:
        return answer["instances"] if len(answer["instances"]) >= 4 else None

    instances = agreed(server, "/monitoring/instances", pick=all_four)

    assert len(server.printed_tokens()) == 1
    assert [one["state"] for one in instances] == ["running"] * 4


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/monitoring/alerts", "Served"),
        ("/monitoring/rules", "Served"),
        ("/monitoring/silences", "ada"),
        ("/monitoring/alertmanager/api/v2/silences", "ada"),
        ("/monitoring/alertmanager/api/v2/alerts", "Served"),
        ("/monitoring/prometheus/api/v1/rules", "Served"),
        ("/monitoring/prometheus/api/v1/alerts", "Served"),
    ],
)
def test_each_worker_answers_the_same(server: Workers, path: str, word: str) -> None:
    """Made at one of them, whichever that was."""
    assert agreed(server, path, pick=lambda answer: answer if word in str(answer) else None)


def test_each_worker_shows_the_same_counters(server: Workers) -> None:
    def served(text: str) -> list[str]:
        return sorted(one for one in text.splitlines() if 'http_route="/x"' in one and "_count{" in one)

    assert agreed(server, "/monitoring/metrics", pick=served)


def test_what_is_removed_at_one_worker_is_gone_at_all(server: Workers) -> None:
    server.do("POST", "/monitoring/rules", json={**RULE, "name": "Short"})
    agreed(server, "/monitoring/rules", pick=lambda answer: "Short" in str(answer))

    server.do("DELETE", "/monitoring/rules/Short")

    assert agreed(server, "/monitoring/rules", pick=lambda answer: "Short" not in str(answer))


def test_the_token_outlives_a_restart(sqlite_url: str, tmp_path: Path) -> None:
    tokens = []
    for _ in range(2):
        with workers(GUNICORN, url=sqlite_url, folder=tmp_path, has_token=False) as server:
            tokens += server.printed_tokens()
            server.stop()

    assert len(tokens) == 2
    assert len(set(tokens)) == 1


def test_a_crash_is_told_of_and_a_planned_end_is_not(sqlite_url: str, tmp_path: Path) -> None:
    with alerting(sqlite_url, tmp_path) as server:
        run_load(server.port, requests=50, path="/x")
        ended, killed, *_ = server.pids(4)
        server.end(ended)
        server.kill(killed)
        eventually(lambda: instances_by_state(server) == ENDED_TWICE, timeout_s=AGREED_S, what="both ends")

        (crash,) = agreed(
            server,
            "/monitoring/prometheus/api/v1/alerts",
            pick=lambda answer: [one for one in named("InstanceCrashed")(answer) if one["state"] == "firing"],
        )

    assert crash["labels"]["crashed_pid"] == str(killed)
    assert crash["labels"]["reason"] in ("killed by SIGKILL", "gone without a word")
    assert crash["annotations"]["summary"].startswith(f"Process {killed} on ")
