"""What happens in the demo, in the order in which it happens."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from tools.demo.screen import GREEN, RED

if TYPE_CHECKING:
    from tools.demo.backend import Backend
    from tools.demo.screen import Screen
    from tools.demo.traffic import Tally

CALM_S = 8.0
OUTAGE_S = 20.0
JAEGER_TIMEOUT_S = 40.0
KEPT_TIMEOUT_S = 15.0
REQUESTS = "sum(http_server_request_duration_seconds_count)"
ALERT = "ShopErrors"


async def break_payments(payments_url: str, screen: Screen) -> None:
    """Let some time pass, then break the payment service for a while."""
    await asyncio.sleep(CALM_S)
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{payments_url}/outage", params={"seconds": OUTAGE_S})
        answer.raise_for_status()
    screen.event(f"The payment service breaks for {OUTAGE_S:.0f} seconds: orders fail.")
    await asyncio.sleep(OUTAGE_S)
    screen.event("The payment service works again.")


async def tell_alerts(
    alerts: asyncio.Queue[dict[str, Any]], screen: Screen, *, until: str | None = None
) -> None:
    """Show each alert that the webhook received, until the one of a name is resolved."""
    while True:
        alert = await alerts.get()
        name = alert["labels"]["alertname"]
        if alert["status"] == "firing":
            summary = alert["annotations"].get("summary", "")
            screen.event(f"ALERT firing: {name}, {summary}", RED)
        else:
            screen.event(f"ALERT resolved: {name}", GREEN)
        if name == until and alert["status"] == "resolved":
            return


async def tell_what_was_kept(client: httpx.AsyncClient, answered: int, screen: Screen) -> None:
    """Show what a shop that began anew knows of the time before, as soon as it has read it.

    Args:
        client: Asks the shop, with its token.
        answered: How many requests it had answered when it was killed.
        screen: What is told goes there.
    """
    counted, fired_s = 0, 0.0
    for _ in range(int(KEPT_TIMEOUT_S)):
        with suppress(httpx.TransportError):  # it has just begun, and a busy machine lets it wait
            counted, fired_s = await _counted(client), await _fired_s(client)
        if counted >= answered and fired_s:
            break
        await asyncio.sleep(1)
    screen.event(f"It had answered {answered} requests before, and knows of {counted} by now.", GREEN)
    screen.event(f"It knows of the incident, too: {ALERT} fired for {fired_s:.0f} seconds.", GREEN)


async def _counted(client: httpx.AsyncClient) -> int:
    """Return how many requests the shop knows of."""
    answer = await client.get("/monitoring/prometheus/api/v1/query", params={"query": REQUESTS})
    result = answer.json()["data"]["result"]
    return int(float(result[0]["value"][1])) if result else 0


async def _fired_s(client: httpx.AsyncClient) -> float:
    """Return for how long the alert fired, as far as the shop knows."""
    answer = await client.get("/monitoring/alerts/history", params={"rule": ALERT})
    return float(sum(episode["durationSeconds"] for episode in answer.json()["episodes"]))


async def tell_traces(tally: Tally, backend: Backend | None, screen: Screen) -> None:
    """Show the first trace id, and where Jaeger shows the trace of an order that failed."""
    screen.event(f"First trace: {await tally.first_trace}")
    trace_id = await tally.failed_trace
    if backend is None:
        screen.event(f"Trace of the first order that failed: {trace_id}")
    elif await _is_in_jaeger(backend, trace_id):
        screen.event(f"The first order that failed, in Jaeger: {backend.trace_url(trace_id)}")
    else:
        screen.event(f"Jaeger does not show trace {trace_id} yet: {backend.trace_url(trace_id)}")


async def _is_in_jaeger(backend: Backend, trace_id: str) -> bool:
    """Ask Jaeger until it has the trace; the Collector waits some seconds before it keeps one."""
    async with httpx.AsyncClient() as client:
        for _ in range(int(JAEGER_TIMEOUT_S)):
            try:
                answer = await client.get(f"{backend.jaeger_url}/api/traces/{trace_id}")
            except httpx.TransportError:
                return False
            if answer.is_success:
                return True
            await asyncio.sleep(1)
    return False
