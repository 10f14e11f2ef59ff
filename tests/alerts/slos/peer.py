"""Rules of ours and of Sloth's for one objective, side by side in promtool."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.slos.rules import ALERTS, rule_groups
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.reports.slos.slo import SLO
    from tests.alerts.slos.scenarios import Scenario

_GOT = re.compile(r'expr: "sum_over_time\((\w+):(\w+)\[.*?got: *\{[^}]*\} ([0-9.eE+-]+)', re.DOTALL)
_SLOTH_ALERT = "SlothAlert"
_WEEK = {
    "apiVersion": "sloth.slok.dev/v1",
    "kind": "AlertWindows",
    "spec": {
        "sloPeriod": "7d",
        "page": {
            "quick": {"errorBudgetPercent": 8, "shortWindow": "5m", "longWindow": "1h"},
            "slow": {"errorBudgetPercent": 12.5, "shortWindow": "30m", "longWindow": "6h"},
        },
        "ticket": {
            "quick": {"errorBudgetPercent": 20, "shortWindow": "2h", "longWindow": "1d"},
            "slow": {"errorBudgetPercent": 42, "shortWindow": "6h", "longWindow": "3d"},
        },
    },
}


@dataclass(frozen=True, slots=True)
class Fired:
    """At how many evaluations an alert fired.

    Attributes:
        ours: By our rules.
        theirs: By Sloth's.
        differs: At how many evaluations one fired and the other did not.
    """

    ours: int
    theirs: int
    differs: int


def sloth_rules(folder: Path, *, sli: dict[str, Any], target: float, window: str = "30d") -> str:
    """Return the rule file that Sloth generates; skip or fail the test where Sloth is absent.

    Args:
        folder: Where its files go.
        sli: The indicator as Sloth has it.
        target: The objective, as a share.
        window: 28d or 30d, which Sloth knows; or 7d, for which it gets the windows of its example.
    """
    slo = {
        "name": "checkout",
        "objective": round(target * 100, 9),
        "sli": sli,
        "alerting": {
            "name": _SLOTH_ALERT,
            **{f"{name}_alert": {"labels": {"level": name}} for name in ALERTS},
        },
    }
    spec = {"version": "prometheus/v1", "service": "shop", "slos": [slo]}
    given, made = folder / "sloth.yml", folder / "out.yml"
    given.write_text(yaml.safe_dump(spec), encoding="utf-8")
    command = [str(program("sloth")), "generate", "-i", str(given), "-o", str(made)]
    if window == "7d":
        catalogue = folder / "windows"
        catalogue.mkdir()
        (catalogue / "week.yaml").write_text(yaml.safe_dump(_WEEK), encoding="utf-8")
        command.append(f"--slo-period-windows-path={catalogue}")
    command.append(f"--default-slo-period={window}")
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return made.read_text(encoding="utf-8")


def compare(folder: Path, *, slo: SLO, theirs: str, scenario: Scenario) -> dict[str, Fired]:
    """Evaluate both over a scenario in promtool; return how often each level fired, by its name.

    Args:
        folder: Where the files go.
        slo: Our objective.
        theirs: The rule file of Sloth.
        scenario: What happens, as the counter ``events_total`` with ``kind`` all, bad and good.
    """
    own = yaml.safe_load(as_rule_file(rule_groups([slo])))
    files = {"ours.yml": own, "theirs.yml": yaml.safe_load(theirs), "compare.yml": {"groups": [_comparing()]}}
    order = []
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
        order += [group["name"] for group in content["groups"]]
    span, kinds = f"{scenario.minutes + 1}m", ("ours", "theirs", "differs")
    asked = [f"sum_over_time({kind}:{level}[{span}])" for kind in kinds for level in ALERTS]
    test = {
        "rule_files": [str(folder / name) for name in files],
        "evaluation_interval": f"{scenario.every}m",
        "group_eval_order": order,
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f'events_total{{kind="{kind}"}}', "values": values}
                    for kind, values in scenario.notation().items()
                ],
                "promql_expr_test": [
                    {"expr": expr, "eval_time": f"{scenario.minutes}m", "exp_samples": []} for expr in asked
                ],
            }
        ],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(test), encoding="utf-8")
    told = subprocess.run(
        [str(program("promtool")), "test", "rules", str(folder / "test.yml")],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    found = {
        (what, level): int(float(value)) for what, level, value in _GOT.findall(told.stdout + told.stderr)
    }
    assert len(found) == len(asked), told.stdout + told.stderr
    return {
        level: Fired(found["ours", level], found["theirs", level], found["differs", level])
        for level in ALERTS
    }


def _comparing() -> dict[str, Any]:
    """Return rules that count, at each evaluation, what fires; promtool says their sums, expecting none."""
    rules = []
    for level, name in ALERTS.items():
        ours = f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) > bool 0 or vector(0)'
        matchers = f'alertname="{_SLOTH_ALERT}",level="{level}",alertstate="firing"'
        theirs = f"count(ALERTS{{{matchers}}}) > bool 0"
        rules += [
            {"record": f"ours:{level}", "expr": ours},
            {"record": f"theirs:{level}", "expr": f"{theirs} or vector(0)"},
            {"record": f"differs:{level}", "expr": f"ours:{level} != bool theirs:{level}"},
        ]
    return {"name": "compare", "rules": rules}
