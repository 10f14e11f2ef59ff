"""A real Prometheus scrapes a real server; what it holds then is what our store holds."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
import yaml
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.api.access.gate import Gate
from otel_monitoring.api.exposition.router import exposition_router
from otel_monitoring.ingest.convert import Converter
from otel_monitoring.ingest.exemplars import ExemplarTap
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.stores.exemplars import ExemplarStore
from otel_monitoring.stores.series import SeriesStore
from tests.api.access.opened import opened_by
from tests.api.exposition.parsers import parse_text
from tests.integration.servers import eventually, free_ports, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.api.asgi import ASGIApp

TOKEN = "s3cret"
_TOO_SLOW = "context deadline exceeded"
OWN = ("up", "scrape_")
"""What the series of Prometheus's own about a scrape begin with."""

ANY_NAMES = "text/plain;version=1.0.0;escaping=allow-utf-8"
"""What makes Prometheus federate names as they are."""

ODD = 'a "b" \\ c\nd\te\r{},=# é 漢 🛒\0'


class Shop:
    """An application that has measured something once, and its stores."""

    def __init__(self) -> None:
        self.store, self.exemplars = SeriesStore(), ExemplarStore()
        self.trace_id = ""
        reader = InMemoryMetricReader()
        resource = Resource({"service.name": "shop", "service.instance.id": "i-1", "host.name": "h"})
        self._measure(MeterProvider([reader], resource=resource))
        converter = Converter(
            strategy="NoUTF8EscapingWithSuffixes", exemplars=ExemplarTap(put=self.exemplars.put)
        )
        now_ms = SystemClock().now_ms()
        self.store.append(converter.convert(reader.get_metrics_data(), now_ms))
        alert = Labels.of(__name__="ALERTS", alertname="Slow", alertstate="firing")
        recorded = Labels.of(__name__="job:orders:rate5m", job="shop")
        self.store.append(Batch("rules", now_ms, (alert, recorded), [1.0, 0.25]))

    def _measure(self, provider: MeterProvider) -> None:
        meter = provider.get_meter("shop", "1.0")
        orders = meter.create_counter("orders", "{order}", 'Orders \\ "paid"\nlately.')
        wait = meter.create_histogram("wait.time", "s", "Time in the queue.")
        stock = meter.create_up_down_counter("stock.level", "{item}")
        with TracerProvider().get_tracer("shop").start_as_current_span("pay") as span:
            orders.add(3, {"plan": "gold", "shop.name": ODD})
            for value in (0.001, 0.3, 7.5, 1e9):
                wait.record(value, {"queue": "q"})
        orders.add(2.5, {"plan": "free"})
        stock.add(-17)
        self.trace_id = f"{span.get_span_context().trace_id:032x}"

    def app(self) -> ASGIApp:
        """Return the routes behind the gate."""
        from fastapi import FastAPI

        inner = FastAPI()
        inner.include_router(
            exposition_router(store=self.store, clock=SystemClock(), exemplars=self.exemplars)
        )
        return Gate(inner, access=opened_by(TOKEN))

    def samples(self) -> dict[Labels, float]:
        """Return the newest sample of every series."""
        now_ms = SystemClock().now_ms()
        return {
            labels: float(block.values[-1, at])
            for block in self.store.select([], now_ms - 300_000, now_ms)
            for at, labels in enumerate(block.labels)
        }


@dataclass(frozen=True, slots=True)
class Scraped:
    """The application, and the base URL of the Prometheus that has scraped it."""

    shop: Shop
    url: str

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """Return what Prometheus answers."""
        return httpx.get(f"{self.url}{path}", params=parameters, headers={"Accept": ANY_NAMES}, timeout=30)

    def api(self, path: str, **parameters: str) -> Any:
        """Return the data of an answer of its API."""
        return self.get(f"/api/v1/{path}", **parameters).raise_for_status().json()["data"]


