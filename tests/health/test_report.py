"""When a status changes, and when the application is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.health.check import Health, Pace
from otel_monitoring.health.report import CheckResult, readiness

if TYPE_CHECKING:
    from otel_monitoring.health.check import Status
    from otel_monitoring.health.report import Phase

WORDS: dict[str, Status] = {"h": "healthy", "d": "degraded", "u": "unhealthy"}


def unknown(name: str = "db", *, critical: bool = True) -> CheckResult:
    return CheckResult(name, None, "", critical, None, None, 0.0)


def run(results: str, *, failures: int = 1, successes: int = 1) -> str:
    """Return the statuses after runs that found the words of ``results``."""
    pace, result, seen = Pace(failures=failures, successes=successes), unknown(), ""
    for number, letter in enumerate(results):
        result = result.after(Health(WORDS[letter]), pace=pace, at_ms=number, latency_s=0.1)
        seen += (result.status or "?")[0]
    return seen


@pytest.mark.parametrize(
    ("results", "failures", "successes", "statuses"),
    [
        ("huh", 1, 1, "huh"),
        ("huhuuuh", 3, 1, "hhhhhuh"),
        ("uhhh", 3, 2, "uuhh"),
        ("uhuhh", 1, 2, "uuuuh"),
        ("hddh", 3, 3, "hddh"),
        ("duuu", 2, 1, "dduu"),
        ("uddh", 1, 2, "uudh"),
    ],
    ids=[
        "at-once",
        "three-failures",
        "the-first-run-decides",
        "two-successes",
        "degraded-is-no-failure",
        "it-stays-degraded",
        "it-comes-back-degraded",
    ],
)
def test_a_status_changes_after_enough_runs_in_a_row(
    results: str, failures: int, successes: int, statuses: str
) -> None:
    assert run(results, failures=failures, successes=successes) == statuses


@given(st.text("hdu", max_size=40), st.integers(1, 4), st.integers(1, 4))
def test_it_is_unhealthy_as_a_plain_look_back_says(results: str, failures: int, successes: int) -> None:
    """Down after so many failures in a row or a first one, up after so many that did not fail."""
    is_down, expected = False, []
    for end in range(1, len(results) + 1):
        past = results[:end]
        if past == "u" or past.endswith("u" * failures):
            is_down = True
        elif len(past) >= successes and "u" not in past[-successes:]:
            is_down = False
        expected.append(is_down)

    assert [status == "u" for status in run(results, failures=failures, successes=successes)] == expected


def test_the_time_of_a_change_is_kept_until_the_next() -> None:
    pace, result, seen = Pace(failures=2), unknown(), []
    for at_ms, status in enumerate(("healthy", "unhealthy", "unhealthy", "unhealthy"), 1):
        result = result.after(Health(WORDS[status[0]], status), pace=pace, at_ms=at_ms, latency_s=0.1)
        seen.append((result.status, result.changed_at_ms, result.failures, result.message))

    assert seen == [
        ("healthy", 1, 0, "healthy"),
        ("healthy", 1, 1, "unhealthy"),
        ("unhealthy", 3, 2, "unhealthy"),
        ("unhealthy", 3, 3, "unhealthy"),
    ]


@pytest.mark.parametrize(
    ("phase", "results", "reasons"),
    [
        ("serving", [], ()),
        ("starting", [], ("the application is starting",)),
        ("draining", [], ("the application is draining",)),
        ("serving", [unknown()], ("db has no result yet",)),
        ("serving", [unknown("mail", critical=False)], ()),
        ("serving", [CheckResult("db", "unhealthy", "", True, 1, 1, 0.0)], ("db is unhealthy",)),
        ("serving", [CheckResult("db", "degraded", "", True, 1, 1, 0.0)], ()),
        ("serving", [CheckResult("mail", "unhealthy", "", False, 1, 1, 0.0)], ()),
    ],
)
def test_it_is_ready_while_it_serves_and_no_critical_check_is_against_it(
    phase: Phase, results: list[CheckResult], reasons: tuple[str, ...]
) -> None:
    found = readiness(phase, results)

    assert found.reasons == reasons
    assert found.is_ready is not bool(reasons)
