"""What the demo consists of: the shop, its payment service, the visitors, and what happens to them."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any

import httpx

from tools.demo import story, traffic
from tools.demo.process import Service, ServiceError
from tools.demo.screen import RED

if TYPE_CHECKING:
    from pathlib import Path

    from tools.demo.backend import Backend
    from tools.demo.screen import Screen

INTERVALS = {
    "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "2",
    "OTEL_MONITORING_TELEMETRY__EXPORT_INTERVAL_S": "6",
    "OTEL_MONITORING_ALERTS__INTERVAL_S": "2",
}
FIRST_LOOK = "#/?range=15m"
"""What is opened first: a shop that is a minute old has nothing to show of an hour."""


class Town:
    """The shop and everybody around it.

    Args:
        screen: What is told goes there.
        folder: For the database and the services' output.
        alerts: Each alert that the webhook receives.
        webhook_url: Where the shop sends its alerts.
        target: Where telemetry goes, or ``None``.
    """

    def __init__(
        self,
        screen: Screen,
        *,
        folder: Path,
        alerts: asyncio.Queue[dict[str, Any]],
        webhook_url: str,
        target: Backend | None,
    ) -> None:
        self.tally = traffic.Tally()
        self._screen = screen
        self._alerts = alerts
        self._target = target
        self._folder = folder
        self._token = secrets.token_urlsafe(16)
        self._payments = Service("payments", "examples.shop.payments:app", folder=folder)
        self._shop = Service("shop", "examples.shop.app:app", folder=folder)
        self._shop_environment = {
            "SHOP_DATABASE": "sqlite:///shop.db",
            "SHOP_PAYMENTS_URL": self._payments.url,
            "OTEL_MONITORING_NOTIFY__CHANNELS": json.dumps(["log://", webhook_url]),
            "OTEL_MONITORING_NOTIFY__ALLOW_PRIVATE": "true",
        }

    async def open(self) -> None:
        """Start both services and wait until they answer.

        Raises:
            ServiceError: One of them did not start.
        """
        common = {
            **INTERVALS,
            "OTEL_MONITORING_API__TOKEN": self._token,
            "OTEL_MONITORING_STORAGE__DATA_DIRECTORY": str(self._folder / "monitoring"),
        }
        if self._target:
            common |= self._target.environment
            common["OTEL_MONITORING_NOTIFY__TRACE_URL"] = self._target.trace_url("{trace_id}")
        await self._payments.start(common)
        await self._shop.start(common | self._shop_environment)
        async with httpx.AsyncClient() as client:
            for service in (self._payments, self._shop):
                await service.ready(client)

    def introduce(self) -> None:
        """Tell where everything is."""
        url = self._shop.url
        self._screen.fact("shop", f"{url}/docs")
        self._screen.fact("dashboard", f"{url}/monitoring/sign-in?token={self._token}{FIRST_LOOK}")
        self._screen.fact("", f'curl -H "Authorization: Bearer {self._token}" {url}/monitoring/alerts')
        self._screen.fact("logs", str(self._shop.log))
        if self._target:
            self._screen.fact("export", f"to the Collector at {self._target.endpoint}")
            self._screen.fact("Jaeger", self._target.jaeger_url)
        else:
            self._screen.fact("export", "nowhere; `make stack` starts a Collector and Jaeger")

    async def live(self) -> None:
        """Let everything happen, until cancelled.

        Raises:
            ServiceError: A service ended by itself.
        """
        self._screen.event("Visitors arrive.")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(traffic.visit(self._shop.url, self.tally))
                group.create_task(story.break_payments(self._payments.url, self._screen))
                group.create_task(self._tell_alerts())
                group.create_task(story.tell_traces(self.tally, self._target, self._screen))
                group.create_task(self._shop.ended())
                group.create_task(self._payments.ended())
        except* ServiceError as failed:
            raise failed.exceptions[0] from None

    async def _tell_alerts(self) -> None:
        """Show the alerts; once the incident is over, kill the shop and show what it still knows."""
        await story.tell_alerts(self._alerts, self._screen, until=story.ALERT)
        headers = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(base_url=self._shop.url, headers=headers) as client:
            self._screen.event("The shop is killed, with -9, and starts anew.", RED)
            answered = self.tally.requests
            await self._shop.restart(client)
            await story.tell_what_was_kept(client, answered, self._screen)
        self._screen.event("That was all. The visitors stay until you press Ctrl-C.")
        await story.tell_alerts(self._alerts, self._screen)

    async def close(self) -> None:
        """End both services, the shop first."""
        await self._shop.stop()
        await self._payments.stop()
