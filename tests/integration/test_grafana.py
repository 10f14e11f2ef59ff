"""Every expression of the Grafana dashboards, asked of a real Prometheus that scrapes the demo.

No Grafana runs here: its dashboards are files, and what can go wrong in them is that they ask for what is not
there. What may be empty in the demo says why in ``tools/grafana``.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import httpx
import pytest

from otel_monitoring.api.dashboards.variables import filled
from tests.integration.servers import eventually, free_ports, program
from tests.integration.test_scrape import prometheus
from tools.demo import traffic
from tools.demo.process import Service
from tools.grafana.files import BOARDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.grafana.laying import Shown

pytestmark = pytest.mark.timeout(400)

_LONG_S = 200.0
TOKEN = "demo"
CHOSEN = {"job": ".*", "instance": ".*", "__rate_interval": "10s"}
ENVIRONMENT = {
    "OTEL_MONITORING_API__TOKEN": TOKEN,
    "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "1",
    "OTEL_MONITORING_ALERTS__INTERVAL_S": "1",
    "OTEL_MONITORING_NOTIFY__CHANNELS": '["log://"]',
}
SHOWN = [(board.name, one) for board in BOARDS for one in board.shown]
EACH = pytest.mark.parametrize(
    "shown", [one for _, one in SHOWN], ids=[f"{name}: {one.title}" for name, one in SHOWN]
)


class Demo:
    """The shop, its payment service and visitors, in a thread with a loop of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._payments = Service("payments", "examples.shop.payments:app", folder=folder)
        self._shop = Service("shop", "examples.shop.app:app", folder=folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.targets = [f"127.0.0.1:{one.port}" for one in (self._shop, self._payments)]

    def __enter__(self) -> Self:
        """Open the shop, and let the visitors in."""
        self._thread.start()
        self._run(self._open())
        self._visits = asyncio.run_coroutine_threadsafe(
            traffic.visit(self._shop.url, self._tally), self._loop
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Send everybody home."""
        self._visits.cancel()
        for one in (self._shop, self._payments):
            self._run(one.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self) -> None:
        self._tally = traffic.Tally()
        storage = {"OTEL_MONITORING_STORAGE__URL": f"sqlite:///{self._folder}/monitoring.db"}
        await self._payments.start({**ENVIRONMENT, **storage})
        shop = {"SHOP_DATABASE": "sqlite:///shop.db", "SHOP_PAYMENTS_URL": self._payments.url}
        await self._shop.start({**ENVIRONMENT, **storage, **shop})
        async with httpx.AsyncClient() as client:
            for one in (self._payments, self._shop):
                await one.ready(client)

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_LONG_S)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a Prometheus that scrapes a shop in which something is going on."""
    program("promtool")
    folder = tmp_path_factory.mktemp("grafana")
    [port] = free_ports(1)
    with Demo(folder) as demo, prometheus(folder, port=port, configuration=_configuration(demo)):
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: _found(url, "increase(http_server_request_duration_seconds_count[10s]) > 0"))
        eventually(lambda: _found(url, 'rate(process_cpu_time_seconds_total{job="shop"}[10s])'))
        yield url


def _configuration(demo: Demo) -> dict[str, Any]:
    job = {
        "job_name": "demo",
        "metrics_path": "/monitoring/metrics",
        "honor_labels": True,
        "authorization": {"credentials": TOKEN},
        "static_configs": [{"targets": demo.targets}],
    }
    return {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [job]}


def _found(url: str, expr: str) -> list[Any]:
    with contextlib.suppress(httpx.HTTPError):
        return _ask(url, expr)
    return []


def _ask(url: str, expr: str) -> list[Any]:
    answer = httpx.get(f"{url}/api/v1/query", params={"query": expr}, timeout=30).json()
    assert answer["status"] == "success", answer
    found: list[Any] = answer["data"]["result"]
    return found


@EACH
def test_every_expression_is_understood_and_finds_something(asked: str, shown: Shown) -> None:
    """Or says why there is nothing to find in the demo."""
    for expr, _ in shown.queries:
        wanted = filled(expr, CHOSEN)
        if shown.why_empty:
            _ask(asked, wanted)  # is understood
        else:
            assert eventually(partial(_found, asked, wanted), timeout_s=60, what=wanted)