@contextlib.contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[None]:
    """Serve an application on a port of the loopback."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started, what="the server")
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def prometheus(folder: Path, *, port: int, configuration: dict[str, Any]) -> Iterator[None]:
    """Run a Prometheus of one's own."""
    binary = program("promtool").with_name("prometheus")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    command = [
        str(binary),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            process.wait(15)


def scrape_config(port: int, **more: Any) -> dict[str, Any]:
    """Return the configuration of the guide for one target."""
    job = {
        "job_name": "shop",
        "metrics_path": "/metrics",
        "honor_labels": True,
        "authorization": {"credentials": TOKEN},
        "static_configs": [{"targets": [f"127.0.0.1:{port}"]}],
        **more,
    }
    return {
        "global": {"scrape_interval": "3s", "scrape_timeout": "3s", "metric_name_validation_scheme": "utf8"},
        "scrape_configs": [job],
    }


@pytest.fixture(scope="module", params=["OpenMetricsText1.0.0", "PrometheusText1.0.0"])
def scraped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    """A Prometheus that has scraped an application in one of the forms."""
    program("promtool")
    folder = tmp_path_factory.mktemp("scrape")
    app_port, port = free_ports(2)
    shop = Shop()
    configuration = scrape_config(app_port, scrape_protocols=[request.param])
    with serving(shop.app(), app_port), prometheus(folder, port=port, configuration=configuration):
        found = Scraped(shop, f"http://127.0.0.1:{port}")
        eventually(lambda: _first_scrape(found), what="the first scrape")
        yield found


def _first_scrape(scraped: Scraped) -> bool:
    """Tell whether a scrape is in the database, which it is a moment after the target is said to be up."""
    error = _error_of(scraped)
    assert not error or _TOO_SLOW in error, error
    with contextlib.suppress(httpx.HTTPError):
        return bool(scraped.api("query", query="up == 1")["result"])
    return False


def test_what_prometheus_federates_is_what_our_store_holds(scraped: Scraped) -> None:
    """Names, labels and values of every series, odd ones too; only NUL, which the format has not, differs."""
    text = scraped.get("/federate", **{"match[]": '{__name__!=""}'}).text

    federated = {
        Labels.of({**sample.labels, "__name__": sample.name}): sample.value
        for family in parse_text(text)
        for sample in family.samples
        if not sample.name.startswith(OWN)
    }

    expected = {
        labels.with_({name: value.replace("\0", "\ufffd") for name, value in labels}): value
        for labels, value in scraped.shop.samples().items()
    }
    assert len(expected) > 20
    assert {_without_target(labels): value for labels, value in federated.items()} == {
        _without_target(labels): value for labels, value in expected.items()
    }


def _without_target(labels: Labels) -> Labels:
    """Leave out what Prometheus adds to series that name no target of their own, such as alerts."""
    return labels if labels.get("instance") == "i-1" else labels.without("job", "instance")


def test_prometheus_knows_what_the_metrics_are(scraped: Scraped) -> None:
    """Type and help arrive."""
    metadata = scraped.api("metadata")

    assert [(one["type"], one["help"]) for one in metadata["wait.time_seconds"]] == [
        ("histogram", "Time in the queue.")
    ]
    helps = {one["help"] for name in metadata if name.startswith("orders") for one in metadata[name]}
    assert helps == {'Orders \\ "paid"\nlately.'}


def test_exemplars_arrive(scraped: Scraped, request: pytest.FixtureRequest) -> None:
    """From a bucket in Prometheus there is a way to the trace, where the form has exemplars."""
    if "OpenMetrics" not in request.node.callspec.params["scraped"]:
        pytest.skip("only OpenMetrics has exemplars")
    now_s = time.time()

    found = scraped.api(
        "query_exemplars",
        query='{"wait.time_seconds_bucket"}',
        start=str(now_s - 600),
        end=str(now_s + 600),
    )

    exemplars = [one for series in found for one in series["exemplars"]]
    assert {one["labels"]["trace_id"] for one in exemplars} == {scraped.shop.trace_id}
    assert {float(one["value"]) for one in exemplars} <= {0.001, 0.3, 7.5, 1e9}


def test_refuses_a_prometheus_without_the_token(tmp_path: Path) -> None:
    """The target is down then, and says why."""
    program("promtool")
    app_port, port = free_ports(2)
    configuration = scrape_config(app_port, authorization={"credentials": "guessed"})

    with serving(Shop().app(), app_port), prometheus(tmp_path, port=port, configuration=configuration):
        scraped = Scraped(Shop(), f"http://127.0.0.1:{port}")

        assert eventually(lambda: "401" in _error_of(scraped), what="the error of the scrape")


def _error_of(scraped: Scraped) -> str:
    with contextlib.suppress(httpx.HTTPError):
        return "".join(target["lastError"] for target in scraped.api("targets")["activeTargets"])
    return ""
