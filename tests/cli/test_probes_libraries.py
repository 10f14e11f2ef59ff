"""Probes of the libraries that are instrumented."""

from __future__ import annotations

from importlib.metadata import Distribution, EntryPoint
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.cli import probes_libraries
from otel_monitoring.cli.application import Application
from otel_monitoring.cli.probes_libraries import libraries
from otel_monitoring.instrument.libraries import DISABLED, Library, LibraryReport
from tests.cli.patients import found, patient

if TYPE_CHECKING:
    from pathlib import Path

REQUIREMENTS = {"good": "pytest>=1", "old": "pytest<1", "either": "no-such-library"}


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that some libraries are known and that some instrumentations are installed."""
    points = {}
    for name, requirement in REQUIREMENTS.items():
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: contrib-{name}\nVersion: 0.66b1\n"
            f"Provides-Extra: instruments\nRequires-Dist: {requirement}; extra == 'instruments'\n"
        )
        points[name] = EntryPoint(name, "module:Class", "opentelemetry_instrumentor")
        vars(points[name])["dist"] = Distribution.at(folder)
    table = [Library(name, "pytest", f"opentelemetry.instrumentation.{name}:X") for name in (*points, "bare")]
    table.append(
        Library("inner", "pytest", "opentelemetry.instrumentation.inner:X", off="the outer one does it")
    )
    table.append(Library("absent", "no_such_module", "opentelemetry.instrumentation.absent:X"))
    monkeypatch.setattr(probes_libraries, "LIBRARIES", table)
    monkeypatch.setattr(
        probes_libraries, "entry_points", lambda *, group, name: [points[name]] if name in points else []
    )


def test_an_instrumentation_needs_a_library_of_the_right_version() -> None:
    findings = found(libraries, patient())

    assert {name: one.state for name, one in findings.items()} == {
        "good": "on",
        "old": "warn",
        "either": "warn",
        "bare": "off",
        "inner": "off",
    }
    assert findings["old"].reason.startswith("contrib 0.66b1 takes pytest<1; installed is pytest ")
    assert findings["either"].reason.endswith("installed is none")
    assert findings["bare"].advice == "pip install opentelemetry-instrumentation-bare"
    assert findings["inner"].reason == "the outer one does it"


def test_a_library_can_be_switched_off() -> None:
    some = found(
        libraries, patient({DISABLED: "old"}, settings={"instrumentation": {"disabled": ["good", "x"]}})
    )
    none = found(libraries, patient(settings={"instrumentation": {"libraries": False}}))

    assert some["good"].reason == "named in instrumentation.disabled"
    assert some["old"].reason == f"named in {DISABLED}"
    assert some["x"].state == "warn"
    assert {name: one.state for name, one in none.items()} == {"libraries": "off"}


def test_nothing_known_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes_libraries, "LIBRARIES", ())

    assert found(libraries, patient())["libraries"].state == "off"


def test_a_running_instance_knows_better() -> None:
    reports = [
        LibraryReport("redis", "waiting", "not imported yet"),
        LibraryReport("httpx", "warn", "old names"),
        LibraryReport("celery", "off", "disabled"),
    ]
    running = SimpleNamespace(libraries=SimpleNamespace(reports=lambda: reports))

    findings = found(libraries, patient(app=Application("shop:app", object(), running)))

    assert {name: one.state for name, one in findings.items()} == {
        "redis": "on",
        "httpx": "warn",
        "celery": "off",
    }
