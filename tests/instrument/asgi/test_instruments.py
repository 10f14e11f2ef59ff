"""The metrics of HTTP requests."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from tests.instrument.asgi.server_rig import ServerRig
from tests.instrument.asgi.shop import get, shop


@pytest.mark.anyio
async def test_duration_and_sizes_are_measured_by_route() -> None:
    rig = ServerRig(shop())

    await get(rig, "/orders", "POST", json={"a": "b"})

    (duration,) = rig.points("http.server.request.duration")
    (request,) = rig.points("http.server.request.body.size")
    (response,) = rig.points("http.server.response.body.size")
    assert dict(duration.attributes) == {
        "http.request.method": "POST",
        "http.route": "/orders",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "network.protocol.version": "1.1",
    }
    assert (duration.count, request.sum, response.sum) == (1, len('{"a":"b"}'), len('{"a":"b"}'))
    assert duration.sum > 0


@pytest.mark.anyio
async def test_active_requests_are_observed_while_they_run() -> None:
    app = FastAPI()
    counts: list[float] = []

    @app.get("/now")
    async def now() -> None:
        counts.extend(point.value for point in rig.points("http.server.active_requests"))

    rig = ServerRig(app)
    await get(rig, "/now")

    assert counts == [1]
    assert [point.value for point in rig.points("http.server.active_requests")] == [0]


@pytest.mark.anyio
async def test_an_unsampled_request_is_measured_all_the_same() -> None:
    rig = ServerRig(shop(), sampler=ALWAYS_OFF)

    response = await get(rig, "/v1/orders/1")

    (point,) = rig.points("http.server.request.duration")
    assert rig.spans == []
    assert point.count == 1
    assert int(response.headers["traceresponse"][-2:], 16) & 1 == 0
