"""Who speaks: what is detected, what wins, and what a fork changes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.resources import Resource

from otel_monitoring.telemetry.resource import ProcessResource, container_id_of, resource

if TYPE_CHECKING:
    from pathlib import Path

ID = "3f" * 32
LAYER = "ab" * 32
_DOCKER_MOUNT = f"700 690 0:40 /docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw"
_PODMAN_ROOT = (
    "600 500 0:50 / / rw - overlay overlay lowerdir=/var/lib/containers/storage/overlay/l/QX,"
    f"upperdir=/var/lib/containers/storage/overlay/{LAYER}/diff"
)
_PODMAN_MOUNT = (
    f"610 600 0:25 /containers/storage/overlay-containers/{ID}/userdata/hosts /etc/hosts rw - tmpfs"
)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("OTEL_", "K8S_", "POD_", "NODE_"))]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "cgroup",
    [
        f"12:cpu,cpuacct:/docker/{ID}",
        f"11:memory:/kubepods/burstable/pod4f1c/{ID}\n10:pids:/",
        f"0::/system.slice/docker-{ID}.scope",
        f"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope",
        f"0::/machine.slice/libpod-{ID}.scope/container",
    ],
)
def test_the_container_is_in_the_control_group(tmp_path: Path, cgroup: str) -> None:
    (tmp_path / "cgroup").write_text(f"{cgroup}\n", encoding="utf-8")

    assert container_id_of(tmp_path) == ID


@pytest.mark.parametrize("mounts", [_DOCKER_MOUNT, f"{_PODMAN_ROOT}\n{_PODMAN_MOUNT}"])
def test_the_container_is_in_the_mounts_where_control_groups_hide_it(tmp_path: Path, mounts: str) -> None:
    (tmp_path / "cgroup").write_text("0::/\n", encoding="utf-8")
    (tmp_path / "mountinfo").write_text(f"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n{mounts}\n", encoding="utf-8")

    assert container_id_of(tmp_path) == ID


@pytest.mark.parametrize(
    ("cgroup", "mounts"),
    [
        ("0::/user.slice/user-1000.slice/session-2.scope", ""),
        ("0::/", _PODMAN_ROOT),
        (f"0::/docker/{ID[:-1]}", ""),
        (f"0::/docker/{ID}ab", ""),
        ("", ""),
    ],
)
def test_outside_of_containers_there_is_none(tmp_path: Path, cgroup: str, mounts: str) -> None:
    (tmp_path / "cgroup").write_text(cgroup, encoding="utf-8")
    (tmp_path / "mountinfo").write_text(mounts, encoding="utf-8")

    assert container_id_of(tmp_path) is None


def test_without_a_proc_file_system_there_is_none(tmp_path: Path) -> None:
    assert container_id_of(tmp_path / "absent") is None


def test_process_host_and_sdk_are_described() -> None:
    found = resource(service_name="shop").attributes

    assert found["process.pid"] == os.getpid()
    assert found["process.runtime.name"] == sys.implementation.name
    assert found["telemetry.distro.name"] == "otel_monitoring"
    assert {"host.name", "host.arch", "os.type", "service.instance.id", "telemetry.sdk.version"} <= set(found)
    assert not {"process.command_line", "process.command_args", "process.command"} & set(found)


def test_what_is_given_wins_over_the_environment_and_that_over_what_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "of-the-variable")
    monkeypatch.setenv(
        "OTEL_RESOURCE_ATTRIBUTES",
        "service.name=of-the-attributes,service.version=1,host.name=h,team=a,region=x",
    )

    of_environment = resource().attributes
    given = resource(
        service_name="shop",
        service_version="2",
        service_namespace="shops",
        environment="production",
        attributes={"team": "b", "service.version": "3"},
    ).attributes

    assert (of_environment["service.name"], of_environment["service.version"]) == ("of-the-variable", "1")
    assert (of_environment["host.name"], of_environment["team"]) == ("h", "a")
    assert (given["service.name"], given["service.version"], given["team"]) == ("shop", "2", "b")
    assert (given["service.namespace"], given["deployment.environment.name"]) == ("shops", "production")
    assert given["region"] == "x"


def test_kubernetes_tells_by_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POD_NAME", "shop-7d9")
    monkeypatch.setenv("K8S_NAMESPACE_NAME", "shops")
    monkeypatch.setenv("POD_NAMESPACE", "second choice")

    found = resource().attributes

    assert (found["k8s.pod.name"], found["k8s.namespace.name"]) == ("shop-7d9", "shops")
    assert "k8s.node.name" not in found


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["/srv/shop/serve.py", "--port"], "unknown_service:serve"),
        (["/venv/lib/uvicorn/__main__.py"], "unknown_service:uvicorn"),
        (["-c"], f"unknown_service:{os.path.basename(sys.executable)}"),  # noqa: PTH119 - as short as the name
        ([], f"unknown_service:{os.path.basename(sys.executable)}"),  # noqa: PTH119 - as above
    ],
)
def test_a_service_without_a_name_is_called_like_its_program(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], expected: str
) -> None:
    monkeypatch.setattr(sys, "argv", argv)

    assert resource().attributes["service.name"] == expected


def test_each_process_has_an_instance_id_of_its_own() -> None:
    parent = resource(service_name="shop")
    before = dict(parent.attributes)

    parent.after_fork()

    changed = {key for key in before if parent.attributes[key] != before[key]}
    assert changed == {"service.instance.id"}


def test_a_given_instance_id_stays_until_a_fork() -> None:
    given = resource(attributes={"service.instance.id": "one"})
    before = given.attributes["service.instance.id"]

    given.after_fork()

    assert before == "one"
    assert given.attributes["service.instance.id"] != "one"


def test_the_handlers_of_the_sdk_change_nothing_after_a_fork() -> None:
    """They merge an instance id of their own into the resource of every provider."""
    ours = resource(service_name="shop")

    assert ours.merge(Resource({"service.instance.id": "theirs", "process.pid": 1})) is ours
    assert ours.merge(Resource({})) is ours


def test_other_resources_merge_as_usual() -> None:
    ours = resource(service_name="shop")

    merged = ours.merge(Resource({"team": "a"}))

    assert (merged.attributes["team"], merged.attributes["service.name"]) == ("a", "shop")
    assert not isinstance(merged, ProcessResource)
