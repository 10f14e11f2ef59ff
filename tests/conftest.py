"""Fixtures used by more than one folder."""

from __future__ import annotations

import contextlib
import itertools
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# How long an example takes is nothing that a test fails for: benchmarks measure.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def _globals() -> list[tuple[Any, str, str]]:
    """Return the places where the API keeps the provider of each signal, and whether it was set."""
    from opentelemetry import trace
    from opentelemetry._logs import _internal as logs
    from opentelemetry.metrics import _internal as metrics

    return [
        (trace, "_TRACER_PROVIDER", "_TRACER_PROVIDER_SET_ONCE"),
        (metrics, "_METER_PROVIDER", "_METER_PROVIDER_SET_ONCE"),
        (logs, "_LOGGER_PROVIDER", "_LOGGER_PROVIDER_SET_ONCE"),
    ]


@pytest.fixture(scope="session")
def _state_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Make names of folders where programs keep what they remember."""
    folder, numbers = tmp_path_factory.mktemp("state"), itertools.count()
    return lambda: f"{folder}/{next(numbers)}"


@contextlib.contextmanager
def _nowhere_of_the_users(state_home: str) -> Iterator[None]:
    """Keep nothing on disk unless a test says so, and then not where the user's own files are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_MONITORING_STORAGE__URL", "memory")
        patch.setenv("XDG_STATE_HOME", state_home)
        yield


@pytest.fixture(scope="session", autouse=True)
def _state_of_the_session(_state_home: Callable[[], str]) -> Iterator[None]:
    with _nowhere_of_the_users(_state_home()):
        yield


@pytest.fixture(scope="module", autouse=True)
def _state_of_the_module(_state_home: Callable[[], str]) -> Iterator[None]:
    """What the fixtures of a module start is apart from what those of others started."""
    with _nowhere_of_the_users(_state_home()):
        yield


@pytest.fixture(autouse=True)
def _state_of_the_test(_state_home: Callable[[], str]) -> Iterator[None]:
    with _nowhere_of_the_users(_state_home()):
        yield


@pytest.fixture
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """As in a new process: no ``OTEL_`` variable, no global provider, no instance; so again afterwards."""
    from opentelemetry.util._once import Once

    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    monkeypatch.setenv("OTEL_MONITORING_STORAGE__URL", "memory")
    for module, provider, once in _globals():
        monkeypatch.setattr(module, provider, None)
        monkeypatch.setattr(module, once, Once())
    from otel_monitoring.bootstrap import setup

    yield monkeypatch
    for running in setup._running:
        running.monitoring.shutdown(1)
    setup._running.clear()
