"""An instance on a storage answers for what it has long forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    steps = 0
    while keeping.upkeep.step():
        steps += 1

    stats = keeping.upkeep.stats()
    assert steps == stats["compact_windows"] >= 2
    assert stats["compact_collections"] >= 24
    assert rig.ask("count_over_time(orders_total[5h])")[0][1] == 1200.0
    assert rig.ask("min_over_time(orders_total[5h])")[0][1] == 5.0
    assert rig.analysis.store.select([], 0, 1 << 60)[0].times_ms[0] > rig.clock.now_ms() - 3_600_000
    rig.analysis.stop(5)
