"""An instance on a storage answers for what it has long forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from tests.bootstrap.test_analysis import Rig

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_memory_forgot_is_answered_from_blocks(
    fresh_process: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rig = Rig(service_name="shop", store={"retention_s": 600}, storage={"url": f"sqlite:///{tmp_path}/s.db"})
    keeping = rig.analysis.keeping
    assert keeping is not None
    for _ in range(60):
        rig.counter.add(5)
        rig.pass_time(300)
    assert keeping.writer.flush(10)
    keeping.follower.look()
    keeping.upkeep.stop(5)

    while keeping.upkeep.step():  # what its thread has done already is not done again
        pass

    stats = keeping.upkeep.stats()
    assert stats["compact_windows"] >= 2
    assert stats["compact_collections"] >= 24
    assert rig.ask("count_over_time(orders_total[5h])")[0][1] == 1200.0
    assert rig.ask("min_over_time(orders_total[5h])")[0][1] == 5.0
    assert rig.analysis.store.select([], 0, 1 << 60)[0].times_ms[0] > rig.clock.now_ms() - 3_600_000
    rig.analysis.stop(5)


def test_the_pages_show_processes_and_clean_up(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = FastAPI()
    storage = {"url": f"sqlite:///{tmp_path}/s.db"}
    setup_telemetry(app, api={"token": "t0ken"}, storage=storage, telemetry={"collect_interval_s": 1})
    headers = {"authorization": "Bearer t0ken"}

    with TestClient(app) as client:
        cleaned = client.post("/monitoring/cleanup", headers=headers)
        listed = client.get("/monitoring/instances", headers=headers)

    assert (cleaned.status_code, cleaned.json()["dryRun"]) == (200, True)
    assert "instances" in listed.json()
