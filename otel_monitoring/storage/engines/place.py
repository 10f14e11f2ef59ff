"""Where the storage is: what a URL says, and whether SQLite may live there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from otel_monitoring.storage.errors import StorageError

_MOUNTINFO = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {"afs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "vboxsf"}
)
_LOCAL_FUSE = frozenset({"bindfs", "encfs", "exfat", "fuse-overlayfs", "gocryptfs", "mergerfs", "ntfs-3g"})
_POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the storage is.

    Attributes:
        url: What SQLAlchemy opens; never print it, see ``shown``.
        path: The file of SQLite; ``None`` for PostgreSQL.
        shown: The place as people may read it, without secrets.
    """

    url: URL
    path: Path | None
    shown: str


def place_of(url: str) -> Place:
    """Read ``sqlite:///path``, ``postgresql://…`` or ``postgresql+psycopg://…``.

    Raises:
        StorageError: It is none of these; the message does not repeat what may be a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        msg = "the URL of the storage cannot be read: expected sqlite:///path or postgresql://host/database"
        raise StorageError(msg) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _sqlite(parsed)
    if parsed.drivername in _POSTGRES:
        parsed = parsed.set(drivername="postgresql+psycopg")
        return Place(url=parsed, path=None, shown=_shown(parsed))
    msg = f"the storage is at {parsed.drivername!r}: expected sqlite:///path or postgresql://host/database"
    raise StorageError(msg)


def network_file_system(path: Path, mountinfo: str | None = None) -> str | None:
    """Return the type of the network file system that ``path`` is on; ``None`` for a local or unknown one.

    SQLite's locks and shared memory do not hold over a network. A 9p or FUSE mount that is the root is the
    one disk of a sandbox or a container, and is taken for local.

    Args:
        path: A file or folder that need not exist.
        mountinfo: What the kernel says of mounts; read from it where not given.
    """
    if mountinfo is None:
        try:
            mountinfo = _MOUNTINFO.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
    point, kind = _mount_of(path.resolve(), mountinfo)
    family, _, fuse = kind.partition(".")
    if kind in _NETWORK:
        return kind
    is_doubtful = (family == "fuse" and fuse not in _LOCAL_FUSE) or kind == "9p"
    return kind if is_doubtful and point != "/" else None


def _sqlite(url: URL) -> Place:
    database = url.database or ""
    if database in ("", ":memory:") or database.startswith("file:"):
        msg = f"the storage is at {url.drivername}:///{database}: expected the path of a file"
        raise StorageError(msg)
    path = Path(database).expanduser().absolute()
    return Place(url=url, path=path, shown=str(path))


def _shown(url: URL) -> str:
    query = {key: "***" if "pass" in key else value for key, value in url.query.items()}
    return url.set(query=query).render_as_string(hide_password=True)


def _mount_of(path: Path, mountinfo: str) -> tuple[str, str]:
    """Return the mount point and the type of the last mount that holds ``path``."""
    found = ("", "")
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split()
        if not separator or len(fields) < 5 or not after:  # noqa: PLR2004 - the fifth field is the mount point
            continue
        point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[4])
        if len(point) >= len(found[0]) and path.is_relative_to(point):
            found = (point, after.split()[0])
    return found
