"""Fixtures for the real servers; each skips, or fails under ``REQUIRE_SERVICES``, where one is absent."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.integration.servers import (
    Alertmanager,
    Collector,
    FerretDb,
    Jaeger,
    Postgres,
    Prometheus,
    Redis,
    addresses,
    answering,
    index,
    listening,
    program,
    running_collector,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class StartCollector(Protocol):
    """Start a Collector for one test; see ``servers.running_collector``."""

    def __call__(
        self,
        config_overrides: Mapping[str, Any] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> Collector:
        """Return the addresses of a Collector that ends with the test."""
        ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder: it talks to real servers."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("integration")


@pytest.fixture(scope="session")
def collector() -> Collector:
    found = addresses("collector")
    answering("collector", found["health"])
    return Collector(**{**found, "log_file": Path(found["log_file"])})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def jaeger() -> Jaeger:
    found = Jaeger(**addresses("jaeger"))
    answering("jaeger", found.health)
    return found


@pytest.fixture(scope="session")
def prometheus() -> Prometheus:
    found = addresses("prometheus")
    answering("prometheus", found["health"])
    return Prometheus(**found, version=index()["servers"]["prometheus"]["version"])


@pytest.fixture(scope="session")
def alertmanager() -> Alertmanager:
    found = Alertmanager(**addresses("alertmanager"))
    answering("alertmanager", found.health)
    return found


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    found = Postgres(**addresses("postgres"))
    listening("postgres", found.url)
    return found


@pytest.fixture(scope="session")
def redis() -> Redis:
    found = Redis(**addresses("redis"))
    listening("redis", found.url)
    return found


@pytest.fixture(scope="session")
def ferretdb() -> FerretDb:
    found = FerretDb(**addresses("ferretdb"))
    listening("ferretdb", found.url)
    return found


@pytest.fixture(scope="session")
def promtool() -> Path:
    return program("promtool")


@pytest.fixture(scope="session")
def chromium() -> Path:
    return program("chromium")


@pytest.fixture
def start_collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartCollector]:
    """Give a function that starts a private Collector on free ports; all end with the test."""
    with contextlib.ExitStack() as running:

        def start(
            config_overrides: Mapping[str, Any] | None = None,
            *,
            environment: Mapping[str, str] | None = None,
        ) -> Collector:
            folder = tmp_path_factory.mktemp("collector")
            made = running_collector(folder, overrides=config_overrides, environment=environment)
            return running.enter_context(made)

        yield start
