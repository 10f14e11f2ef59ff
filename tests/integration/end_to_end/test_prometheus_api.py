"""promtool, Grafana's requests and a real Prometheus beside our HTTP API of Prometheus."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.end_to_end.serving import serving
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.servers import Prometheus

TOKEN = "for-the-pages"
COUNT = "http_server_request_duration_seconds_count"


class Api:
    """Our API in a running application that has answered some requests."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = f"{url}/monitoring/prometheus"
        self.login = folder / "login.yml"
        self.login.write_text(f"authorization:\n  credentials: {TOKEN}\n", encoding="utf-8")

    def ask(self, path: str, *, method: str = "GET", **fields: Any) -> httpx.Response:
        return ask(f"{self.url}{path}", method=method, fields=fields, token=TOKEN)


def ask(url: str, *, fields: dict[str, Any], method: str = "GET", token: str = "") -> httpx.Response:
    where = {"data": fields} if method == "POST" else {"params": fields}
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.request(method, url, headers=headers, timeout=30, **where)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("api")
    environ = {
        "OTEL_SERVICE_NAME": "stock",
        "OTEL_MONITORING_API__TOKEN": TOKEN,
        "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "1",
    }
    with serving("back", folder=folder, environ=environ) as service:
        for number in range(3):
            httpx.get(f"{service.url}/stock/{number}", timeout=30)
        found = Api(service.url, folder)
        eventually(
            lambda: found.ask("/api/v1/query", query=f"{COUNT} >= 3").json()["data"]["result"],
            what="the series of three requests",
        )
        yield found


