"""Probes of rules, messages and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.cli.probes_telling import telling
from tests.cli.patients import found, patient

if TYPE_CHECKING:
    from pathlib import Path

RULES = """\
groups:
- name: shop
  rules:
  - alert: Slow
    expr: latency > 1
"""


@pytest.mark.parametrize(
    ("name", "chosen", "state", "reason"),
    [
        ("alert rules", {}, "on", "groups, every 15 s"),
        ("alert rules", {"alerts__enabled": False}, "off", "is false"),
        ("alert rules", {"alerts__default_rules": False}, "off", "no rules are chosen"),
        ("alert rules", {"alerts__disabled": ["NoSuchRule"]}, "fail", "'NoSuchRule'"),
        ("alert rules", {"alerts__rule_files": ["/no/such.yml"]}, "fail", "No such file"),
        ("messages", {}, "on", "to log://"),
        ("messages", {"notify__channels": ["https://h/hunter2"]}, "on", "to https://**********"),
        ("messages", {"notify__channels": ["https:///hunter2"]}, "fail", "with a host"),
        ("messages", {"notify__channels": []}, "warn", "reach nobody"),
        ("messages", {"notify__channels": ["callable://page"]}, "on", "to the function 'page' that"),
        (
            "messages",
            {"notify__alertmanager_file": "/no/such.yml"},
            "fail",
            "/no/such.yml:0:0: cannot be read",
        ),
        (
            "messages",
            {"notify__alertmanagers": ["https://hunter2@am"]},
            "on",
            "from the Alertmanager at https",
        ),
        ("API", {}, "on", "made and printed at each start"),
        ("API", {"api__token": "hunter2"}, "on", "the token of the settings"),
        ("API", {"api__enabled": False}, "off", "is false"),
    ],
)
def test_a_setting_shows_in_the_findings(name: str, chosen: dict[str, Any], state: str, reason: str) -> None:
    finding = found(telling, patient(settings=chosen))[name]

    assert finding.state == state
    assert reason in finding.reason
    assert "hunter2" not in finding.reason + finding.advice


def test_the_rules_of_files_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(RULES)
    chosen = {"alerts": {"rule_files": [f"{tmp_path}/*.yml"], "default_rules": False}}

    finding = found(telling, patient(settings=chosen))["alert rules"]

    assert finding.reason == "1 in 1 groups, every 15 s"


def test_every_problem_of_a_rule_file_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(RULES.replace("latency > 1", "latency >") + "    xfor: 5m\n")
    chosen = {"alerts__rule_files": [str(path)]}

    broken = [finding for finding in telling(patient(settings=chosen)) if finding.state == "fail"]

    assert len(broken) == 2
    assert all(finding.reason.startswith(str(path)) for finding in broken)


def test_rules_without_metrics_are_doubtful() -> None:
    findings = list(telling(patient(settings={"telemetry": {"metrics": False}})))

    assert findings[0].state == "warn"


def test_a_routing_file_is_read_and_its_receivers_counted(tmp_path: Path) -> None:
    path = tmp_path / "am.yml"
    path.write_text("route: {receiver: a}\nreceivers: [{name: a}, {name: b}]\n")

    finding = found(telling, patient(settings={"notify__alertmanager_file": str(path)}))["messages"]

    assert (finding.state, finding.reason) == ("on", f"to 2 receivers, by {path}")
