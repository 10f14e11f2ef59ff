"""What happens in the demo, in the order in which it happens."""

from __future__ import annotations

import asyncio
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


async def tell_alerts(alerts: asyncio.Queue[dict[str, Any]], screen: Screen) -> None:
    """Show each alert that the webhook received."""
    while True:
        alert = await alerts.get()
        name = alert["labels"]["alertname"]
        if alert["status"] == "firing":
            summary = alert["annotations"].get("summary", "")
            screen.event(f"ALERT firing: {name}, {summary}", RED)
        else:
            screen.event(f"ALERT resolved: {name}", GREEN)
        if name == ALERT and alert["status"] == "resolved":
            screen.event("That was all. The visitors stay until you press Ctrl-C.")


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
