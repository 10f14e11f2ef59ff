"""``otel-monitoring query`` against a served API over a real store."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from otel_monitoring.api.prometheus.application import prometheus_app
from otel_monitoring.cli.chart import chart
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.result import Series
from tests.api.prometheus.test_application import T_MS, sources
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run

AT = "2023-11-14T22:13:20Z"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = Starlette(routes=[Mount("/monitoring/prometheus", prometheus_app(sources()))])
    port = free_ports(1)[0]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started, what="the API")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_an_application_is_found_by_its_address(run: Run, url: str) -> None:
    for address in (
        url,
        f"{url}/monitoring",
        f"{url}/monitoring/prometheus",
        f"{url}/monitoring/prometheus/api/v1",
    ):
        result = run("query", "orders_total", "--url", address, "--time", AT)

        assert (result.exit_code, result.stdout.split()) == (
            0,
            ["__name__", "shop", "value", "orders_total", "a", "4", "orders_total", "b", "+Inf"],
        )


def test_json_has_the_series_and_what_is_known_of_them(run: Run, url: str) -> None:
    result = run("query", "orders_total", "--url", url, "--time", str(T_MS / 1000), "--format", "json")

    assert json.loads(result.output)["series"][1] == {
        "labels": {"__name__": "orders_total", "shop": "b"},
        "values": [["2023-11-14T22:13:20.000Z", "+Inf"]],
    }


def test_from_where_the_samples_came_is_said(run: Run, url: str) -> None:
    words = ("query", "orders_total", "--url", url, "--time", AT)

    assert run(*words).stderr == "read from: memory\n"
    found = json.loads(run(*words, "--json").stdout)
    assert (found["tiers"], found["warnings"], found["infos"]) == (["memory"], [], [])


def test_csv_has_a_row_a_sample(run: Run, url: str) -> None:
    result = run(
        "query",
        "orders_total{shop='a'}",
        "-u",
        url,
        "--time",
        AT,
        "--since",
        "1m",
        "--step",
        "60",
        "-f",
        "csv",
    )

    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["__name__", "shop", "time", "value"],
        ["orders_total", "a", "2023-11-14T22:12:20.000Z", "1"],
        ["orders_total", "a", "2023-11-14T22:13:20.000Z", "4"],
    ]


def test_the_table_of_a_range_has_figures(run: Run, url: str) -> None:
    result = run(
        "query",
        "time() - 1700000000",
        "-u",
        url,
        "--start",
        str(T_MS / 1000),
        "--end",
        "1700000010",
        "--step",
        "5s",
    )

    assert result.output.split() == ["samples", "min", "mean", "max", "last", "3", "0", "5", "10", "10"]


def test_a_chart_of_a_range_has_a_legend(run: Run, url: str) -> None:
    result = run("query", "time()", "-u", url, "--since", "1m", "--format", "chart")

    assert result.exit_code == 0
    assert "{}" in result.output.splitlines()[-1]
    assert len(result.output.splitlines()) == 18


def test_a_scalar_and_a_text_are_shown(run: Run, url: str) -> None:
    assert run("query", "1 / 4", "-u", url).output.split() == ["value", "0.25"]
    assert run("query", '"x"', "-u", url).output.split() == ["value", "x"]


def test_nothing_found_is_no_error(run: Run, url: str) -> None:
    result = run("query", "nobody", "-u", url)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no series\n")


def test_an_error_names_the_server_and_marks_the_place(run: Run, url: str) -> None:
    result = run("query", "sum(", "-u", url)

    assert result.exit_code == 1
    assert f'{url}/monitoring/prometheus answered 400: bad_data: invalid parameter "query": ' in result.stderr
    assert result.stderr.endswith("\n  sum(\n      ^\n")


def test_warnings_go_to_standard_error(run: Run, url: str) -> None:
    result = run("query", "quantile(2, orders_total)", "-u", url, "--time", AT)

    assert "quantile value should be between 0 and 1" in result.stderr


def test_a_server_that_is_not_there_is_named(run: Run) -> None:
    result = run("query", "1", "-u", f"localhost:{free_ports(1)[0]}")

    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--time", "yesterday"], "'yesterday' is no time"),
        (["--since", "1x"], "'1x' is not a valid duration"),
        (["--since", "0s"], "no duration above zero"),
        (["--start", "1700000001", "--end", "1700000000"], "is after the end"),
        (["--header", "nocolon"], "is not of the form"),
        (["--token-file", "/nobody/has/this"], "cannot be read"),
        (["--format", "chart"], "a chart needs a range"),
    ],
)
def test_a_wrong_option_is_named(run: Run, url: str, options: list[str], message: str) -> None:
    result = run("query", "1", "-u", url, *options)

    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


def line(*values: float, **labels: str) -> Series:
    import numpy as np

    times_ms = np.arange(len(values), dtype=np.int64) * 60_000
    return Series(Labels.of(labels), times_ms, np.array(values))


def test_a_rising_line_ends_at_the_top_right() -> None:
    rows = [text.plain for text in chart([line(0.0, 1.0, 2.0)], width=40)]

    assert rows[0].rstrip()[-1] not in "│ "
    assert len(rows[0].rstrip()) == 40
    assert rows[13].split("│")[1][0] != " "


def test_a_terminal_without_braille_gets_stars() -> None:
    rows = [text.plain for text in chart([line(1.0, 1.0)], width=40, braille=False)]

    assert all(row.isascii() for row in rows)
    assert sum("*" in row for row in rows) == 1


def test_what_is_not_finite_is_a_gap() -> None:
    rows = chart([line(1.0, float("nan"), 1.0)], width=40)
    whole = chart([line(1.0, 1.0, 1.0)], width=40)

    def marks(texts: Any) -> int:
        return sum(
            ord(character) > 0x2800 for text in texts for character in text.plain if ord(character) < 0x2900
        )

    assert marks(rows) < marks(whole)
    assert chart([line(float("inf"))], width=40)[0].plain == "no finite value to draw"


def test_the_largest_numbers_that_there_are_can_be_drawn() -> None:
    rows = chart([line(-1.7e308, 1.7e308), line(1.7e308, 1.7e308)], width=40)

    assert len(rows) == 16


def test_times_of_days_have_their_dates() -> None:
    import numpy as np

    days = Series(Labels.of(), np.array([0, 3 * 86_400_000], dtype=np.int64), np.array([1.0, 2.0]))

    assert re.search(r"01-0\d \d\d:\d\d", chart([days], width=60)[-1].plain)


def test_times_below_a_chart_keep_their_distance() -> None:
    import numpy as np

    days = Series(Labels.of(), np.array([0, 6 * 86_400_000], dtype=np.int64), np.array([1.0, 2.0]))

    for width in range(40, 120):
        below = chart([days], width=width)[-1].plain
        assert re.fullmatch(r"\s+(\d\d-\d\d \d\d:\d\d(\s{2,}|$))+", below)
        assert len(below) <= width
