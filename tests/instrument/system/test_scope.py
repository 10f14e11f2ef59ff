"""What of the machine is looked at."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.instrument.system.reading import Disk, Interface
from otel_monitoring.instrument.system.scope import Mount, SystemScope

if TYPE_CHECKING:
    from pathlib import Path

ROOT = Mount("/dev/sda1", "/", "ext4", "rw")


def picked(*mounts: Mount, scope: SystemScope | None = None) -> list[str]:
    return [mount.mountpoint for mount in (scope or SystemScope()).pick_mounts(mounts)]


def interface(name: str, *, packets: int = 1) -> Interface:
    return Interface(
        name=name,
        receive_bytes=0,
        transmit_bytes=0,
        receive_packets=packets,
        transmit_packets=0,
        receive_errors=0,
        transmit_errors=0,
        receive_dropped=0,
        transmit_dropped=0,
    )


def disk(device: str) -> Disk:
    return Disk(
        device=device,
        read_bytes=0,
        write_bytes=0,
        read_count=0,
        write_count=0,
        read_time_s=0,
        write_time_s=0,
    )


def test_measures_local_file_systems_alone(tmp_path: Path) -> None:
    data = str(tmp_path)

    assert picked(
        ROOT,
        Mount("/dev/sdb1", data, "XFS", "rw"),
        Mount("proc", "/proc", "proc"),
        Mount("tmpfs", "/dev/shm", "tmpfs"),
        Mount("/dev/loop0", "/snap/core/1", "squashfs", "ro"),
        Mount("server:/home", "/home", "nfs4", "rw"),
        Mount("overlay", "/var/lib/docker/overlay2/x/merged", "overlay"),
    ) == ["/", data]


@pytest.mark.parametrize("kind", ["overlay", "9p", "virtiofs"])
def test_the_root_of_a_container_is_measured_whatever_it_is_made_of(kind: str) -> None:
    assert picked(Mount(kind, "/", kind)) == ["/"]


@pytest.mark.parametrize("mount", [Mount("s:/r", "/", "nfs"), Mount("Z:", "Z:\\", "NTFS", "rw,remote")])
def test_a_file_system_behind_a_network_is_asked_only_on_request(mount: Mount) -> None:
    assert picked(mount) == []
    assert picked(mount, scope=SystemScope(remote_filesystems=True)) == [mount.mountpoint]


def test_a_device_mounted_twice_counts_once_at_its_shortest_path(tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()

    assert picked(Mount("/dev/sdb1", str(deep), "ext4"), Mount("/dev/sdb1", str(tmp_path), "ext4")) == [
        str(tmp_path)
    ]


def test_a_single_file_mounted_into_a_container_is_no_file_system(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.touch()

    assert picked(Mount("/dev/sda1", str(hosts), "ext4")) == []


def test_a_later_mount_on_the_same_path_hides_the_earlier(tmp_path: Path) -> None:
    mounts = (Mount("/dev/sdb1", str(tmp_path), "ext4"), Mount("/dev/sdc1", str(tmp_path), "ext4"))

    assert [mount.device for mount in SystemScope().pick_mounts(mounts)] == ["/dev/sdc1"]


def test_paths_asked_for_by_name_are_measured_and_no_others(tmp_path: Path) -> None:
    scope = SystemScope(mountpoints=("/", str(tmp_path)))

    filesystems = scope.filesystems([ROOT, Mount("/dev/sdb1", "/other", "ext4")])

    assert [(one.mountpoint, one.device) for one in filesystems] == [("/", "/dev/sda1"), (str(tmp_path), "")]


def test_a_path_that_does_not_exist_is_left_out(tmp_path: Path) -> None:
    scope = SystemScope(mountpoints=(str(tmp_path / "missing"),))

    assert scope.filesystems([ROOT]) == ()


def test_the_parts_of_a_file_system_add_up(tmp_path: Path) -> None:
    (space,) = SystemScope(mountpoints=(str(tmp_path),)).filesystems([])

    assert space.total_bytes == space.used_bytes + space.free_bytes + space.reserved_bytes
    assert 0 < space.ratio < 1


def test_a_full_file_system_is_full_whatever_is_reserved(tmp_path: Path) -> None:
    (space,) = SystemScope(mountpoints=(str(tmp_path),)).filesystems([])

    full = dataclasses.replace(space, used_bytes=950, free_bytes=0, reserved_bytes=50)

    assert (full.ratio, full.total_bytes) == (1.0, 1000)


def test_interfaces_of_other_containers_and_silent_ones_are_left_out() -> None:
    interfaces = [interface("lo"), interface("veth1"), interface("ifb0", packets=0), interface("eth0")]

    assert [one.name for one in SystemScope().pick_interfaces(interfaces)] == ["lo", "eth0"]


def test_partitions_and_loop_devices_are_left_out() -> None:
    disks = [disk("loop0"), disk("sda"), disk("sda1"), disk("zram0"), disk("nvme0n1")]

    picked_disks = SystemScope().pick_disks(disks, is_whole=lambda device: device != "sda1")

    assert [one.device for one in picked_disks] == ["sda", "nvme0n1"]


def test_every_list_is_bounded(tmp_path: Path) -> None:
    scope = SystemScope(max_filesystems=2, max_disks=3, max_interfaces=4)
    names = [f"{number:02}" for number in range(50)]
    for name in names:
        (tmp_path / name).mkdir()

    mounts = [Mount(name, str(tmp_path / name), "ext4") for name in names]

    assert len(scope.filesystems(mounts)) == 2
    assert len(scope.pick_disks([disk(name) for name in names], is_whole=bool)) == 3
    assert len(scope.pick_interfaces([interface(name) for name in names])) == 4


@pytest.mark.parametrize(
    ("options", "mode"), [("rw,noatime", "rw"), ("ro", "ro"), ("", ""), ("error=ro", "")]
)
def test_the_mode_is_read_from_the_options(options: str, mode: str) -> None:
    assert Mount("a", "/", "ext4", options).mode == mode
