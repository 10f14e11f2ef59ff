"""A service that keeps its telemetry without being told to, and what harm to its file does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.lifecycle.processes import FLUSH_S, environment, running
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

READY = "Application startup complete"
TOKEN = "t0ken"
SETTINGS = {
    "OTEL_MONITORING_API__TOKEN": TOKEN,
    "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "0.5",
    "OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S": FLUSH_S,
    "OTEL_MONITORING_ALERTS__INTERVAL_S": "1",
}
PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Shop:
    """A running service.

    Attributes:
        url: Where it is served.
        output: What it writes.
        answers: The status of every request so far.
    """

    url: str
    output: Path
    answers: list[int]

    def visit(self, times: int = 5) -> None:
        for _ in range(times):
            self.answers.append(httpx.get(f"{self.url}/x", timeout=60).status_code)

    def get(self, path: str, **parameters: str) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.get(
            f"{self.url}/monitoring{path}", params=parameters, headers=headers, timeout=60
        ).json()

    def ask(self, query: str) -> list[tuple[dict[str, str], float]]:
        found = self.get("/prometheus/api/v1/query", query=query)["data"]["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def requests(self) -> float:
        found = self.ask('sum(http_server_request_duration_seconds_count{http_route="/x"})')
        return found[0][1] if found else 0.0

    def is_available(self) -> bool:
        return [value for _, value in self.ask("otel_monitoring_storage_available")] == [1]

    def reasons(self) -> set[str]:
        return {labels["reason"] for labels, value in self.ask("otel_monitoring_storage_available == 0")}

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")


@contextlib.contextmanager
def serving(folder: Path, state: Path, **more: str) -> Iterator[Shop]:
    """Serve the shop with nothing said about its storage but where programs keep what they remember."""
    port = free_ports(1)[0]
    words = [
        "uvicorn",
        "tests.integration.storage.workers_app:app",
        "--port",
        str(port),
        "--log-level",
        "info",
    ]
    env = environment(None, **SETTINGS, XDG_STATE_HOME=str(state), **more)
    with running(words, env=env, folder=folder, port=port, ready=READY, times=1) as server:
        yield Shop(f"http://127.0.0.1:{port}", folder / f"server-{port}.log", [])
        server.terminate()


@contextlib.contextmanager
def disk(folder: Path, options: str) -> Iterator[Path]:
    """Give a small file system of one's own."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def kept(state: Path) -> Path:
    return state / "otel_monitoring" / "shop.db"


def warmed(shop: Shop) -> None:
    """Wait until the storage is in use."""
    shop.visit()
    eventually(shop.is_available, what="the storage")
    eventually(lambda: shop.requests() == len(shop.answers), what="the count of requests")


def deleted(path: Path) -> None:
    path.unlink()


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // PAGE_BYTES * PAGE_BYTES + 7)


def turned_over(path: Path) -> None:
    with path.open("r+b") as file:
        for place in range(100, path.stat().st_size, 997):
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 0xFF]))


def test_what_was_counted_outlives_a_restart_without_any_setting(tmp_path: Path) -> None:
    with serving(tmp_path, tmp_path) as shop:
        shop.visit(20)
        first = shop.get("/instances")["instances"]

    with serving(tmp_path, tmp_path) as shop:
        shop.visit(5)
        eventually(lambda: shop.requests() == 25, what="the requests of both runs")
        found = eventually(
            lambda: len(known := shop.get("/instances")["instances"]) == 2 and known, what="both runs"
        )

    assert kept(tmp_path).exists()
    assert kept(tmp_path).parent.stat().st_mode & 0o077 == 0
    assert len(first) <= 1
    assert sorted(one["state"] for one in found) == ["running", "stopped"]


@pytest.mark.parametrize("harm", [deleted, cut_off, turned_over])
def test_a_file_that_is_harmed_while_it_is_used_fails_no_request(
    harm: Callable[[Path], None], tmp_path: Path
) -> None:
    with serving(tmp_path, tmp_path) as shop:
        warmed(shop)
        harm(kept(tmp_path))
        shop.visit(20)
        eventually(lambda: shop.requests() == len(shop.answers) and shop.answers, what="all requests")
        eventually(shop.is_available, what="a storage anew")

    assert set(shop.answers) == {200}
    with serving(tmp_path, tmp_path) as again:
        eventually(again.is_available, what="the storage")
        assert "Traceback" not in again.said()


@pytest.mark.parametrize("harm", [cut_off, turned_over])
def test_a_file_that_was_harmed_before_the_start_is_set_aside_and_said_so(
    harm: Callable[[Path], None], tmp_path: Path
) -> None:
    with serving(tmp_path, tmp_path) as shop:
        warmed(shop)
    harm(kept(tmp_path))

    with serving(tmp_path, tmp_path) as shop:
        warmed(shop)
        found = shop.ask('otel_monitoring_storage_troubles_total{kind="set_aside"}')
        aside = list(kept(tmp_path).parent.glob("shop.db.corrupt-*"))
        said = shop.said()

    assert set(shop.answers) == {200}
    assert [value for _, value in found] == [1]
    assert aside
    assert "shop.db.corrupt-" in said


def test_a_full_disk_is_told_of_and_nothing_is_lost_once_there_is_room(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "size=4m") as state, serving(tmp_path, state) as shop:
        warmed(shop)
        filling = state / "filling"
        with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
            while file.write(bytes(PAGE_BYTES)):
                pass
        eventually(lambda: shop.reasons() == {"full"}, what="the metric that says so")
        shop.visit(20)
        eventually(lambda: shop.requests() == len(shop.answers), what="all requests")
        filling.unlink()
        eventually(shop.is_available, what="the storage again")
        said = shop.said()
        lost = shop.ask('otel_monitoring_storage_writes_total{outcome!="written"} > 0')

    assert set(shop.answers) == {200}
    assert "the storage cannot be used, everything goes on in memory" in said
    assert "full" in said
    assert lost == []


def test_a_disk_that_cannot_be_written_leaves_the_service_in_memory(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(
        "groups:\n- name: own\n  rules:\n  - {alert: Gone, expr: otel_monitoring_storage_available == 0}\n",
        encoding="utf-8",
    )
    with (
        disk(tmp_path / "disk", "size=4m,ro") as state,
        serving(tmp_path, state, OTEL_MONITORING_ALERTS__RULE_FILES=str(rules)) as shop,
    ):
        shop.visit(20)
        eventually(lambda: shop.reasons() == {"read_only"}, what="the metric that says so")
        eventually(lambda: shop.requests() == len(shop.answers), what="all requests")
        eventually(lambda: "Gone" in shop.said(), what="the message of the alert")
        said = shop.said()

    assert set(shop.answers) == {200}
    assert said.count("the storage cannot be used, everything goes on in memory") == 1
