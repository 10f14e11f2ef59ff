"""Celery: a real worker behind the real Redis, and a broker that is up, hanging, refusing and back again."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import celery  # type: ignore[import-untyped]
import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.celery import CeleryCheck
from tests.health.checks.states import leaves_nothing_behind, tells_all_states_apart
from tests.integration.health.test_databases import at, password_of, port_of
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.servers import Redis

OWN_DATABASE = "11"


@pytest.fixture
def broker(redis: Redis) -> str:
    return f"{redis.url.rpartition('/')[0]}/{OWN_DATABASE}"


@contextmanager
def working(broker: str, folder: Path) -> Iterator[None]:
    """Run a worker that has nothing to do."""
    (folder / "tasks.py").write_text(
        "import os\nfrom celery import Celery\napp = Celery(broker=os.environ['BROKER'])\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "--pool=solo", "--loglevel=ERROR"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "BROKER": broker},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("ignore")
def test_workers_that_answer_are_healthy_and_too_few_are_not(broker: str, tmp_path: Path) -> None:
    alone = CeleryCheck(broker, slow_s=30)
    two = CeleryCheck(broker, workers=2, timeout_s=12, slow_s=30)

    none = alone()
    with working(broker, tmp_path):
        one = eventually(lambda: found if (found := alone()).status == "healthy" else None, what="the worker")
        few = two()

    assert (none.status, none.message) == ("unhealthy", "0 of at least 1 Celery workers answered")
    assert (one.status, one.message) == ("healthy", "")
    assert (few.status, few.message) == ("degraded", "1 of at least 2 Celery workers answered")
    assert none.advice == few.advice != ""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("by_app", [False, True])
def test_the_broker_tells_all_states_apart(broker: str, by_app: bool) -> None:
    def make(port: int, **times: float) -> CeleryCheck:
        url = at(broker, port)
        target: Any = celery.Celery(broker=url, set_as_current=False) if by_app else url
        return CeleryCheck(target, workers=0, **times)

    tells_all_states_apart(make, port=port_of(broker), secret=password_of(broker))


@pytest.mark.filterwarnings("ignore")
def test_nothing_is_left_of_failures() -> None:
    (port,) = free_ports(1)

    leaves_nothing_behind(CeleryCheck(f"redis://127.0.0.1:{port}", workers=0), runs=100)


def test_a_number_of_workers_below_0_is_refused() -> None:
    with pytest.raises(SettingsError, match="workers is -1: expected 0 or more"):
        CeleryCheck("redis://host", workers=-1)
