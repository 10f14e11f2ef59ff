"""Service levels from files and from Python, from the one call to the rules that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring import SLO, AlertRule, RuleError, availability, setup_telemetry
from otel_monitoring.bootstrap.analytics.slos import ServiceLevels
from tests.alerts.slos.test_openslo import INLINE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("fresh_process")

QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
}
CHECKOUT = SLO(name="checkout", target=0.99, sli=availability(route="/pay"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "slos.yml"
    path.write_text(INLINE)
    return path


def test_service_levels_of_the_call_run_as_rules() -> None:
    monitoring = setup_telemetry(slos=[CHECKOUT], **QUIET)

    assert "name: slo-checkout\n" in monitoring.rules.export()


def test_service_levels_of_files_run_as_rules(file: Path) -> None:
    monitoring = setup_telemetry(analytics={"slo_files": [str(file)]}, **QUIET)

    assert "alert: SLOBudgetBurnsFast" in monitoring.rules.export()


def test_one_of_the_call_takes_the_place_of_that_of_a_file(file: Path) -> None:
    levels = ServiceLevels(patterns=[str(file)], slos=[CHECKOUT])

    assert levels.read() == (CHECKOUT,)


def test_a_file_with_mistakes_is_refused_at_the_start(file: Path) -> None:
    file.write_text(INLINE.replace("0.999", "99.9"))

    with pytest.raises(RuleError, match=r"slos.yml:\d+:\d+: SLO 'checkout': target is 99.9"):
        setup_telemetry(analytics={"slo_files": [str(file)]}, **QUIET)


def test_a_file_that_turns_bad_leaves_everything_as_it_was(file: Path) -> None:
    monitoring = setup_telemetry(analytics={"slo_files": [str(file)]}, **QUIET)
    before = monitoring.rules.export()
    file.write_text("kind: [")

    with pytest.raises(RuleError):
        monitoring.rules.reload()

    assert monitoring.rules.export() == before


@pytest.mark.parametrize(
    ("slos", "told"),
    [(["checkout"], "slos has 'checkout': expected SLO"), ([CHECKOUT, CHECKOUT], "is there twice")],
)
def test_what_is_no_service_level_is_refused(slos: list[Any], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        setup_telemetry(slos=slos, **QUIET)


def test_its_alerts_can_be_left_out_by_name() -> None:
    monitoring = setup_telemetry(slos=[CHECKOUT], alerts={"disabled": ["SLOWithoutData"]}, **QUIET)

    assert "SLOWithoutData" not in monitoring.rules.export()


def test_rules_of_the_call_run_beside_them() -> None:
    hot = AlertRule(name="Hot", metric="temperature", operator=">", threshold=30)

    text = setup_telemetry(slos=[CHECKOUT], rules=[hot], **QUIET).rules.export()

    assert "alert: Hot" in text
    assert "alert: SLOBudgetBurnsSlowly" in text


def test_a_second_call_warns_of_others_and_not_of_the_same(caplog: pytest.LogCaptureFixture) -> None:
    setup_telemetry(slos=[CHECKOUT], **QUIET)

    setup_telemetry(slos=[CHECKOUT], **QUIET)
    same = caplog.text
    setup_telemetry(slos=[SLO(name="other", target=0.9, sli=availability())], **QUIET)

    assert "service levels" not in same
    assert "other service levels, which are not used: other" in caplog.text
