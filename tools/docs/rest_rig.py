"""An application that is busy enough for every route to have something to say."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from fastapi import FastAPI
from opentelemetry._logs import get_logger
from starlette.testclient import TestClient

from otel_monitoring import SLO, AlertRule, availability, record_metric, setup_telemetry
from otel_monitoring.bootstrap.lazy import LazyAnalysis
from otel_monitoring.health.check import Health
from tools.docs.rest_past import past

if TYPE_CHECKING:
    from types import TracebackType

    from otel_monitoring.monitoring.instance import Monitoring

TOKEN = "t0ken"
PREFIX = "/monitoring"
_PATIENCE_S = 30
_PAUSE_S = 0.1
_HEADERS = {"authorization": f"Bearer {TOKEN}"}
_SETTINGS: dict[str, Any] = {
    "service_name": "shop",
    "service_version": "1.4.0",
    "api": {"token": TOKEN},
    "notify": {"channels": ["log://"]},
    "telemetry": {"collect_interval_s": 3600.0},
    "alerts": {"interval_s": 1.0},
    "rate_limits": {"own": "off"},
}


class Rig:
    """A shop that sells, fails now and then, and is watched; a context manager."""

    def __init__(self, **settings: Any) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._settings = {
            **_SETTINGS,
            "storage": {"url": f"sqlite:///{self._folder.name}/kept.db"},
            **settings,
        }

    def __enter__(self) -> Self:
        """Open the shop and sell something."""
        self.app = _shop()
        self.monitoring: Monitoring = setup_telemetry(self.app, rules=[_RULE], slos=[_SLO], **self._settings)
        self.monitoring.health.register("payments", lambda: Health("degraded", "the bank answers slowly"))
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.client.__enter__()
        self._remember()
        self._sell()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.client.__exit__(kind, error, trace)
        self.monitoring.shutdown()
        self._folder.cleanup()

    @property
    def folder(self) -> str:
        """Where it keeps what it knows."""
        return self._folder.name

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Return the answer to a request below the prefix, as an admin gets it."""
        headers = {**_HEADERS, **more.pop("headers", {})}
        return self.client.request(method.upper(), PREFIX + path, headers=headers, **more)

    def document(self) -> dict[str, Any]:
        """Return the description of the API."""
        found: dict[str, Any] = self.ask("get", "/openapi.json").json()
        return found

    def value(self, name: str) -> str:
        """Return what stands for a name in the path of an example; it is made for it.

        Args:
            name: ``silence``, ``rule``, ``fingerprint``, ``acknowledged`` or ``dashboard``.
        """
        make = {
            "silence": self._silence,
            "rule": self._rule,
            "fingerprint": self._fingerprint,
            "acknowledged": self._acknowledged,
            "dashboard": self._dashboard,
        }[name]
        return str(make())

    def _silence(self) -> Any:
        body = {"matchers": ['job="shop"'], "for": "2h", "createdBy": "kim", "comment": "upgrade"}
        return self.ask("post", "/silences", json=body).json()["id"]

    def _rule(self) -> str:
        rule = {"name": "Made", "metric": "up", "operator": "<", "threshold": 1}
        self.ask("post", "/rules", json=rule)
        return "Made"

    def _dashboard(self) -> Any:
        panel = {
            "id": "orders",
            "title": "Orders that wait",
            "queries": [{"expr": "orders_waiting"}],
            "place": {"x": 0, "y": 0, "w": 6, "h": 4},
        }
        given = {"title": "Orders", "panels": [panel]}
        return self.ask("post", "/dashboards?by=kim", json=given).json()["id"]

    def _fingerprint(self) -> Any:
        alerts = self.ask("get", "/alerts?state=firing").json()["alerts"]
        return next(one["fingerprint"] for one in alerts if one["rule"] == "TooManyOrders")

    def _acknowledged(self) -> Any:
        found = self._fingerprint()
        self.ask("post", f"/alerts/{found}/acknowledge", json={"by": "kim"})
        return found

    def _remember(self) -> None:
        """Give the shop a past, which it has by no way of a user's."""
        parts = self.monitoring._parts  # noqa: SLF001 - see above
        (analysis,) = (one for one in parts if isinstance(one, LazyAnalysis))
        store = analysis.get().store
        for batch in past(time.time_ns() // 1_000_000):
            store.append(batch)

    def _sell(self) -> None:
        for number in range(20):
            self.client.get(f"/products/{number}")
            self.client.post("/orders")
        record_metric("orders.waiting", 7.0)
        get_logger("shop").emit(event_name="signup", attributes={"plan": "pro"})
        for _ in range(3):
            self.monitoring.collect()
            self.monitoring.tick()
        self.monitoring.force_flush(5)
        for second in range(_PATIENCE_S):
            self.monitoring.tick(time.time_ns() // 1_000_000 + second * 1000)
            if self.ask("get", "/alerts?state=firing").json()["alerts"]:
                return
            time.sleep(_PAUSE_S)


def _shop() -> FastAPI:
    app = FastAPI()

    @app.get("/products/{number}")
    def product(number: int) -> dict[str, int]:
        return {"number": number}

    @app.post("/orders")
    def order() -> None:
        msg = "out of stock"
        raise RuntimeError(msg)

    return app


_RULE = AlertRule(
    name="TooManyOrders", metric="orders_waiting", operator=">", threshold=5, severity="critical"
)
_SLO = SLO(name="shop", sli=availability(), target=0.99)


def described() -> dict[str, Any]:
    """Return the description of the API of such an application."""
    logging.disable(logging.CRITICAL)
    try:
        with Rig() as rig:
            return rig.document()
    finally:
        logging.disable(logging.NOTSET)


def folder_of_examples() -> Path:
    """Return where recorded examples lie."""
    from otel_monitoring.api.document import examples

    return Path(examples.__file__).parent
