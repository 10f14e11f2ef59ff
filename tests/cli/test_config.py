"""``otel-monitoring config``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.settings.options import options

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "m.toml"
    path.write_text('[alerts]\ninterval_s = 5\n[notify]\nchannels = ["https://example.com/hunter2"]\n')
    return path


def test_every_setting_is_shown(run: Run) -> None:
    output = run("config").output

    assert all(name.rpartition(".")[2] in output for name in options())
    assert "from" not in output.split("application")[1]


def test_only_what_was_changed_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_MONITORING_ALERTS__INTERVAL_S", "5")

    lines = [line.strip() for line in run("config", "--changed").output.splitlines()]

    assert lines == [
        "Values without a source are defaults.",
        "",
        "alerts",
        "interval_s  5",
        "from environment variable OTEL_MONITORING_ALERTS__INTERVAL_S",
    ]


def test_nothing_changed_is_said_in_words(run: Run) -> None:
    assert run("config", "--changed").output.startswith("Every setting has its default value")


def test_a_value_of_the_file_is_shown_with_its_line(run: Run, file: Path) -> None:
    result = run("config", "--file", str(file), "--json")

    assert json.loads(result.output)["settings"]["alerts.interval_s"] == {
        "value": 5.0,
        "source": "file",
        "place": f"{file} line 2",
        "variable": "OTEL_MONITORING_ALERTS__INTERVAL_S",
    }


@pytest.mark.parametrize("words", [("config",), ("config", "--json"), ("config", "--changed")])
def test_secrets_are_masked(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OTEL_MONITORING_API__TOKEN", "hunter2")
    monkeypatch.setenv("OTEL_MONITORING_NOTIFY__WEBHOOK_HEADERS", "Authorization=hunter2")

    result = run(*words, "--file", str(file))

    assert result.exit_code == 0
    assert "hunter2" not in result.output
    assert result.output.count("**********") == 3


def test_a_problem_is_shown_and_leaves_with_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_MONITORING_ALERTS__INTERVAL_S", "often")

    result = run("config", "--changed")

    assert result.exit_code == 1
    assert result.output.startswith("wrong: alerts.interval_s = 'often'")


def test_an_unknown_variable_is_shown_and_leaves_with_nought(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_MONITORING_ALERTS__INTERVAL", "5")

    result = run("config", "--json")

    assert result.exit_code == 0
    assert "did you mean" in json.loads(result.output)["warnings"][0]
