"""The command line as a whole."""

from __future__ import annotations

import importlib.util
import io
import sys
from typing import TYPE_CHECKING

import pytest

from otel_monitoring._version import __version__
from otel_monitoring.cli import main as cli

if TYPE_CHECKING:
    from tests.cli.conftest import Run


def test_the_version_is_shown(run: Run) -> None:
    result = run("--version")

    assert (result.exit_code, result.output) == (0, f"{__version__}\n")


def test_help_lists_the_commands_with_a_line_each(run: Run) -> None:
    result = run("-h")

    assert result.exit_code == 0
    assert "Show the settings in force" in result.output


@pytest.mark.parametrize("words", [("nope",), ("config", "--nope"), ()])
def test_a_wrong_call_leaves_with_two(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_a_missing_package_is_one_clean_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], package: str
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find_spec(name)
    )

    with pytest.raises(SystemExit) as left:
        cli.main()

    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{package!r} is needed for the command line")
    assert line.endswith("pip install 'otel-monitoring[cli]'")


def test_a_file_that_cannot_be_read_leaves_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["otel-monitoring", "config", "--changed", "-f", "/nowhere/s.toml"])

    with pytest.raises(SystemExit) as left:
        cli.main()

    assert left.value.code == 1
    assert "No such file" in capsys.readouterr().out


def test_a_stream_that_knows_ascii_alone_shows_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    monkeypatch.setattr(sys, "argv", ["otel-monitoring", "doctor"])

    with pytest.raises(SystemExit) as left:
        cli.main()

    sys.stdout.flush()
    assert left.value.code == 0
    assert b"? set OTEL_EXPORTER_OTLP_ENDPOINT" in written.getvalue()
