"""``otel-monitoring slo`` against the pages of a real server, and over files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.api.analytics.slos import slos_router
from otel_monitoring.cli.analytics.slo.words import percent
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.reports.slos.slo import SLO, availability
from tests.alerts.slos.test_openslo import INLINE, REFERRED
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.slos.recorded import DAY_MS, HOUR_MS, NOW_MS, Recorded, between

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

CHECKOUT = SLO(name="checkout", target=0.999, sli=availability(route="/pay"), service="shop")
EMPTY = SLO(name="empty", target=0.99, sli=availability(route="/none"))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    recorded = Recorded()
    start_ms = NOW_MS - 5 * DAY_MS
    recorded.record(CHECKOUT, days=31, traffic=between(start_ms, start_ms + HOUR_MS, (1000, 900), (1000, 0)))
    with serving(slos_router(recorded.desk([CHECKOUT, EMPTY]))) as found:
        yield found


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every call have the token."""
    monkeypatch.setenv("OTEL_MONITORING_API__TOKEN", TOKEN)


def test_service_levels_are_listed(run: Run, url: str) -> None:
    outcome = run("slo", "list", "--url", url)

    assert outcome.exit_code == 0, outcome.output
    head, first, second = outcome.stdout.splitlines()
    assert head.split()[:3] == ["STATE", "SLO", "SERVICE"]
    assert first.split()[:5] == ["exhausted", "checkout", "shop", "99.9%", "30d"]
    assert second.startswith("no data")


def test_one_of_them_is_shown_with_its_burn_down(run: Run, url: str) -> None:
    outcome = run("slo", "show", "checkout", "--url", url)

    assert outcome.exit_code == 0, outcome.output
    assert outcome.stdout.startswith("checkout: 99.875% were good over 30d where 99.9% have to be")
    assert "at 14.4x over 1h and 5m" in outcome.stdout
    assert "share of the error budget that was left" in outcome.stdout


def test_one_without_events_has_no_chart(run: Run, url: str) -> None:
    outcome = run("slo", "show", "empty", "--url", url)

    assert "there were no events over 30d" in outcome.stdout
    assert "error budget that was left" not in outcome.stdout


def test_a_month_that_was_not_met_ends_with_one(run: Run, url: str) -> None:
    outcome = run("slo", "report", "--month", "2026-10", "--url", url)

    assert outcome.exit_code == 1
    lines = outcome.stdout.splitlines()
    assert lines[1].split()[:6] == ["checkout", "2026-10", "so", "far", "no", "99.9%"]
    assert "2026-10-16 00:00Z" in lines[5]
    assert "90%" in lines[5]


def test_a_month_without_events_is_no_breach(run: Run, url: str) -> None:
    assert run("slo", "report", "empty", "--url", url).exit_code == 0


def test_an_unknown_name_is_said(run: Run, url: str) -> None:
    assert "expected one of checkout, empty" in run("slo", "show", "cart", "--url", url).error


@pytest.mark.parametrize("words", [["list"], ["show", "checkout"], ["report", "empty"]])
def test_programs_get_json(run: Run, url: str, words: list[str]) -> None:
    outcome = run("slo", *words, "--json", "--url", url)

    assert json.loads(outcome.stdout)


def test_an_application_exports_its_rules(run: Run, url: str) -> None:
    assert run("slo", "export", "--url", url).stdout == "groups: []\n"


def test_files_are_exported_without_an_application(run: Run, tmp_path: Path) -> None:
    (tmp_path / "slos.yml").write_text(f"{INLINE}---{REFERRED}")

    outcome = run("slo", "export", str(tmp_path / "slos.yml"))

    file = parse_rules(outcome.stdout, source="out", check_expr=parse)
    assert [group.name for group in file.groups][:2] == ["slo-checkout", "slo-checkout-budget"]


@pytest.mark.parametrize(
    ("ratio", "shown"), [(0.99875, "99.875%"), (-18.7, "-1,870%"), (None, "-"), (0, "0%")]
)
def test_shares_are_read_without_exponents(ratio: float | None, shown: str) -> None:
    assert percent(ratio) == shown


def test_good_files_are_told_what_they_say(run: Run, tmp_path: Path) -> None:
    (tmp_path / "slos.yml").write_text(INLINE)

    outcome = run("slo", "check", str(tmp_path / "slos.yml"))

    assert outcome.stdout == "SUCCESS: 1 service levels found\n  checkout: 99.9% over 28d\n"


def test_bad_files_end_with_one_and_the_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "slos.yml").write_text(INLINE.replace("0.999", "99.9"))

    outcome = run("slo", "check", str(tmp_path / "slos.yml"))

    assert outcome.exit_code == 1
    assert "target is 99.9: expected a share above 0 and below 1" in outcome.output
