"""The configuration files are accepted by the programs that read them, and hold no secret."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.integration.servers import program
from tools.services import pins
from tools.services.gobuild import collector_manifest
from tools.services.places import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET_NAMES = re.compile(r"passw|secret|token|api_?key|credential|authorization|bearer", re.IGNORECASE)
REFERENCE = re.compile(r"^\$\{env:\w+\}$|^/run/secrets/")
CONFIGURATION_FILES = sorted(CONFIGURATION.rglob("*.y*ml"))


def run(*command: str) -> str:
    """Run a command, require that it succeeds, and return what it printed."""
    done = subprocess.run(
        command,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CONFIGURATION / name).read_text(encoding="utf-8"))
    return loaded


def settings(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of a YAML document with the key that it stands under."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield from settings(child, str(name))
    elif isinstance(node, list):
        for child in node:
            yield from settings(child, key)
    elif isinstance(node, str):
        yield key, node


@pytest.mark.parametrize("name", ["collector", "jaeger"])
def test_the_program_accepts_its_file(name: str) -> None:
    run(str(program(name)), "validate", f"--config={CONFIGURATION / f'{name}.yaml'}")


def test_the_collector_refuses_a_setting_that_does_not_exist(tmp_path: Path) -> None:
    """Shows that the check above can fail."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("processors: {batch: {send_batch_sise: 1}}", encoding="utf-8")
    collector = str(program("collector"))
    command = [collector, "validate", f"--config={CONFIGURATION / 'collector.yaml'}", f"--config={broken}"]

    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "send_batch_sise" in done.stderr


def test_the_collector_holds_every_component_of_its_file() -> None:
    there = yaml.safe_load(run(str(program("collector")), "components"))
    config = load("collector.yaml")

    for kind in ("receivers", "processors", "exporters", "connectors", "extensions"):
        used = {name.partition("/")[0] for name in config[kind]}
        assert used <= {component["name"] for component in there[kind]}, kind


def test_every_component_of_the_file_is_used_in_a_pipeline() -> None:
    config = load("collector.yaml")
    pipelines = config["service"]["pipelines"].values()
    used = {name for pipeline in pipelines for names in pipeline.values() for name in names}
    used |= set(config["service"]["extensions"])

    kinds = ("receivers", "processors", "exporters", "connectors", "extensions")
    assert {name for kind in kinds for name in config[kind]} == used


def test_every_pipeline_that_takes_data_in_limits_memory_first() -> None:
    pipelines = load("collector.yaml")["service"]["pipelines"]

    taking = [pipeline for pipeline in pipelines.values() if "otlp" in pipeline["receivers"]]

    assert len(taking) == 3
    assert {pipeline["processors"][0] for pipeline in taking} == {"memory_limiter"}


def test_all_parts_of_the_collector_are_of_one_release() -> None:
    manifest = yaml.safe_load(collector_manifest())

    versions = {
        (kind == "providers", part["gomod"].split()[1])
        for kind, parts in manifest.items()
        if kind != "dist"
        for part in parts
    }

    assert versions == {
        (False, f"v{pins.COLLECTOR_VERSION}"),
        (True, f"v{pins.COLLECTOR_PROVIDER_VERSION}"),
    }


def test_prometheus_accepts_its_file_and_rules(promtool: Path) -> None:
    told = run(str(promtool), "check", "config", str(CONFIGURATION / "prometheus.yml"))

    assert "2 rules found" in told


def test_the_rules_fire_where_they_should(promtool: Path, tmp_path: Path) -> None:
    refused = 'otelcol_receiver_refused_metric_points_total{receiver="otlp"}'
    document = {
        "rule_files": [str(CONFIGURATION / "rules" / "stack.yml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": 'up{job="jaeger",instance="a"}', "values": "1 1 0x20"},
                    {"series": refused, "values": "0+5x20"},
                ],
                "alert_rule_test": [
                    {"eval_time": "1m", "alertname": "TargetDown", "exp_alerts": []},
                    {
                        "eval_time": "5m",
                        "alertname": "TargetDown",
                        "exp_alerts": [
                            {
                                "exp_labels": {"job": "jaeger", "instance": "a", "severity": "critical"},
                                "exp_annotations": {"summary": "jaeger at a does not answer"},
                            }
                        ],
                    },
                    {
                        "eval_time": "15m",
                        "alertname": "CollectorRefusesData",
                        "exp_alerts": [
                            {
                                "exp_labels": {"receiver": "otlp", "severity": "warning"},
                                "exp_annotations": {
                                    "summary": "The Collector turns data away at otlp: it is short of memory"
                                },
                            }
                        ],
                    },
                ],
            }
        ],
    }
    path = tmp_path / "rules-test.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")

    assert "SUCCESS" in run(str(promtool), "test", "rules", str(path))


def test_every_target_file_of_prometheus_exists() -> None:
    config = load("prometheus.yml")

    named = [text for key, text in settings(config) if key == "files"]

    assert len(named) == 6
    assert [name for name in named if not (CONFIGURATION / name).is_file()] == []


def test_alertmanager_accepts_its_file() -> None:
    told = run(str(program("amtool")), "check-config", str(CONFIGURATION / "alertmanager.yml"))

    assert "1 receivers" in told


@pytest.mark.parametrize("path", CONFIGURATION_FILES, ids=lambda path: path.name)
def test_no_secret_stands_in_clear(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))

    suspicious = [
        (key, text)
        for key, text in settings(document)
        if SECRET_NAMES.search(key) and not REFERENCE.match(text)
    ]

    assert suspicious == []
    assert not re.search(r"://[^/\s:]+:[^/\s@$]+@", path.read_text(encoding="utf-8"))


def test_the_search_for_secrets_finds_one() -> None:
    document = {"exporters": {"otlp_http": {"headers": {"authorization": "Basic Zm9v"}}}}

    assert [key for key, _ in settings(document) if SECRET_NAMES.search(key)] == ["authorization"]