def promtool_query(promtool: Path, api: Api, kind: str, *arguments: str) -> str:
    command = [str(promtool), "query", kind, f"--http.config.file={api.login}", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_promtool_asks_at_one_time(promtool: Path, api: Api) -> None:
    told = promtool_query(promtool, api, "instant", api.url, f"sum by (http_route) ({COUNT})")

    assert '{http_route="/stock/{number}"} => 3 @' in told


def test_promtool_asks_over_a_range(promtool: Path, api: Api) -> None:
    now_s = int(time.time()) + 1

    told = promtool_query(
        promtool,
        api,
        "range",
        f"--start={now_s}",
        f"--end={now_s + 2}",
        "--step=1s",
        api.url,
        f"sum({COUNT})",
    )

    assert [line.split(" @")[0] for line in told.splitlines() if "@" in line] == ["3", "3", "3"]


def test_promtool_lists_series_and_values(promtool: Path, api: Api) -> None:
    series = promtool_query(promtool, api, "series", "--match=target_info", api.url)
    labels = promtool_query(promtool, api, "labels", api.url, "job")

    assert 'job="stock"' in series
    assert labels.split() == ["stock"]


def test_grafana_finds_the_data_source_healthy(api: Api) -> None:
    """The test button: the build, and a query at the current time, posted as a form."""
    build = api.ask("/api/v1/status/buildinfo").json()["data"]
    health = api.ask("/api/v1/query", method="POST", query="1+1", time=f"{time.time():.3f}")

    assert build["version"].startswith("3.")
    assert health.json()["data"]["resultType"] == "scalar"
    assert health.json()["data"]["result"][1] == "2"


def test_grafana_draws_a_panel_and_fills_a_variable(api: Api) -> None:
    """What its panels send: a posted range aligned to the step; its editor asks for names and metadata."""
    now_s = int(time.time()) + 1
    drawn = api.ask(
        "/api/v1/query_range",
        method="POST",
        query=f"sum(rate({COUNT}[1m]))",
        start=now_s - 60,
        end=now_s,
        step=15,
    ).json()
    values = api.ask(
        "/api/v1/label/__name__/values", start=now_s - 60, end=now_s, **{"match[]": '{job="stock"}'}
    )
    described = api.ask("/api/v1/metadata").json()["data"]
    exemplars = api.ask(
        "/api/v1/query_exemplars", method="POST", query=COUNT, start=now_s - 60, end=now_s
    ).json()

    assert drawn["data"]["resultType"] == "matrix"
    assert COUNT in values.json()["data"]
    assert described["http_server_request_duration_seconds"][0]["type"] == "histogram"
    assert exemplars["status"] == "success"


NOW = {"time": "1700000000"}
SPAN = {"start": "1700000000", "end": "1700000060", "step": "15"}
QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("/api/v1/query", {"query": "1", **NOW}),
    ("/api/v1/query", {"query": '"text"', **NOW}),
    ("/api/v1/query", {"query": "vector(1) / 3", "time": "1700000000.25"}),
    ("/api/v1/query", {"query": "vector(1e-7)", **NOW}),
    ("/api/v1/query", {"query": "vector(1e21)", **NOW}),
    ("/api/v1/query", {"query": "vector(NaN)", **NOW}),
    ("/api/v1/query", {"query": "vector(1)[2m:1m]", **NOW}),
    ("/api/v1/query", {"query": "nobody_has_this", **NOW}),
    (
        "/api/v1/query",
        {"query": 'label_replace(vector(1), "a", "b", "", "")', "time": "2023-11-14T22:13:20Z"},
    ),
    ("/api/v1/query", {"query": "1", "limit": "1", **NOW}),
    ("/api/v1/query_range", {"query": "time()", **SPAN}),
    ("/api/v1/query_range", {"query": "vector(1)", **SPAN, "step": "1m"}),
    ("/api/v1/labels", {"match[]": "nobody_has_this"}),
    ("/api/v1/labels", {"start": "2", "end": "1"}),
    ("/api/v1/series", {"match[]": "nobody_has_this"}),
    ("/api/v1/label/nobody_has_this/values", {}),
    ("/api/v1/query_exemplars", {"query": "nobody_has_this"}),
    ("/api/v1/metadata", {"metric": "nobody_has_this"}),
    ("/api/v1/format_query", {"query": "sum  by(a)(rate(b[5m]))"}),
    ("/api/v1/rules", {"rule_name[]": "nobody_has_this"}),
    ("/api/v1/query", {"query": "1", "lookback_delta": "0", **NOW}),
    ("/api/v1/query", {"query": "1", "lookback_delta": "1h", "timeout": "20s", **NOW}),
    ("/api/v1/query", {"query": "nobody_has_this", "limit": "0", **NOW}),
    ("/api/v1/metadata", {"limit": "0"}),
    *(
        ("/api/v1/parse_query", {"query": query})
        for query in (
            'sum by (a, b) (rate(x{q="1",r=~"z.*"}[5m] offset 1m))',
            "a + on(x) group_left(y) b",
            "a and ignoring(x) b > bool 1",
            "max_over_time(x[5m:1m] @ 10.5 offset -2m)[5m:]",
            'topk without(z) (3, ({a="b", "a.b"}))',
            "-(x @ start()) * scalar(a) ^ 2 - 1.5e300",
            'label_join(round(x), "a", "b", "c", "d")',
        )
    ),
]
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("/api/v1/query", {}),
    ("/api/v1/query", {"query": "sum("}),
    ("/api/v1/query", {"query": "1", "time": "yesterday"}),
    ("/api/v1/query", {"query": "1", "timeout": "soon"}),
    ("/api/v1/query", {"query": "1", "limit": "-1"}),
    ("/api/v1/query_range", {"query": "1"}),
    ("/api/v1/query_range", {"query": "1", **SPAN, "end": "1"}),
    ("/api/v1/query_range", {"query": "1", **SPAN, "step": "0"}),
    ("/api/v1/query_range", {"query": "1", **SPAN, "step": "-15"}),
    ("/api/v1/query_range", {"query": "1", **SPAN, "step": "x"}),
    ("/api/v1/query_range", {"query": "1", **SPAN, "step": "0.001"}),
    ("/api/v1/query_range", {"query": "nobody[5m]", **SPAN}),
    ("/api/v1/query_range", {"query": '"text"', **SPAN}),
    ("/api/v1/series", {}),
    ("/api/v1/series", {"match[]": "a + b"}),
    ("/api/v1/metadata", {"limit": "x"}),
    ("/api/v1/rules", {"type": "x"}),
    ("/api/v1/query_exemplars", {"query": "a", "start": "2", "end": "1"}),
    ("/api/v1/format_query", {"query": "1 +"}),
    ("/api/v1/query", {"query": "1", "timeout": "1e300"}),
    ("/api/v1/query", {"query": "1", "limit": "x"}),
    ("/api/v1/query", {"query": "1", "lookback_delta": "x"}),
    ("/api/v1/query_range", {"query": "1", **SPAN, "lookback_delta": "1e300"}),
    ("/api/v1/query_range", {"query": "1", **SPAN, "limit": "-1"}),
    ("/api/v1/labels", {"limit": "x"}),
    ("/api/v1/label/job/values", {"limit": "-1"}),
    ("/api/v1/series", {"match[]": "up", "limit": "-1"}),
    ("/api/v1/metadata", {"limit_per_metric": "x"}),
    ("/api/v1/rules", {"group_limit": "x"}),
    ("/api/v1/rules", {"group_limit": "0"}),
    ("/api/v1/rules", {"group_next_token": "x"}),
    ("/api/v1/rules", {"group_limit": "1", "group_next_token": "x"}),
    ("/api/v1/rules", {"exclude_alerts": "x"}),
    ("/api/v1/targets/metadata", {"limit": "x"}),
    ("/api/v1/targets/metadata", {"match_target": "x{"}),
    ("/api/v1/status/tsdb", {"limit": "x"}),
    ("/api/v1/status/tsdb", {"limit": "0"}),
    ("/api/v1/status/tsdb", {"limit": "10001"}),
    ("/api/v1/parse_query", {"query": "sum("}),
    ("/api/v1/parse_query", {}),
]


