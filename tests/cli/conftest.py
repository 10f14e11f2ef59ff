"""The command line under test, called as a person calls it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from otel_monitoring.cli.main import build
from tests.cli.served import TOKEN, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person sees of one call."""

    exit_code: int
    output: str
    stdout: str = ""
    stderr: str = ""
    error: str = ""


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what the machine under test has set."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "dumb")


@pytest.fixture
def run() -> Run:
    """Return a function that runs one command line and returns what came of it."""
    app = build()

    def call(*words: str) -> Outcome:
        result = CliRunner().invoke(app, words)
        error = "" if result.exception is None else str(result.exception)
        return Outcome(result.exit_code, result.output, result.stdout, result.stderr, error)

    return call


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run an application whose alerts the commands act on."""
    with serving(tmp_path_factory.mktemp("application")) as found:
        yield found


@pytest.fixture
def served(application: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Give the application as it was at first, with its token in the environment."""
    monkeypatch.setenv("OTEL_MONITORING_API__TOKEN", TOKEN)
    application.forget()
    yield application
    application.forget()
