"""``otel-monitoring status`` and ``system`` against a real application."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.system import SystemSource, system_router
from otel_monitoring.reports.system.desk import SystemDesk
from otel_monitoring.testing import FakeClock
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.system.machine_at_hand import END_MS, query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run
    from tests.cli.served import Served


def test_status_says_who_answers_and_what_was_set(run: Run, served: Served) -> None:
    result = run("status", "--url", served.url)

    assert result.exit_code == 0, result.output
    lines = {line.split("  ")[0]: line for line in result.stdout.splitlines()}
    assert "rules" in lines
    assert "system" in lines["switched off"]
    assert "set api.token" in result.stdout
    assert TOKEN not in result.stdout


@pytest.fixture
def troubled(served: Served) -> Served:
    """Give the application after a message to somebody who does not answer."""
    served.call("POST", "/receivers/dead/test")
    return served


def test_status_names_what_is_not_fine_and_what_to_do(run: Run, troubled: Served) -> None:
    result = run("status", "--url", troubled.url)

    [messages] = [line for line in result.stdout.splitlines() if line.startswith("messages ")]
    assert "messages over dead/webhook[0] failed in the last 15 minutes" in messages
    assert "otel-monitoring notify check" in messages


def test_programs_get_status_and_pipeline_as_json(run: Run, served: Served) -> None:
    found = json.loads(run("status", "--url", served.url, "--json").stdout)

    assert found["status"]["rules"]["total"] == 3
    assert {"loop", "store"} <= {part["name"] for part in found["pipeline"]["parts"]}


def test_a_check_leaves_with_1_where_something_is_not_fine(run: Run, troubled: Served) -> None:
    assert run("status", "--url", troubled.url, "--check").exit_code == 1


def test_where_nothing_is_measured_it_says_why(run: Run, served: Served) -> None:
    result = run("system", "--url", served.url)

    assert (result.exit_code, result.stdout) == (0, "")
    assert "system.enabled is false" in result.stderr


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Pages of a machine whose memory fills."""
    source = SystemSource(
        desk=SystemDesk(query=query(), interval_s=15),
        own="a",
        machine=lambda: {"host": "h", "system": "s", "architecture": "a", "python": "3"},
        note=lambda _instance: "nothing",
        clock=FakeClock(END_MS),
    )
    with serving(system_router(source)) as found:
        yield found


def test_system_shows_figures_with_their_limits_and_what_they_were(run: Run, url: str) -> None:
    result = run("system", "--url", url, "--token", TOKEN, "--window", "10m", "--section", "memory")

    assert result.exit_code == 0, result.output
    heads, row = (line.split() for line in result.stdout.splitlines())
    assert heads == ["FIGURE", "OF", "NOW", "LIMIT", "LEAST", "MEAN", "MOST"]
    assert row[:4] == ["memory.machine", "-", "2GiB", "4GiB"]


def test_another_process_is_shown_by_its_id(run: Run, url: str) -> None:
    body = json.loads(run("system", "--url", url, "--token", TOKEN, "--instance", "b", "--json").stdout)

    assert body["instance"] == "b"


def test_a_section_that_does_not_exist_is_an_error(run: Run, url: str) -> None:
    result = run("system", "--url", url, "--token", TOKEN, "--section", "weather")

    assert result.exit_code == 1
    assert "section" in result.error
