"""The overview of a large application beside the PromQL evaluations in it, in one run.

Two hundred routes and ten thousand series, two hours of them. The whole way of a request through the API,
with its gate and its JSON, is measured in CPU time of the process; so are the questions that it asked, asked
again alone. Every round is at another time, so that no answer can be repeated.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from otel_monitoring.api.router import build_api
from otel_monitoring.bootstrap.api.routes import desk
from otel_monitoring.bootstrap.api.views import views_routes
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from tests.api.access.opened import opened_by
from tests.bootstrap.test_analysis import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.api.asgi import Scope

ROUTES, SERIES = 200, 10_000
HOURS, INTERVAL_S = 2.2, 15
ROUNDS = 15
AT_MOST = 3.0
BOUNDS = "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 +Inf".split()  # noqa: SIM905 - easier to read
DURATION = "http_server_request_duration_seconds"
SIZES = ("http_server_request_body_size_bytes", "http_server_response_body_size_bytes")


@dataclass
class Overview:
    """An instance with its series, and what its engine was asked."""

    rig: Rig
    app: Any
    loop: asyncio.AbstractEventLoop
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def get(self, path: str) -> bytes:
        """Return the body of an answer."""
        return self.loop.run_until_complete(self._get(path))

    async def _get(self, path: str) -> bytes:
        path, _, query = path.partition("?")
        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"authorization", b"Bearer t0ken"), (b"host", b"shop")],
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "server": ("shop", 80),
            "client": ("127.0.0.1", 1),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        assert sent[0]["status"] == 200, sent
        return b"".join(message.get("body", b"") for message in sent[1:])

    def ask_again(self, shift_ms: int) -> None:
        """Ask what was asked, somewhat later."""
        engine = self.rig.analysis.engine
        for expr, start_ms, *rest in list(self.asked):
            if rest and rest[0] is not None:
                engine(expr, start_ms + shift_ms, rest[0] + shift_ms, rest[1])
            else:
                engine(expr, start_ms + shift_ms)


@pytest.fixture(scope="module")
def overview() -> Iterator[Overview]:
    rig = Rig(service_name="shop", store={"max_bytes": 2**30, "max_series": 20_000})
    _fill(rig)
    asked: list[tuple[Any, ...]] = []
    engine, original = type(rig.analysis.engine), type(rig.analysis.engine).__call__

    def recording(self: Any, *question: Any) -> Any:
        asked.append(question)
        return original(self, *question)

    registry = HealthRegistry(clock=rig.clock)
    acting = desk(rig.builder, rig.analysis, started_ms=rig.clock.now_ms())
    app = build_api(
        alerts=rig.analysis,
        health=registry,
        access=opened_by("t0ken", clock=rig.clock),
        more=views_routes(
            rig.builder,
            rig.analysis,
            report=registry.report,
            desk=acting,
            started_ms=rig.clock.now_ms() - 86_400_000,
        ),
    )
    loop = asyncio.new_event_loop()
    gc.collect()
    gc.disable()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "__call__", recording)
        yield Overview(rig, app, loop, asked)
    gc.enable()
    loop.close()


@pytest.mark.parametrize("path", ["/dashboard", "/endpoints?limit=200", "/performance", "/endpoints/r7/{id}"])
def test_an_answer_beside_its_evaluations(overview: Overview, path: str) -> None:
    """Budget: three times the CPU of the PromQL evaluations in it."""
    whole_ms, alone_ms = [], []
    for turn in range(ROUNDS + 3):
        overview.rig.clock.advance(15.001)  # nothing is good for longer
        overview.asked.clear()
        begun_s = time.process_time()
        body = overview.get(path)
        took_ms = (time.process_time() - begun_s) * 1000
        questions = len(overview.asked)
        begun_s = time.process_time()
        overview.ask_again(turn + 1)
        again_ms = (time.process_time() - begun_s) * 1000
        if turn >= 3:  # the first ones also parse expressions, group labels and learn what is worth knowing
            whole_ms.append(took_ms)
            alone_ms.append(again_ms)

    whole, alone = statistics.median(whole_ms), statistics.median(alone_ms)
    ratio = statistics.median(w / a for w, a in zip(whole_ms, alone_ms, strict=True))
    print(
        f"\n{path}: {whole:.1f} ms, its {questions} evaluations {alone:.1f} ms, {ratio:.2f} times; "
        f"{len(body):,} bytes"
    )
    assert ratio <= AT_MOST


def _fill(rig: Rig) -> None:
    """Append two hours of series that grow evenly."""
    labels, growth = _series(np.random.default_rng(7))
    store, steps = rig.analysis.store, int(HOURS * 3600 / INTERVAL_S)
    end_ms = rig.clock.now_ms()
    for step in range(steps):
        at_ms = end_ms - (steps - 1 - step) * INTERVAL_S * 1000
        store.append(Batch("self", at_ms, labels, np.floor(growth * (step + 1))))


def _series(rng: np.random.Generator) -> tuple[list[Labels], Any]:
    """Return label sets, and by how much each grows in a step."""
    labels, growth = [_named("target_info"), _named("process_uptime_seconds")], [0.0, float(INTERVAL_S)]
    for number in range(ROUTES):
        for status in ("200", "500") if number % 2 else ("200",):
            of = {
                "http_request_method": "GET",
                "http_route": f"/r{number}/{{id}}",
                "http_response_status_code": status,
                "url_scheme": "http",
            }
            rising = np.sort(rng.uniform(0, 10, len(BOUNDS)))
            labels += [_named(f"{DURATION}_bucket", le=bound, **of) for bound in BOUNDS]
            labels += [_named(f"{DURATION}_count", **of), _named(f"{DURATION}_sum", **of)]
            growth += [*rising.tolist(), float(rising[-1]), float(rising[-1]) / 10]
            for metric in SIZES:
                labels += [_named(f"{metric}_count", **of), _named(f"{metric}_sum", **of)]
                growth += [float(rising[-1]), float(rising[-1]) * 500]
    rest = SERIES - len(labels)
    labels += [_named("shop_orders_total", item=str(number)) for number in range(rest)]
    return labels, np.array([*growth, *rng.uniform(0, 3, rest)])


def _named(name: str, **labels: str) -> Labels:
    return Labels.of(__name__=name, job="shop", instance="a", **labels)
