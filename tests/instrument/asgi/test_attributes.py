"""What a request says of itself: its attributes, and the trace it belongs to."""

from __future__ import annotations

import pytest

from tests.instrument.asgi.server_rig import ServerRig
from tests.instrument.asgi.shop import get, shop

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.anyio
async def test_unknown_methods_are_one_series() -> None:
    rig = ServerRig(shop())

    await get(rig, "/orders", "BREW")
    await get(rig, "/orders", "STEEP")

    methods = {
        point.attributes["http.request.method"] for point in rig.points("http.server.request.duration")
    }
    originals = {(span.attributes or {})["http.request.method_original"] for span in rig.spans}
    assert methods == {"_OTHER"}
    assert originals == {"BREW", "STEEP"}


@pytest.mark.anyio
async def test_the_parent_is_taken_from_the_request() -> None:
    rig = ServerRig(shop())

    await get(rig, "/nowhere", headers={"traceparent": PARENT})

    assert rig.span.parent is not None
    assert f"{rig.span.context.trace_id:032x}" == PARENT.split("-")[1]
    assert f"{rig.span.parent.span_id:016x}" == PARENT.split("-")[2]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "broken", ["00-xyz", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "a" * 10_000, "ff-" + PARENT]
)
async def test_a_broken_parent_starts_a_new_trace(broken: str) -> None:
    rig = ServerRig(shop())

    response = await get(rig, "/nowhere", headers={"traceparent": broken})

    assert rig.span.parent is None
    assert response.headers["traceresponse"].startswith(f"00-{rig.span.context.trace_id:032x}-")


@pytest.mark.anyio
async def test_forwarded_addresses_count_only_behind_a_trusted_proxy() -> None:
    headers = {"x-forwarded-for": "203.0.113.9, 192.0.2.7"}
    trusting = ServerRig(shop(), trusted_proxies=("192.0.2.0/24",))
    wary = ServerRig(shop())

    await get(trusting, "/nowhere", headers=headers)
    await get(wary, "/nowhere", headers=headers)

    assert (trusting.span.attributes or {})["client.address"] == "203.0.113.9"
    assert (wary.span.attributes or {})["client.address"] == "192.0.2.7"


@pytest.mark.anyio
async def test_chosen_request_headers_are_captured() -> None:
    rig = ServerRig(shop(), request_headers=("X-Plan",))

    await get(rig, "/nowhere", headers={"x-plan": "pro"})

    assert (rig.span.attributes or {})["http.request.header.x-plan"] == ("pro",)
