"""The same rules over the same hour of made-up series, here and in promtool: the same alerts at every minute.

Ours go first; what they found becomes the expectation of a unit-test file, which promtool then runs.
"""

from __future__ import annotations

import os
import subprocess
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from otel_monitoring.testing.rules import RuleBench
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

MINUTES = 60
SEEDS = [*range(12), *range(1000, 1000 + int(os.environ.get("OTEL_MONITORING_HUNT", "0")))]
EXPRESSIONS = (
    "load > 5",
    "load{a='x'} > 3 and on (a) up == 1",
    "sum by (a) (rate(requests_total[5m])) > 0.2",
    "up == 0",
    "absent(up{a='z'})",
    "job:load:max > 7",
    "max_over_time(load[4m]) - min_over_time(load[4m]) > 6",
    "count by (b) (load > 4) >= 1",
    "changes(up[5m]) > 2",
    "ALERTS{alertstate='firing', alertname='A0'}",
    "avg(load) > 4 unless sum(up) > 2",
    "vector(1) and on () (sum(up) < 2)",
    "job:load:jump > 1",
    "time() - ALERTS_FOR_STATE{alertname='A1'} > 200",
    "count by (a) (count_over_time(job:load:max[3m]) < 3)",
    "absent_over_time(load{a='x'}[3m])",
)
TEXTS = (
    "{{ $labels.a }} is {{ $value | humanize }}",
    "{{ $labels.b }}{{ if gt $value 5.0 }} high{{ else }} low{{ end }}",
    '{{ range query "up == 0" | sortByLabel "a" }}{{ .Labels.a }},{{ end }}',
    '{{ printf "%.2f" $value }} {{ $value | humanizePercentage }} {{ 3725.4 | humanizeDuration }}',
    "{{ $externalLabels.region }} {{ $labels.nobody }}",
    "{{ with $labels.a }}{{ . | toUpper }}{{ end }}",
    '{{ with query "job:load:max" | sortByLabel "a" }}{{ . | first | value }}{{ end }}',
    '{{ with query "sum(up) - 1" }}{{ . | first | value | humanize }}{{ end }}',
)


def rule_file(random: Random) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [
        {"record": "job:load:max", "expr": "max by (a) (load)"},
        {"record": "job:load:jump", "expr": "delta(job:load:max[4m])", "labels": {"b": ""}},
        {"alert": "Watchdog", "expr": "vector(1)", "for": "2m"},
    ]
    for number in range(random.randint(3, 7)):
        rule: dict[str, Any] = {"alert": f"A{number}", "expr": random.choice(EXPRESSIONS)}
        if random.random() < 0.7:
            rule["for"] = random.choice(("1m", "3m", "5m", "90s"))
        if random.random() < 0.3:
            rule["keep_firing_for"] = random.choice(("2m", "5m"))
        if random.random() < 0.6:
            rule["labels"] = {
                "severity": random.choice(("page", "{{ $labels.a }}", "")),
                "b": "{{ $labels.b }}",
            }
        if random.random() < 0.7:
            rule["annotations"] = {"text": random.choice(TEXTS), "more": random.choice(TEXTS)}
        rules.append(rule)
    random.shuffle(rules)
    half = len(rules) // 2
    groups: list[dict[str, Any]] = [
        {"name": "one", "rules": rules[:half]},
        {"name": "two", "rules": rules[half:]},
    ]
    if random.random() < 0.4:
        groups[0]["labels"] = {"team": "{{ $labels.a }}", "severity": "info"}
    if random.random() < 0.4:
        groups[1]["query_offset"] = random.choice(("1m", "90s"))
    return {"groups": groups}


def values(random: Random, *, counts: bool) -> str:
    """Return an hour of values in promtool's notation."""
    pieces, left, value = [], MINUTES + 1, 0
    while left > 0:
        many = min(random.randint(1, 8), left)
        left -= many
        kind = random.random()
        if kind < 0.1:
            pieces.append(f"_x{many}")
        elif kind < 0.15:
            pieces.append("stale" + " _" * (many - 1))
        elif counts:
            step = random.choice((0, 5, 40))
            value = 0 if random.random() < 0.1 else value
            pieces.append(f"{value}+{step}x{many - 1}")
            value += step * many
        else:
            pieces.append(f"{random.choice((0, 1, 4, 6, 8))}x{many - 1}")
    return " ".join(pieces)


def series(random: Random) -> list[dict[str, str]]:
    made = []
    for name in ("load", "up", "requests_total"):
        for a in ("x", "y", "z")[: random.randint(1, 3)]:
            labels = f'{{a="{a}", b="{random.choice((1, 2))}"}}'
            text = values(random, counts=name == "requests_total")
            made.append({"series": name + labels, "values": text.replace("4", "1") if name == "up" else text})
    return made


@pytest.mark.parametrize("seed", SEEDS)
def test_promtool_finds_the_alerts_that_we_find(tmp_path: Path, seed: int) -> None:
    """S2, S3, S4, S5 and S10."""
    random = Random(seed)
    rules, inputs = rule_file(random), series(random)
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(rules, sort_keys=False))
    outside = {"external_labels": {"region": "north"}, "external_url": "http://prometheus.example"}
    bench = RuleBench.from_files(path, **outside)  # type: ignore[arg-type]
    for one in inputs:
        bench.load(one["series"], one["values"])
    names = [rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
    expected = []
    for minute in range(MINUTES + 1):
        bench.advance_to(minute * 60_000)
        assert bench.errors() == []
        for name in names:
            found = [
                {
                    "exp_labels": alert.labels.without("alertname").as_dict(),
                    "exp_annotations": dict(alert.annotations),
                }
                for alert in bench.firing(name)
            ]
            expected.append({"eval_time": f"{minute}m", "alertname": name, "exp_alerts": found})
    test = {"input_series": inputs, "alert_rule_test": expected, **outside}
    file = tmp_path / "tests.yml"
    document = {
        "rule_files": ["rules.yml"],
        "group_eval_order": ["one", "two"],  # without it promtool takes them as they come
        "evaluation_interval": "1m",
        "tests": [test],
    }
    file.write_text(yaml.safe_dump(document))

    done = subprocess.run(
        [str(program("promtool")), "test", "rules", str(file)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, (done.stdout + done.stderr)[:3000]
    assert sum(len(one["exp_alerts"]) for one in expected) >= MINUTES - 2
