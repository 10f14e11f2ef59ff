"""A folder that can be written to and has room, and others."""

from __future__ import annotations

import os
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.filesystem import FilesystemCheck
from tests.health.checks.states import leaves_nothing_behind

if TYPE_CHECKING:
    from pathlib import Path

TINY: dict[str, Any] = {"degraded_free_ratio": 0.0, "unhealthy_free_ratio": 0.0}


def with_free(monkeypatch: pytest.MonkeyPatch, ratio: float) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(used=1 - ratio, free=ratio))


def test_a_folder_that_can_be_written_to_is_healthy_and_stays_empty(tmp_path: Path) -> None:
    found = FilesystemCheck(tmp_path, **TINY)()

    assert found.status == "healthy"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ratio", "status"), [(0.5, "healthy"), (0.09, "degraded"), (0.02, "unhealthy")])
def test_free_space_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ratio: float, status: str
) -> None:
    with_free(monkeypatch, ratio)

    found = FilesystemCheck(tmp_path)()

    assert (found.status, bool(found.advice)) == (status, status != "healthy")
    assert f"{ratio:.0%} of the space" in found.message


def test_a_folder_that_is_not_there_is_unhealthy_and_healthy_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    check = FilesystemCheck(folder, **TINY)

    gone = check()
    folder.mkdir()
    back = check()

    assert (gone.status, back.status) == ("unhealthy", "healthy")
    assert "No such file or directory" in gone.message


def test_a_folder_that_may_not_be_written_to_is_unhealthy(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")

    written = FilesystemCheck(file, **TINY)()
    read = FilesystemCheck(file, writable=False, **TINY)()

    assert (written.status, read.status) == ("unhealthy", "healthy")
    assert written.advice


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_rights_that_are_missing_are_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    assert "Permission denied" in FilesystemCheck(tmp_path, **TINY)().message


def test_nothing_is_left_of_a_thousand_failures(tmp_path: Path) -> None:
    leaves_nothing_behind(FilesystemCheck(tmp_path / "none", **TINY))


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("data", {}),
        ("/data", {"degraded_free_ratio": 0.1, "unhealthy_free_ratio": 0.2}),
        ("/data", {"timeout_s": 0}),
    ],
)
def test_what_cannot_be_checked_is_refused(path: str, options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        FilesystemCheck(path, **options)
