"""Files of unit tests that may be wrong, run here and by promtool: the same ones pass (S10).

Each file is one that passes, with a few changes to it or to its rule file.
"""

from __future__ import annotations

import os
import re
import subprocess
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.testing.unit_file import read_unit_file
from otel_monitoring.testing.unit_run import run_test
from tests.integration.alerts.test_files_differential import places
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(3 + int(os.environ.get("OTEL_MONITORING_HUNT", "0")))
FILES_PER_SEED = 60
VALUES: tuple[Any, ...] = (
    *(None, True, 7, -3, 1.5, 0, [], {}, "", "5m", "90s", "0", "up", "a{", "1x4 0x10", "1+1x3 _ stale 4"),
    *("0x", "1-2x2", "{{ $value }}", "rate(up[5m])", "x.yml", "rules.yml", "*.yml", "2020-01-01T00:00:00Z"),
    *("1e3", "5 5", "NaN", ".nan", ".inf", "Inf", "-Inf", "ShopDown", "shops:up", {"shop": "a"}, ["one"]),
    *('up{shop="a"}', "{}", "timestamp(up)", "time()", "vector(1)", "'text'", "up == 1", "1m", "10m30s", "3"),
    *("yes", "off", "0x5", "1_0", "_x3", "a x", "1x-3", "up[3m]", "count_over_time(up[10m:])", "now()"),
)  # fmt: skip


def rule_file() -> dict[str, Any]:
    down = {
        "alert": "ShopDown",
        "expr": "up == 0",
        "for": "5m",
        "labels": {"severity": "page"},
        "annotations": {"summary": "{{ $labels.shop }} of {{ $externalLabels.region }} is {{ $value }}"},
    }
    one = {"name": "one", "rules": [{"record": "shops:up", "expr": "sum(up)"}, down]}
    return {"groups": [one, {"name": "two", "rules": [{"alert": "NoShop", "expr": "sum(up) < 1"}]}]}


def unit_file(rules: str) -> dict[str, Any]:
    labels = {"shop": "a", "severity": "page"}
    fired = [{"exp_labels": labels, "exp_annotations": {"summary": "a of north is 0"}}]
    first = {
        "name": "goes down",
        "external_labels": {"region": "north"},
        "input_series": [{"series": 'up{shop="a"}', "values": "1x4 0x10"}],
        "alert_rule_test": [
            {"eval_time": "9m", "alertname": "ShopDown"},
            {"eval_time": "10m30s", "alertname": "ShopDown", "exp_alerts": fired},
            {"eval_time": "5m", "alertname": "NoShop", "exp_alerts": [{"exp_labels": {}}]},
        ],
        "promql_expr_test": [
            {"expr": "shops:up", "eval_time": "3m", "exp_samples": [{"labels": "shops:up", "value": 1}]},
            {"expr": "time()", "eval_time": "10m", "exp_samples": [{"value": 600}]},
        ],
    }
    second = {
        "name": "starts later",
        "start_timestamp": 600,
        "interval": "30s",
        "input_series": [{"series": "x", "values": "1 2 3 4"}],
        "promql_expr_test": [
            {"expr": "timestamp(x)", "eval_time": "1m", "exp_samples": [{"labels": "{}", "value": 660}]},
            {"expr": "x", "eval_time": "90s", "exp_samples": [{"labels": "x", "value": 3}]},
        ],
    }
    return {"rule_files": [rules], "evaluation_interval": "1m", "tests": [first, second]}


def changed(random: Random, document: dict[str, Any]) -> None:
    """Put something else in one place, take it away, or give it another name."""
    container, key = random.choice(places(document))
    turn = random.random()
    if turn < 0.6:
        container[key] = random.choice(VALUES)
    elif turn < 0.8 or isinstance(container, list):
        del container[key]
    else:
        fields = ("fuzzy_compare", "group_eval_order", "name", "interval", "labels", "values", "nobody")
        container[random.choice(fields)] = random.choice(VALUES)


def files(random: Random, folder: Path) -> list[Path]:
    made = []
    for number in range(FILES_PER_SEED):
        rules = rule_file()
        document = unit_file(f"r{number}.yml")
        for _ in range(random.choice((0, 1, 1, 2))):
            changed(random, rules if random.random() < 0.15 else document)
        (folder / f"r{number}.yml").write_text(yaml.safe_dump(rules))
        path = folder / f"{number}.tests"
        path.write_text(yaml.safe_dump(document, sort_keys=False))
        made.append(path)
    return made


def theirs(paths: list[Path], *flags: str) -> list[bool]:
    """Return for each file whether promtool passes it."""
    done = subprocess.run(
        [str(program("promtool")), "test", "rules", *flags, *map(str, paths)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    said = done.stdout.decode(errors="replace")
    return [word == "SUCCESS" for word in re.findall(r"^  (SUCCESS|FAILED:)$", said, flags=re.MULTILINE)]


def ours(path: Path, *, run: str, ignore_unknown: bool) -> str:
    """Return what is wrong with the tests of a file that are picked; empty where they pass."""
    try:
        file = read_unit_file(path, ignore_unknown=ignore_unknown)
    except RuleFileError as error:
        return str(error)
    outcomes = [
        run_test(file, test, number=number)
        for number, test in enumerate(file.tests, 1)
        if re.search(run, test.name)
    ]
    return "\n".join(str(failure) for outcome in outcomes for failure in outcome.failures)


@pytest.mark.parametrize("seed", SEEDS)
def test_promtool_passes_the_same_files(tmp_path: Path, seed: int) -> None:
    """S10.1 to S10.4."""
    random = Random(seed)
    run, ignore_unknown = random.choice(("", "later$", "down|later", "nobody")), random.random() < 0.5
    paths = files(random, tmp_path)

    flags = [f"--run={run}", *(["--ignore-unknown-fields"] if ignore_unknown else [])]
    passed = theirs(paths, *flags)

    assert len(passed) == len(paths)
    assert sum(passed) > FILES_PER_SEED / 10
    for path, is_good in zip(paths, passed, strict=True):
        wrong = ours(path, run=run, ignore_unknown=ignore_unknown)
        assert is_good is (not wrong), f"{path}: {path.read_text()}\n{flags} ours: {wrong}"
