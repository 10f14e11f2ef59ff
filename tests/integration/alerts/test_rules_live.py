"""The same rule file for a minute in a live application and in the Prometheus that scrapes it.

Both are asked for their alerts twice a second. What is compared are episodes: an alert from the time at which
it became active, with the states that it had, how long it fired and what its annotations said at last.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from tests.integration.servers import eventually, free_ports, missed_evaluations, program

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = Path(__file__).with_name("live_app.py")
SETTLED_S, LASTS_S = 4.0, 62.0
MOST_TRIES = 3
"""How often Prometheus may say itself that it missed something, as where the machine stood still."""
NEAR_S = 3.5
"""One interval each for collecting, evaluating and asking, and some for a busy machine."""

RULES = """
groups:
  - name: one
    rules:
      - {record: "shop:queue:max", expr: "max by (shop) (queue)"}
      - alert: Long
        expr: "shop:queue:max > 5"
        for: 4s
        keep_firing_for: 9s
        annotations: {summary: "{{ $labels.shop }} has {{ $value }} in {{ $externalLabels.region }}"}
      - alert: Short
        expr: "max by (shop) (queue) == 7"
        labels: {severity: "{{ if gt $value 5.0 }}page{{ end }}", nothing: "{{ $labels.nobody }}"}
        annotations:
          all: '{{ range query "shop:queue:max > 5" | sortByLabel "shop" }}{{ .Labels.shop }}{{ end }}'
      - {alert: Gone, expr: 'absent(queue{shop="b"})', for: 2s, annotations: {bad: "{{ query `1 +` }}"}}
      - {alert: Told, expr: 'count(ALERTS{alertname="Long", alertstate="firing"}) > 0'}
  - name: late
    query_offset: 3s
    rules: [{alert: Late, expr: "shop:queue:max > 5"}]
  - name: few
    limit: 1
    rules: [{alert: Few, expr: "max by (shop) (queue) > 5"}]
"""
EPISODES = {
    ("Long", "a"): 1,
    ("Long", "b"): 1,
    ("Short", "b"): 2,
    ("Gone", "b"): 1,
    ("Told", ""): 1,
    ("Late", "a"): 2,
    ("Late", "b"): 2,
}
"""How often each alert comes while it is watched; of ``Few`` that hangs on the limit."""


@dataclass(slots=True)
class Episode:
    """One time that an alert was active.

    Attributes:
        active_at_s: Since when, Unix seconds.
        states: Its states in order.
        fired_s: When it was first and last seen firing.
        annotations: What was said of it at last.
    """

    active_at_s: float
    states: list[str] = field(default_factory=list)
    fired_s: list[float] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)

    def saw(self, alert: dict[str, Any], at_s: float) -> None:
        state, self.annotations = alert["state"], alert["annotations"]
        if not self.states or self.states[-1] != state:
            self.states.append(state)
        if state == "firing":
            self.fired_s = [*self.fired_s[:1], at_s]


class Watch:
    """The episodes that one side shows."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url, self._headers = url, headers
        self._found: dict[tuple[tuple[str, str], ...], dict[float, Episode]] = defaultdict(dict)

    def look(self, at_s: float) -> None:
        answer = httpx.get(self._url, headers=self._headers, timeout=30).raise_for_status().json()
        for alert in answer["data"]["alerts"]:
            active_at_s = round(datetime.fromisoformat(alert["activeAt"]).timestamp(), 1)
            episodes = self._found[tuple(sorted(alert["labels"].items()))]
            episodes.setdefault(active_at_s, Episode(active_at_s)).saw(alert, at_s)

    def episodes(self, since_s: float) -> dict[tuple[tuple[str, str], ...], list[Episode]]:
        kept = {
            labels: [one for at_s, one in sorted(found.items()) if at_s > since_s]
            for labels, found in self._found.items()
        }
        return {labels: episodes for labels, episodes in kept.items() if episodes}


@contextlib.contextmanager
def process(*command: str, log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            started.terminate()
            started.wait(60)


def prometheus(folder: Path, port: int, target: int) -> list[str]:
    job = {
        "job_name": "live",
        "honor_labels": True,
        "metrics_path": "/monitoring/metrics",
        "authorization": {"credentials": "live"},
        "static_configs": [{"targets": [f"127.0.0.1:{target}"]}],
        "metric_relabel_configs": [{"source_labels": ["__name__"], "regex": "queue", "action": "keep"}],
    }
    times = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    document = {
        "global": {**times, "external_labels": {"region": "north"}},
        "rule_files": ["rules.yml"],
        "scrape_configs": [job],
    }
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(document))
    return [
        str(program("prometheus")),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    ]


