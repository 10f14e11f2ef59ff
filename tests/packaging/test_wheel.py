"""What the built distributions hold. Building needs no network: hatchling is in the lock.

The dashboard goes into them as it was built before, by ``make dashboard``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from otel_monitoring import __version__
from tests.integration.servers import absent

ROOT = Path(__file__).parents[2]
BUILT = "otel_monitoring/dashboard/static"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``make build`` would fill."""
    pytest.importorskip("hatchling", reason="hatchling is not installed; `make install` brings it")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder],
        cwd=ROOT,
        env={**os.environ, "BUILD_DASHBOARD": "off"},
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> zipfile.ZipFile:
    [path] = dist.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def sdist(dist: Path) -> list[str]:
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return [name.partition("/")[2] for name in archive.getnames()]


def test_the_wheel_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert "otel_monitoring/py.typed" in wheel.namelist()


def test_the_wheel_holds_the_default_rules(wheel: zipfile.ZipFile) -> None:
    assert [name for name in wheel.namelist() if name.endswith("/default_rules.yml")]
    assert [name for name in wheel.namelist() if name.endswith("/insights/rules.yml")]


def test_the_wheel_holds_every_module(wheel: zipfile.ZipFile) -> None:
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "otel_monitoring").rglob("*.py")}

    assert modules - set(wheel.namelist()) == set()


def test_the_wheel_holds_nothing_but_the_package(wheel: zipfile.ZipFile) -> None:
    folders = {name.split("/")[0] for name in wheel.namelist()}

    assert folders == {"otel_monitoring", f"otel_monitoring-{__version__}.dist-info"}


def test_the_wheel_states_its_licence_and_version(wheel: zipfile.ZipFile) -> None:
    info = f"otel_monitoring-{__version__}.dist-info"
    metadata = message_from_string(wheel.read(f"{info}/METADATA").decode())

    assert (metadata["License-Expression"], metadata["Version"]) == ("MIT", __version__)
    assert f"{info}/licenses/LICENSE" in wheel.namelist()


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    entry_points = wheel.read(f"otel_monitoring-{__version__}.dist-info/entry_points.txt").decode()

    assert "otel-monitoring = otel_monitoring.cli.main:main" in entry_points


def test_both_hold_the_dashboard_and_nothing_of_its_making(wheel: zipfile.ZipFile, sdist: list[str]) -> None:
    if not (ROOT / BUILT / "index.html").is_file():
        absent("dashboard", "it was not built; `make dashboard` does it")

    for names in (wheel.namelist(), sdist):
        built = [name.removeprefix(f"{BUILT}/") for name in names if name.startswith(f"{BUILT}/")]
        assert {"index.html", "icon.svg"} < set(built)
        assert [name for name in built if name.startswith("assets/") and name.endswith(".js")]
        assert [name for name in built if name.startswith(".")] == []


def test_the_page_can_be_built_from_the_source_distribution(sdist: list[str]) -> None:
    assert {"frontend/src/main.tsx", "frontend/package-lock.json", "hatch_build.py"} < set(sdist)
    assert "tools/frontend/build.py" in sdist
    assert [name for name in sdist if "node_modules" in name] == []


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"])
def test_the_source_distribution_holds(sdist: list[str], name: str) -> None:
    assert name in sdist


def test_the_licence_is_mit() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert text.startswith("MIT License")
    assert "WITHOUT WARRANTY OF ANY KIND" in text
