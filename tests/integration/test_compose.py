"""``docker-compose.yml`` is a valid compose file, pinned, watched, closed, and without secrets.

No Docker engine runs in the tests: the file is checked against the published schema of the compose
specification, and against the files that it mounts. The native processes of ``make stack`` run the
same configuration files.
"""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from tests.integration.servers import program
from tools.services import pins
from tools.services.places import CONFIGURATION, REPOSITORY

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXPECTED = {
    *("shop", "payments", "collector", "jaeger", "prometheus"),
    *("alertmanager", "grafana", "postgres", "redis"),
}
VARIABLE = re.compile(r"\$\{(\w+)(:?[?-][^}]*)?\}")
SECRET_NAMES = re.compile(r"PASSW|SECRET|TOKEN|KEY|AUTH")

every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program("compose_schema").read_text(encoding="utf-8"))
    return found


def test_the_file_follows_the_published_schema() -> None:
    jsonschema.validate(COMPOSE, schema())


def test_the_schema_refuses_a_word_it_does_not_know() -> None:
    """Shows that the check above can fail."""
    broken = {"services": {"shop": {"imagee": "shop:1"}}}

    with pytest.raises(jsonschema.ValidationError, match="imagee"):
        jsonschema.validate(broken, schema())


def test_the_topology_is_complete() -> None:
    assert set(SERVICES) == EXPECTED


@every_service
def test_an_image_is_pinned_or_built_here(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]

    assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?", tag) or (tag == "local" and "build" in SERVICES[name])


@every_service
def test_a_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@every_service
def test_a_port_is_open_to_this_machine_alone(name: str) -> None:
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@every_service
def test_a_dependency_is_waited_for_until_it_is_healthy(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES
        assert wait == {"condition": "service_healthy"}


@every_service
def test_a_mounted_file_exists_and_is_read_only(name: str) -> None:
    mounts = [volume.split(":") for volume in SERVICES[name].get("volumes", [])]

    for source, *_, mode in (mount for mount in mounts if mount[0].startswith(".")):
        assert (REPOSITORY / source).exists(), source
        assert mode == "ro"


@every_service
def test_a_build_finds_its_dockerfile(name: str) -> None:
    build = SERVICES[name].get("build")

    if build is not None:
        folder = REPOSITORY / build["context"]
        assert (folder / build.get("dockerfile", "Dockerfile")).is_file()


@every_service
def test_a_variable_that_looks_like_a_secret_comes_from_outside(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET_NAMES.search(variable):
            assert value.startswith("/run/secrets/") or ":?" in value, variable


def test_named_volumes_are_declared_and_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
    assert {"postgres-data", "redis-data", "prometheus-data", "grafana-data"} <= used


def test_secrets_come_from_the_environment_and_all_are_used() -> None:
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}

    assert used == set(COMPOSE["secrets"])
    assert all(set(secret) == {"environment"} for secret in COMPOSE["secrets"].values())


def test_the_versions_are_those_that_the_tests_run() -> None:
    dockerfile = (CONFIGURATION / "Dockerfile").read_text(encoding="utf-8")

    assert f"opentelemetry-collector-contrib:{pins.COLLECTOR_VERSION}\n" in dockerfile
    assert SERVICES["collector"]["image"].endswith(f":{pins.COLLECTOR_VERSION}")
    assert SERVICES["jaeger"]["image"].endswith(f":{pins.JAEGER_VERSION}")
    assert SERVICES["prometheus"]["image"].endswith(f":v{pins.PROMETHEUS_VERSION}")
    assert SERVICES["alertmanager"]["image"].endswith(f":v{pins.ALERTMANAGER_VERSION}")


def test_the_defaults_of_the_configuration_name_services_of_this_file() -> None:
    """Inside the containers nothing sets the addresses: the files' own defaults have to fit."""
    texts = [path.read_text(encoding="utf-8") for path in (CONFIGURATION / "targets").glob("*.yml")]
    texts.append((CONFIGURATION / "collector.yaml").read_text(encoding="utf-8"))

    hosts = {host for text in texts for host in re.findall(r'["-]([a-z]+):\d{4}', text)}

    assert hosts == {"collector", "jaeger", "alertmanager", "prometheus"}
    assert hosts <= set(SERVICES)


def test_every_variable_has_a_default_or_says_what_is_missing() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")

    found = VARIABLE.findall(text)

    assert {name for name, _ in found} == {"MONITORING_TOKEN", "COLLECTOR_TRACE_SHARE_PERCENT"}
    assert all(rule.startswith((":?", ":-")) for _, rule in found)
