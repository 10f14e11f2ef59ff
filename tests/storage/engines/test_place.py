from __future__ import annotations

from pathlib import Path

import pytest

from otel_monitoring.storage.engines.place import network_file_system, place_of
from otel_monitoring.storage.errors import StorageError

MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
28 27 0:25 / /srv/share rw,relatime shared:1 master:2 - nfs4 server:/export rw,vers=4.2
29 27 0:26 / /srv/share/local rw,relatime - tmpfs tmpfs rw
30 27 0:27 / /srv/with\\040space rw,relatime - cifs //server/share rw
31 27 0:28 / /mnt/c rw,noatime - 9p drvfs rw,aname=drvfs
32 27 0:29 / /srv/remote rw - fuse.sshfs ada@host: rw
33 27 0:30 / /srv/bound rw - fuse.bindfs /data rw
34 27 0:31 / /over rw - ext4 /dev/vdb rw
35 34 0:32 / /over rw - nfs server:/late rw
"""


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_by_psycopg(scheme: str) -> None:
    place = place_of(f"{scheme}://ada@db.example/metrics")

    assert place.url.drivername == "postgresql+psycopg"
    assert place.path is None


def test_a_path_of_sqlite_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert place_of("sqlite:///data/storage.db").path == tmp_path / "data" / "storage.db"
    assert place_of("sqlite:////var/lib/storage.db").path == Path("/var/lib/storage.db")


def test_what_is_shown_holds_no_password() -> None:
    shown = place_of("postgresql://ada:s3cret@db.example/metrics?sslpassword=0ther&sslmode=require").shown

    assert "ada" in shown
    assert "sslmode=require" in shown
    assert "s3cret" not in shown
    assert "0ther" not in shown


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory"])
def test_a_storage_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="expected the path of a file"):
        place_of(url)


@pytest.mark.parametrize(
    "url", ["mysql://ada:s3cret@host/db", "s3cret", "postgresql+psycopg2://a:s3cret@h/d"]
)
def test_what_is_not_known_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(StorageError, match="expected sqlite:///path or postgresql://") as caught:
        place_of(url)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/var/lib/app", None),
        ("/srv/share/app", "nfs4"),
        ("/srv/share/local/app", None),
        ("/srv/with space/app", "cifs"),
        ("/srv/shared", None),
        ("/mnt/c/app", "9p"),
        ("/srv/remote", "fuse.sshfs"),
        ("/srv/bound", None),
        ("/over/app", "nfs"),
    ],
)
def test_finds_the_file_system_of_a_path(path: str, expected: str | None) -> None:
    assert network_file_system(Path(path), MOUNTS) == expected


@pytest.mark.parametrize("kind", ["9p", "fuse.fuse-overlayfs", "fuse.something", "overlay"])
def test_the_root_of_a_sandbox_is_local(kind: str) -> None:
    assert network_file_system(Path("/data/app"), f"1 0 0:1 / / rw - {kind} none rw\n") is None


def test_a_root_on_a_network_is_not_local() -> None:
    assert network_file_system(Path("/data/app"), "1 0 0:1 / / rw - nfs server:/ rw\n") == "nfs"


def test_a_line_that_makes_no_sense_is_passed_over() -> None:
    assert network_file_system(Path("/data/app"), "\nfoo - \n1 2 - nfs x\n") is None
