"""``otel-monitoring redact``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from otel_monitoring.cli.main import build
from otel_monitoring.cli.redact import Kind, redact

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from typer.testing import Result


def run(*words: str, typed: str | None = None) -> Result:
    """Return what came of one call, with the two streams apart."""
    return CliRunner().invoke(build(), ["redact", *words], input=typed)


def test_shows_what_a_text_becomes() -> None:
    result = run("login of ann@example.org", "with password=hunter2")

    assert result.exit_code == 0
    assert result.stdout == "login of [redacted] with password=[redacted]\n"
    assert result.stderr == "taken out: 1 email, 1 named\n"


def test_says_so_where_nothing_was_taken_out() -> None:
    result = run("order 7 paid")

    assert result.stdout == "order 7 paid\n"
    assert result.stderr == "taken out: nothing\n"


def test_reads_standard_input() -> None:
    result = run(typed="first\npassword=hunter2\n")

    assert result.stdout == "first\npassword=[redacted]\n"


def test_takes_the_text_for_what_it_is_told() -> None:
    assert run("--as", "sql", "SELECT 'ann'").stdout == "SELECT ?\n"
    assert run("--as", "query", "sig=abc").stdout == "sig=[redacted]\n"
    assert run("--as", "url", "https://a:b@c.example/x").stdout == "https://[redacted]@c.example/x\n"


def test_takes_the_text_for_the_value_of_an_attribute() -> None:
    assert run("--key", "db_password", "hunter2").stdout == "[redacted]\n"


def test_follows_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.toml"
    path.write_text('[redaction]\nextra_keys = ["shoe"]\nextra_patterns = ["ACME-[0-9]+"]\n')
    monkeypatch.setenv("OTEL_MONITORING_REDACTION__ALLOW", "password")

    result = run("--file", str(path), "shoe=42 ACME-7 password=x")

    assert result.stdout == "shoe=[redacted] [redacted] password=x\n"


def test_is_a_function_as_well() -> None:
    assert redact("password=x") == "password=[redacted]"
    assert redact("SELECT 1", kind=Kind.SQL) == "SELECT ?"
    assert redact("x", key="cookie") == "[redacted]"
