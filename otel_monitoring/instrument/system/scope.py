"""What of the machine is looked at: which disks, file systems and interfaces, and how many at most."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from otel_monitoring.instrument.system.reading import Filesystem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from otel_monitoring.instrument.system.reading import Disk, Interface

LOCAL_TYPES = frozenset({
    "aix", "apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fat", "fat32", "fuseblk",
    "hfs", "hfsplus", "jfs", "msdos", "ntfs", "ntfs3", "refs", "reiserfs", "ufs", "vfat", "xfs", "zfs",
})  # fmt: skip
"""File systems that hold data on a disk of this machine.

Pseudo file systems, memory-backed ones and read-only images (squashfs, iso9660: always full) stay out.
"""

REMOTE_TYPES = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
    "virtiofs",
})  # fmt: skip
"""File systems behind a network or another host, where a question can hang for as long as that is away."""

HARD_REMOTE_TYPES = REMOTE_TYPES - {"9p", "virtiofs"}
"""The remote types that even a root mount is not asked for; 9p and virtiofs carry the root of light VMs."""

SKIPPED_INTERFACES = ("veth", "cali", "lxc", "cilium", "flannel", "tap")
"""Name prefixes of interfaces that a container host has by the hundred, one for each container."""

SKIPPED_DISKS = ("loop", "ram", "zram", "fd", "sr")
"""Name prefixes of block devices that are no storage of their own."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the table of mounts.

    Attributes:
        device: What is mounted.
        mountpoint: Where.
        type: The type of the file system.
        options: The mount options, separated by commas.
    """

    device: str
    mountpoint: str
    type: str
    options: str = ""

    @property
    def mode(self) -> str:
        """``ro``, ``rw``, or empty where the options do not say."""
        flags = self.options.split(",")
        return next((mode for mode in ("ro", "rw") if mode in flags), "")


@dataclass(frozen=True, slots=True)
class SystemScope:
    """Which parts of the machine are measured; every list is bounded.

    Attributes:
        mountpoints: Paths whose file systems are measured; empty for every local one.
        remote_filesystems: Whether network file systems are measured too. A mount whose server is away
            then stops the sampler until the server is back.
        skipped_interfaces: Name prefixes of network interfaces that are left out.
        per_cpu: Whether CPU time is told for each logical CPU in place of all together.
        max_filesystems: How many file systems are measured at most.
        max_disks: How many disks are measured at most.
        max_interfaces: How many interfaces are measured at most.
    """

    mountpoints: tuple[str, ...] = ()
    remote_filesystems: bool = False
    skipped_interfaces: tuple[str, ...] = SKIPPED_INTERFACES
    per_cpu: bool = False
    max_filesystems: int = 32
    max_disks: int = 32
    max_interfaces: int = 32

    def pick_interfaces(self, interfaces: Iterable[Interface]) -> tuple[Interface, ...]:
        """Return the interfaces that are measured, in the order given; one that carried nothing is none."""
        kept = (
            one
            for one in interfaces
            if one.receive_packets + one.transmit_packets and not one.name.startswith(self.skipped_interfaces)
        )
        return tuple(islice(kept, self.max_interfaces))

    def pick_disks(self, disks: Iterable[Disk], *, is_whole: Callable[[str], bool]) -> tuple[Disk, ...]:
        """Return the disks that are measured: whole devices, as partitions would count everything twice."""
        kept = (one for one in disks if not one.device.startswith(SKIPPED_DISKS) and is_whole(one.device))
        return tuple(islice(kept, self.max_disks))

    def pick_mounts(self, mounts: Iterable[Mount]) -> tuple[Mount, ...]:
        """Return the mounts that are measured: one for each device, at its shortest path.

        A later mount on the same path hides the earlier one. A path asked for by name that is no mount
        point is measured as well, as the file system that holds it.
        """
        visible = {mount.mountpoint: mount for mount in mounts}
        if self.mountpoints:
            asked = (visible.get(path, Mount("", path, "")) for path in self.mountpoints)
            return tuple(islice(asked, self.max_filesystems))
        by_device: dict[str, Mount] = {}
        for mount in visible.values():
            known = by_device.get(mount.device)
            if self._holds_data(mount) and (not known or len(mount.mountpoint) < len(known.mountpoint)):
                by_device[mount.device] = mount
        return tuple(islice(by_device.values(), self.max_filesystems))

    def filesystems(self, mounts: Iterable[Mount]) -> tuple[Filesystem, ...]:
        """Return the space of every mount that is measured and can be read."""
        measured = (_space(mount) for mount in self.pick_mounts(mounts))
        return tuple(filesystem for filesystem in measured if filesystem is not None)

    def _holds_data(self, mount: Mount) -> bool:
        kind = mount.type.lower()
        if kind in HARD_REMOTE_TYPES or "remote" in mount.options.split(","):
            return self.remote_filesystems
        if mount.mountpoint == "/":
            return True
        if kind in REMOTE_TYPES:
            return self.remote_filesystems
        return kind in LOCAL_TYPES and os.path.isdir(mount.mountpoint)  # noqa: PTH112 - a Path for each would cost


def _space(mount: Mount) -> Filesystem | None:
    try:
        total_bytes, used_bytes, free_bytes = shutil.disk_usage(mount.mountpoint)
    except OSError:
        return None
    if not total_bytes:
        return None
    return Filesystem(
        device=mount.device,
        mountpoint=mount.mountpoint,
        type=mount.type,
        mode=mount.mode,
        used_bytes=used_bytes,
        free_bytes=free_bytes,
        reserved_bytes=max(0, total_bytes - used_bytes - free_bytes),
    )
