"""A real application whose alerts the commands act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.served import TOKEN, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run an application for all tests of this folder."""
    with serving(tmp_path_factory.mktemp("application")) as found:
        yield found


@pytest.fixture
def served(application: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Give the application as it was at first, with its token in the environment."""
    monkeypatch.setenv("OTEL_MONITORING_API__TOKEN", TOKEN)
    application.forget()
    yield application
    application.forget()
