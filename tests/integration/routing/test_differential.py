"""The same alertmanager.yml and the same alerts: the same groups, states and members, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.routing.beside import Step, side_by_side
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

RECEIVERS = """
receivers:
  - {name: ops, webhook_configs: [{url: 'URL'}]}
  - {name: pager, webhook_configs: [{url: 'URL', send_resolved: false}]}
  - {name: log, webhook_configs: [{url: 'URL'}]}
  - {name: nobody}
"""

CONFIGS = {
    "nested routes that go on": """
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 3s
  routes:
    - {receiver: log, continue: true, group_by: [gone], repeat_interval: 1h}
    - receiver: pager
      matchers: [severity="page"]
      routes:
        - {receiver: log, matchers: ['team=~"web|db"'], group_by: [team, gone]}
    - {receiver: nobody, match_re: {severity: inf.}}
""",
    "a group of its own for each": """
route: {receiver: ops, group_by: ['...'], group_wait: 1s, group_interval: 2s, repeat_interval: 3s}
""",
    "inhibition and muted times": """
route:
  receiver: ops
  group_by: [team]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
  routes:
    - {receiver: pager, matchers: [severity="page"], continue: true, group_by: [instance]}
    - {receiver: log, matchers: [team="api"], continue: true, mute_time_intervals: [always]}
    - {receiver: log, matchers: [team="db"], continue: true, active_time_intervals: [never]}
    - {receiver: ops, matchers: [team!=""]}
inhibit_rules:
  - source_matchers: [severity="page"]
    target_matchers: [severity="warning"]
    equal: [team, gone]
  - {source_match: {severity: info}, target_match_re: {severity: in.*}}
time_intervals:
  - {name: always, time_intervals: [{years: ['2000:2100']}]}
  - {name: never, time_intervals: [{years: ['1970']}]}
""",
}


def _alert(severity: str, team: str, instance: int, name: str = "Slow") -> dict[str, str]:
    return {"alertname": name, "severity": severity, "team": team, "instance": str(instance)}


FIRST = [
    _alert("page", "web", 1),
    _alert("warning", "web", 1),
    _alert("warning", "api", 1),
    _alert("page", "db", 1, "Down"),
    _alert("info", "web", 2),
]
STEPS = [
    Step(0.0, FIRST),
    Step(0.3, [_alert("page", "web", 2)]),
    Step(0.6, [_alert("warning", "old", 9, "Old")], age_s=3600),
    Step(3.9, [FIRST[0]], is_resolved=True),
    Step(3.9, [_alert("page", "api", 3), _alert('"odd"\n', "ü", 4)]),
    Step(6.0, FIRST[1:], is_resolved=True),
    Step(6.0, [_alert("page", "api", 3)], is_resolved=True),
]
UNTIL_S = 9.8


@pytest.mark.parametrize("name", CONFIGS)
def test_tells_the_same_groups_states_and_members_in_the_same_order(name: str, tmp_path: Path) -> None:
    """S9.1 to S9.9."""
    told = side_by_side(
        program("alertmanager"),
        config=CONFIGS[name] + RECEIVERS,
        steps=STEPS,
        until_s=UNTIL_S,
        folder=tmp_path,
    )

    assert sum(map(len, told.theirs.values())) >= 8
    assert dict(told.ours) == dict(told.theirs)
