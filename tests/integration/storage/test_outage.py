"""PostgreSQL is gone for a while: processes serve on from memory, then catch up with every sample (P11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, make_url, select

from otel_monitoring.storage.tables import BATCHES, SOURCES
from tests.integration.lifecycle.load import run_load
from tests.integration.servers import eventually
from tests.integration.storage.line import CUTS, Cut, Line
from tests.integration.storage.workers_load import GUNICORN, Outcome, forget_ledgers, settled, workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.storage.workers_load import Workers

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

REQUESTS = 300
COLLECTIONS = 5
LOOKED_S = 180.0
LEFT_OUT = 'sum(otel_monitoring_storage_writes_total{outcome=~"failed|dropped|refused"})'


@pytest.fixture
def line(postgres_url: str) -> Iterator[Line]:
    given = make_url(postgres_url)
    made = Line(given.host or "127.0.0.1", given.port or 5432)
    yield made
    made.stop()


@pytest.fixture
def url(postgres_url: str, line: Line) -> Iterator[str]:
    """The server by a way that can be cut."""
    given = make_url(postgres_url).set(host="127.0.0.1", port=line.port)
    found = given.render_as_string(hide_password=False)
    yield found
    forget_ledgers(found)


def collections(url: str) -> dict[int, list[tuple[int, int]]]:
    """Return the number and time of every collection in the storage, by the process that took it."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    found: dict[int, list[tuple[int, int]]] = {}
    columns = (SOURCES.c.pid, BATCHES.c.seq, BATCHES.c.time_ms)
    query = select(*columns).join(SOURCES, SOURCES.c.id == BATCHES.c.source).order_by(BATCHES.c.seq)
    with engine.connect() as connection:
        for pid, seq, time_ms in connection.execute(query):
            found.setdefault(pid, []).append((seq, time_ms))
    engine.dispose()
    return found


def newest_ms(url: str) -> int:
    return max(time_ms for taken in collections(url).values() for _, time_ms in taken)


def know_that_it_is_away(server: Workers) -> bool:
    """Tell whether each worker says of itself that it has no storage."""
    query = "min(otel_monitoring_storage_available)"
    answers = server.from_each("/monitoring/prometheus/api/v1/query", query=query).values()
    return [_value(one.json()) for one in answers] == [0.0] * 4


def collected_meanwhile(server: Workers, since: dict[int, float]) -> bool:
    """Tell whether each worker has taken several collections since it was asked first."""
    query = 'max(otel_monitoring_job_runs_total{job_name="collect"})'
    answers = server.from_each("/monitoring/prometheus/api/v1/query", query=query)
    runs = {pid: _value(answer.json()) for pid, answer in answers.items()}
    if min(runs.values()) < 0:
        return False
    for pid, count in runs.items():
        since.setdefault(pid, count)
    return all(count >= since[pid] + COLLECTIONS for pid, count in runs.items())


def caught_up(url: str, away: dict[int, int]) -> bool:
    """Tell whether the storage has of each process what it collected meanwhile.

    That all workers agree on the requests does not say so of one that was given none of them.
    """
    found = collections(url)
    return all(len(found.get(pid, ())) >= count + COLLECTIONS for pid, count in away.items())


@pytest.mark.parametrize("cut", CUTS)
def test_what_was_collected_while_the_server_was_away_is_there_afterwards(
    url: str, postgres_url: str, line: Line, tmp_path: Path, cut: Cut
) -> None:
    with workers(GUNICORN, url=url, folder=tmp_path) as server:
        before = run_load(server.port, requests=REQUESTS, path="/x")
        assert set(settled(server.totals, Outcome(REQUESTS, 0)).values()) == {REQUESTS}

        line.cut(cut)
        during = run_load(server.port, requests=REQUESTS, path="/x")
        if cut == "closed":  # a server that takes everything and answers nothing may only be slow
            eventually(lambda: know_that_it_is_away(server), timeout_s=LOOKED_S, what="that it is noticed")
        last_ms = newest_ms(postgres_url)
        since: dict[int, float] = {}
        eventually(lambda: collected_meanwhile(server, since), timeout_s=LOOKED_S, what="further collections")
        away = {pid: len(taken) for pid, taken in collections(postgres_url).items()}
        line.mend()

        after = run_load(server.port, requests=REQUESTS, path="/x")
        totals = settled(server.totals, Outcome(3 * REQUESTS, 0))
        eventually(lambda: caught_up(postgres_url, away), timeout_s=LOOKED_S, what="what was collected")
        left_out = server.values(LEFT_OUT)
        found = collections(postgres_url)

    assert [one.statuses for one in (before, during, after)] == [{200: REQUESTS}] * 3
    assert [one.broken for one in (before, during, after)] == [0] * 3
    assert set(totals.values()) == {3.0 * REQUESTS}
    assert left_out == [0.0]
    assert len(found) == 4
    for pid, taken in found.items():
        assert [seq for seq, _ in taken] == list(range(1, len(taken) + 1))
        assert len([time_ms for _, time_ms in taken if time_ms > last_ms]) >= COLLECTIONS
        assert len(taken) >= away[pid] + COLLECTIONS


def _value(answer: Any) -> float:
    result = answer["data"]["result"]
    return float(result[0]["value"][1]) if result else -1.0
