"""What the shop of the examples counts in some hours, recorded in a few minutes.

The real application runs in this process behind its real telemetry and is visited in earnest; between two
collections the clock of the recording moves on by 15 s while the application serves as many requests as a
rate that rises and falls asks for. Counts, durations and gauges are thus real, only the pauses are left out.

    python -m benchmarks.storage.shop 4 shop.npz
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.stores.block import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from otel_monitoring.model.sample import Batch

INTERVAL_MS = 15_000
JITTER_MS = 12
START_MS = 1_760_000_000_000
COLLECTIONS_PER_HOUR = 3_600_000 // INTERVAL_MS
JOURNEYS = (12, 45)
THINKING_S = 0.002
PAYING_S = 0.004
DECLINED_ONE_IN = 40
WORDS = ("lamp", "chair", "oak", "brass", "mirror", "glass")


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples of one source.

    Attributes:
        labels: The series, shape (n,).
        times_ms: The collections, shape (t,).
        values: The samples, shape (n, t); what a collection does not hold is absent.
    """

    labels: tuple[Labels, ...]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    def save(self, path: Path) -> None:
        """Write it to a file."""
        names = json.dumps([dict(labels.pairs) for labels in self.labels])
        np.savez_compressed(path, labels=np.array(names), times_ms=self.times_ms, values=self.values)

    @classmethod
    def load(cls, path: Path) -> Recording:
        """Read what :meth:`save` wrote."""
        with np.load(path) as found:
            labels = tuple(Labels.of(one) for one in json.loads(str(found["labels"])))
            return cls(labels, found["times_ms"], found["values"])

    @classmethod
    def of(cls, batches: list[Batch]) -> Recording:
        """Put batches side by side."""
        place: dict[Labels, int] = {}
        for batch in batches:
            for labels in batch.labels:
                place.setdefault(labels, len(place))
        values = np.full((len(place), len(batches)), ABSENT)
        for at, batch in enumerate(batches):
            values[[place[labels] for labels in batch.labels], at] = batch.values
        times_ms = np.array([batch.time_ms for batch in batches], dtype=np.int64)
        return cls(tuple(place), times_ms, values)


def recorded(hours: float, path: Path) -> Recording:
    """Return the recording in ``path``; make it in a process of its own where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", __name__, str(hours), str(path)]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
    return Recording.load(path)


async def record(hours: float) -> Recording:
    """Visit the shop for so many hours of its own time."""
    from examples.shop import app as shop
    from examples.shop import search
    from otel_monitoring.bootstrap.setup import running

    found = running()
    if found is None:
        msg = "the shop's telemetry does not run"
        raise RuntimeError(msg)
    search.THINKING_S = THINKING_S
    heard = _heard()
    chance = random.Random(1)
    shop.checkout._payments = httpx.AsyncClient(transport=_payments(chance), base_url="http://payments")
    await asyncio.to_thread(shop.database.prepare)
    count = round(hours * COLLECTIONS_PER_HOUR)
    batches = []
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(shop.app, raise_app_exceptions=False), base_url="http://shop"
    )
    async with client:
        for at in range(count):
            await _visit(client, chance, share=at / count)
            heard.clear()
            await asyncio.to_thread(found.monitoring.tick)
            batches.append(_stamped(max(heard, key=lambda batch: len(batch.labels)), at, chance))
    found.monitoring.shutdown()
    return Recording.of(batches)


def _heard() -> list[Batch]:
    """Return a list that gets every batch that any store gets from now on."""
    from otel_monitoring.stores.series import SeriesStore

    heard: list[Batch] = []
    keep = SeriesStore.append

    def hear(store: SeriesStore, batch: Batch) -> bool:
        heard.append(batch)
        return keep(store, batch)

    SeriesStore.append = hear  # type: ignore[assignment, method-assign]
    return heard


def _stamped(batch: Batch, at: int, chance: random.Random) -> Batch:
    return replace(batch, time_ms=START_MS + at * INTERVAL_MS + chance.randrange(JITTER_MS))


def _payments(chance: random.Random) -> httpx.MockTransport:
    async def pay(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(PAYING_S * chance.uniform(0.5, 2))
        if chance.randrange(DECLINED_ONE_IN) == 0:
            return httpx.Response(402)
        if chance.randrange(400) == 0:
            return httpx.Response(503)
        return httpx.Response(201, json={"payment_id": "p"})

    return httpx.MockTransport(pay)


async def _visit(client: httpx.AsyncClient, chance: random.Random, *, share: float) -> None:
    low, high = JOURNEYS
    rate = low + (high - low) * (0.5 - 0.5 * math.cos(share * 2 * math.pi))
    journeys = [_journey(client, chance) for _ in range(round(rate * chance.uniform(0.7, 1.3)))]
    await asyncio.gather(*(_walk(client, journey) for journey in journeys))


async def _walk(client: httpx.AsyncClient, journey: Iterator[httpx.Request]) -> None:
    for request in journey:
        await client.send(request)


def _journey(client: httpx.AsyncClient, chance: random.Random) -> Iterator[httpx.Request]:
    cart_id = f"cart-{chance.randrange(1 << 30)}"
    item_id = chance.randint(1, 50)
    yield client.build_request("GET", "/items")
    yield client.build_request("GET", f"/items/{item_id}")
    if chance.random() < 0.7:
        yield client.build_request("GET", "/search", params={"q": chance.choice(WORDS)})
    yield client.build_request("POST", f"/carts/{cart_id}/items", json={"item_id": item_id})
    if chance.random() < 0.5:
        yield client.build_request("GET", f"/carts/{cart_id}")
        yield client.build_request("POST", "/orders", json={"cart_id": cart_id})


def main(arguments: list[str]) -> None:
    """Record into a file."""
    hours, path = float(arguments[0]), Path(arguments[1])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SHOP_DATABASE"] = f"sqlite:///{folder}/shop.db"
        os.environ["OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S"] = "36000"
        os.environ["OTEL_MONITORING_SYSTEM__INTERVAL_S"] = "0.05"
        os.environ["OTEL_MONITORING_LOGS__LEVEL"] = "CRITICAL"
        asyncio.run(record(hours)).save(path)


if __name__ == "__main__":
    main(sys.argv[1:])
