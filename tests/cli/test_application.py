"""Importing the application that the doctor looks at."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.cli.application import load_application, settings_in_force
from otel_monitoring.settings.load import load_settings

if TYPE_CHECKING:
    from pathlib import Path

APPS = """\
class Holder:
    app = "inner"

app = "outer"
"""

SHOP = """\
from fastapi import FastAPI
from otel_monitoring.bootstrap.setup import setup_telemetry

app = FastAPI()
setup_telemetry(app, alerts={"interval_s": 7}, api={"token": "hunter2"})
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder with some modules, as a server would."""
    (tmp_path / "doctor_apps.py").write_text(APPS)
    (tmp_path / "doctor_broken.py").write_text("raise RuntimeError('no database')")
    (tmp_path / "doctor_shop.py").write_text(SHOP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "doctor_apps", raising=False)
    monkeypatch.delitem(sys.modules, "otel_monitoring.bootstrap.setup", raising=False)


@pytest.mark.parametrize(
    ("name", "target"), [("doctor_apps:app", "outer"), ("doctor_apps:Holder.app", "inner")]
)
def test_an_application_in_the_current_folder_is_found(name: str, target: str) -> None:
    app = load_application(name)

    assert (app.name, app.target, app.running) == (name, target, None)


@pytest.mark.parametrize("name", ["doctor_broken:app", "doctor_nowhere:app", "doctor_apps:nothing"])
def test_one_that_cannot_be_imported_says_why_in_the_log(name: str, caplog: pytest.LogCaptureFixture) -> None:
    app = load_application(name)

    assert app.target is None
    assert "Traceback" in caplog.text


def test_what_the_code_gives_counts_as_code() -> None:
    outside = load_settings(environ={"OTEL_MONITORING_SERVICE_NAME": "shop"})
    inside = load_settings(environ={}, service_name="shop", alerts__interval_s=7).settings

    loaded = settings_in_force(outside, SimpleNamespace(settings=inside))

    assert loaded.settings is inside
    assert loaded.origins["alerts.interval_s"].kind == "code"
    assert loaded.origins["service_name"].kind == "environment"


def test_without_a_running_instance_nothing_changes() -> None:
    loaded = load_settings(environ={})

    assert settings_in_force(loaded, None) is loaded


def test_the_doctor_sees_what_the_application_sets_up() -> None:
    """In a process of its own, since a set-up is for good."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("OTEL_")}
    program = "from otel_monitoring.cli.main import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", program, "doctor", "--app", "doctor_shop:app"],
        env={**environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "by setup_telemetry; given in code: alerts.interval_s, api.token" in done.stdout
    assert "groups, every 7 s" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