@pytest.mark.parametrize(("path", "fields"), QUERIES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_is_that_of_prometheus(
    prometheus: Prometheus, api: Api, method: str, path: str, fields: dict[str, Any]
) -> None:
    theirs = ask(f"{prometheus.url}{path}", method=method, fields=fields)

    ours = api.ask(path, method=method, **fields)

    assert ours.status_code == theirs.status_code
    if theirs.status_code == 200:
        assert ours.json()["data"] == theirs.json()["data"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/alertmanagers",
        "/api/v1/notifications",
        "/api/v1/scrape_pools",
        "/api/v1/status/config",
        "/api/v1/status/runtimeinfo",
        "/api/v1/status/tsdb",
        "/api/v1/status/tsdb/blocks",
        "/api/v1/status/walreplay",
        "/api/v1/targets",
    ],
)
def test_a_page_has_the_fields_of_prometheus(prometheus: Prometheus, api: Api, path: str) -> None:
    theirs = ask(f"{prometheus.url}{path}", fields={}).json()["data"]

    ours = api.ask(path).json()["data"]

    assert type(ours) is type(theirs)
    assert (set(ours) == set(theirs)) if isinstance(theirs, dict) else True


def test_a_target_and_its_metadata_have_the_fields_of_prometheus(prometheus: Prometheus, api: Api) -> None:
    theirs = ask(f"{prometheus.url}/api/v1/targets", fields={}).json()["data"]["activeTargets"][0]
    described = ask(f"{prometheus.url}/api/v1/targets/metadata", fields={}).json()["data"][0]

    ours = api.ask("/api/v1/targets").json()["data"]["activeTargets"][0]

    assert set(ours) == set(theirs)
    assert set(api.ask("/api/v1/targets/metadata").json()["data"][0]) == set(described)


def test_features_that_are_told_are_known_to_prometheus(prometheus: Prometheus, api: Api) -> None:
    """Ours are some of its groups; functions and operators are the same, on and off alike."""
    theirs = ask(f"{prometheus.url}/api/v1/features", fields={}).json()["data"]

    ours = api.ask("/api/v1/features").json()["data"]

    assert {(group, name) for group in ours for name in ours[group] if name not in theirs[group]} == set()
    assert set(theirs["promql_functions"]) - set(ours["promql_functions"]) <= {"info", "start_timestamp"}
    assert {
        name
        for group in ("promql_functions", "promql_operators")
        for name in ours[group]
        if ours[group][name] != theirs[group][name]
    } == set()


def test_what_a_query_cost_has_the_fields_of_prometheus(prometheus: Prometheus, api: Api) -> None:
    fields = {"query": "sum(vector(1))", "stats": "all", **NOW}
    theirs = ask(f"{prometheus.url}/api/v1/query", fields=fields).json()["data"]["stats"]

    ours = api.ask("/api/v1/query", **fields).json()["data"]["stats"]

    assert set(ours["timings"]) == set(theirs["timings"])
    assert set(ours["samples"]) == set(theirs["samples"])


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
def test_it_says_that_it_is_well_as_prometheus_does(prometheus: Prometheus, api: Api, path: str) -> None:
    theirs = ask(f"{prometheus.url}{path}", fields={})

    ours = api.ask(path)

    assert (ours.status_code, ours.headers["content-type"]) == (200, theirs.headers["content-type"])


@pytest.mark.parametrize(("path", "fields"), WRONG)
def test_an_error_is_that_of_prometheus(
    prometheus: Prometheus, api: Api, path: str, fields: dict[str, Any]
) -> None:
    theirs = ask(f"{prometheus.url}{path}", fields=fields)

    ours = api.ask(path, **fields)

    assert (ours.status_code, ours.json()["errorType"]) == (theirs.status_code, theirs.json()["errorType"])
    assert ours.json()["error"].split(":")[0] == theirs.json()["error"].split(":")[0]