@pytest.mark.integration
@pytest.mark.timeout(420)
def test_a_live_application_and_prometheus_have_the_same_alerts(tmp_path: Path) -> None:
    """S2.1, S2.3, S2.4, S2.8, S3.1 to S3.9, S4.1 to S4.4, S5.1, S5.3."""
    (tmp_path / "rules.yml").write_text(RULES)
    theirs_port, ours_port = free_ports(2)
    theirs_url, ours_url = f"http://127.0.0.1:{theirs_port}", f"http://127.0.0.1:{ours_port}/monitoring"
    bearer = {"Authorization": "Bearer live"}
    sides: tuple[tuple[str, dict[str, str]], ...] = ((theirs_url, {}), (f"{ours_url}/prometheus", bearer))
    theirs, ours = (Watch(f"{url}/api/v1/alerts", headers) for url, headers in sides)

    with process(*prometheus(tmp_path, theirs_port, ours_port), log=tmp_path / "prometheus.log"):
        eventually(lambda: ready(f"{theirs_url}/-/ready", {}), what="Prometheus")
        app = (sys.executable, str(APP), str(ours_port), str(tmp_path / "rules.yml"))
        with process(*app, log=tmp_path / "app.log"):
            eventually(lambda: ready(f"{ours_url}/alerts", bearer), what="the application")
            for _ in range(MOST_TRIES):
                missed = missed_evaluations(theirs_url)
                begin_s = float(httpx.post(f"http://127.0.0.1:{ours_port}/begin", timeout=30).text)
                while time.time() < begin_s + LASTS_S:
                    for side in (theirs, ours):
                        side.look(time.time())
                    time.sleep(0.4)
                counted = [series_seen(url, headers) for url, headers in sides]
                if was_answered(theirs_url) and missed_evaluations(theirs_url) == missed:
                    break

    expected, found = (side.episodes(begin_s + SETTLED_S) for side in (theirs, ours))
    assert found.keys() == expected.keys()
    for labels, episodes in expected.items():
        assert_near(dict(labels), episodes, found[labels])
    names = {(dict(one)["alertname"], dict(one).get("shop", "")): len(found[one]) for one in found}
    assert {name: many for name, many in names.items() if name[0] != "Few"} == EPISODES
    assert ("Few", "a") in names
    assert counted[0].keys() == counted[1].keys()
    for series, many in counted[0].items():
        assert abs(many - counted[1][series]) <= 2 * NEAR_S + 1, series


def assert_near(labels: dict[str, str], expected: list[Episode], found: list[Episode]) -> None:
    assert len(found) == len(expected), (labels, expected, found)
    for theirs, ours in zip(expected, found, strict=True):
        said = (labels, theirs, ours)
        assert abs(ours.active_at_s - theirs.active_at_s) <= NEAR_S, said
        assert ours.states == theirs.states, said
        assert len(ours.fired_s) == len(theirs.fired_s), said
        for mine, other in zip(ours.fired_s, theirs.fired_s, strict=True):
            assert abs(mine - other) <= NEAR_S, said
        assert without_words(ours.annotations) == without_words(theirs.annotations), said


def without_words(annotations: dict[str, str]) -> dict[str, str]:
    """Leave of an error nothing but that it is one."""
    return {name: text[:26] if text.startswith("<error") else text for name, text in annotations.items()}


def ready(url: str, headers: dict[str, str]) -> bool:
    try:
        return httpx.get(url, headers=headers, timeout=2).is_success
    except httpx.TransportError:
        return False


def was_answered(url: str) -> bool:
    """Tell whether a Prometheus had an answer in time to each of its scrapes."""
    query = f"min_over_time(up[{LASTS_S:.0f}s]) == 1"
    answer = httpx.get(f"{url}/api/v1/query", params={"query": query}, timeout=30).raise_for_status().json()
    return bool(answer["data"]["result"])


def series_seen(url: str, headers: dict[str, str]) -> dict[tuple[tuple[str, str], ...], float]:
    """Return how many samples each series has that rules wrote in the last 50 seconds."""
    names = ("ALERTS", "ALERTS_FOR_STATE", "shop:queue:max")
    seen = {}
    for name in names:
        query = f'count_over_time({name}{{alertname!="Few"}}[50s])'
        answer = httpx.get(f"{url}/api/v1/query", params={"query": query}, headers=headers, timeout=30)
        for one in answer.raise_for_status().json()["data"]["result"]:
            seen[("series", name), *sorted(one["metric"].items())] = float(one["value"][1])
    return seen
