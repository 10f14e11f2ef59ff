"""Each way to record requests, around real FastAPI, Starlette and contrib applications."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from opentelemetry.instrumentation import _semconv
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.opentelemetry import OpenTelemetryMiddleware as StarletteTelemetry
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from otel_monitoring.context import correlation, propagate
from otel_monitoring.context.headers import RequestIdPolicy, traceresponse
from tests.instrument.asgi.choice_rig import ChoiceRig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.instrument.asgi.choice import Wanted

pytestmark = pytest.mark.anyio

RECORDERS: tuple[Wanted, ...] = ("ours", "fastapi", "contrib")
OTHERS: tuple[Wanted, ...] = ("fastapi", "contrib")
DURATION = "http.server.request.duration"
REQUEST_ID = "otel_monitoring.request.id"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _stable_names(monkeypatch: pytest.MonkeyPatch) -> None:
    names_of_contrib(monkeypatch, "http,database")


def names_of_contrib(monkeypatch: pytest.MonkeyPatch, opt_in: str) -> None:
    """Let contrib settle anew on the names it uses."""
    settled = _semconv._OpenTelemetrySemanticConventionStability
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", opt_in)
    monkeypatch.setattr(settled, "_initialized", False)
    monkeypatch.setattr(settled, "_OTEL_SEMCONV_STABILITY_SIGNAL_MAPPING", {})


@pytest.fixture(autouse=True)
def _background_tasks() -> Iterator[None]:
    """Take back what contrib patches in Starlette for the whole process."""
    yield
    original = vars(BackgroundTask).get("_otel_original_call")
    if original is not None:
        BackgroundTask.__call__ = original  # type: ignore[method-assign]
        del BackgroundTask._otel_original_call  # type: ignore[attr-defined]


@pytest.fixture
def joined_propagator() -> Iterator[None]:
    leave = propagate.join_global(propagate.RequestIdPropagator(RequestIdPolicy()))
    yield
    leave()


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/orders/{order_id}")
    async def order(order_id: int) -> dict[str, str | None]:
        return {"id": correlation.request_id()}

    @app.get("/mine")
    async def mine() -> None:
        correlation.set_user("alice", tenant_id="acme")

    @app.get("/boom")
    async def boom() -> None:
        msg = "boom"
        raise RuntimeError(msg)

    @app.get("/left-out")
    async def left_out() -> None:
        return None

    return app


def attributes(span: Any) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_a_request_is_one_server_span_named_by_its_route(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    await rig.get("/orders/7")

    assert rig.choice.recorder == wanted
    assert [span.name for span in rig.spans] == ["GET /orders/{order_id}"]
    assert attributes(rig.server_span)["http.route"] == "/orders/{order_id}"
    assert attributes(rig.server_span)["http.response.status_code"] == 200


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_a_request_is_counted_once_under_the_same_metric_names(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    await rig.get("/orders/7")

    assert rig.counts() == {DURATION: 1, "http.server.response.body.size": 1}


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_the_span_the_code_and_the_answer_agree_on_the_request_id(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    response = await rig.get("/orders/7")

    request_id = response.headers["x-request-id"]
    assert response.json() == {"id": request_id}
    assert attributes(rig.server_span)[REQUEST_ID] == request_id


@pytest.mark.usefixtures("joined_propagator")
@pytest.mark.parametrize("wanted", RECORDERS)
async def test_a_request_id_that_came_in_is_taken_over(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    response = await rig.get("/orders/7", headers={"X-Request-ID": "from-the-client"})

    assert response.json() == {"id": "from-the-client"}
    assert response.headers["x-request-id"] == "from-the-client"
    assert attributes(rig.server_span)[REQUEST_ID] == "from-the-client"


@pytest.mark.usefixtures("joined_propagator")
@pytest.mark.parametrize("wanted", RECORDERS)
async def test_a_hostile_request_id_reaches_nothing(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    response = await rig.get("/orders/7", headers={"X-Request-ID": "<script>" * 1000})

    request_id = response.headers["x-request-id"]
    assert len(request_id) == 32
    assert attributes(rig.server_span)[REQUEST_ID] == request_id
    assert not any("script" in str(value) for value in attributes(rig.server_span).values())


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_the_answer_names_the_trace_and_the_time(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    response = await rig.get("/orders/7")

    context = rig.server_span.get_span_context()
    assert context is not None
    assert response.headers["traceresponse"] == traceresponse(context).decode()
    assert response.headers["server-timing"].startswith("total;dur=")


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_a_request_that_is_not_sampled_names_its_trace_too(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted, sampler=ALWAYS_OFF)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    response = await rig.get("/orders/7", headers={"traceparent": parent})

    assert rig.spans == []
    assert response.headers["traceresponse"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert response.json() == {"id": response.headers["x-request-id"]}


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_the_answer_leaves_out_what_is_switched_off(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted, answer_trace=False, answer_timing=False)

    response = await rig.get("/orders/7")

    assert {"traceresponse", "server-timing"} & set(response.headers) == set()


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_a_user_who_is_named_in_the_handler_stands_on_the_server_span(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    await rig.get("/mine")

    assert attributes(rig.server_span)["user.hash"] == correlation.hash_user("alice")
    assert attributes(rig.server_span)["otel_monitoring.tenant.id"] == "acme"


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_a_user_whom_the_headers_name_stands_on_the_server_span(wanted: Wanted) -> None:
    def identify(found: correlation.Correlation, _headers: Any) -> None:
        found.set_user("bob")

    rig = ChoiceRig(shop(), wanted, identify=identify)

    await rig.get("/orders/7")

    assert attributes(rig.server_span)["user.hash"] == correlation.hash_user("bob")


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_an_unhandled_error_is_one_log_record_in_its_trace(wanted: Wanted) -> None:
    rig = ChoiceRig(shop(), wanted)

    response = await rig.get("/boom")

    (record,) = rig.logs
    context = rig.server_span.get_span_context()
    assert context is not None
    assert response.status_code == 500
    assert record.event_name == "http.server.request.exception"
    assert record.attributes["exception.type"] == "RuntimeError"
    assert "in boom" in record.attributes["exception.stacktrace"]
    assert (record.trace_id, record.span_id) == (context.trace_id, context.span_id)
    assert rig.server_span.status.status_code.name == "ERROR"


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_an_unhandled_error_is_marked_so_that_no_log_line_repeats_its_stack(wanted: Wanted) -> None:
    app = shop()
    seen: list[BaseException] = []
    rig = ChoiceRig(app, wanted)

    @app.middleware("http")
    async def note(request: Any, call_next: Any) -> Any:
        try:
            return await call_next(request)
        except Exception as error:
            seen.append(error)
            raise

    await rig.get("/boom")

    assert [getattr(error, "__otel_monitoring_recorded__", False) for error in seen] == [True]


async def test_what_is_left_out_is_left_out_of_fastapis_own_telemetry() -> None:
    rig = ChoiceRig(shop(), "fastapi")

    response = await rig.get("/left-out")

    assert response.status_code == 200
    assert (rig.spans, rig.counts().get(DURATION)) == ([], None)


async def test_what_the_application_excluded_stays_excluded() -> None:
    app = FastAPI(telemetry={"exclude": lambda scope: scope["path"] == "/theirs"})
    rig = ChoiceRig(app, "fastapi")

    await rig.get("/theirs")

    assert rig.spans == []


async def test_providers_that_the_application_gave_fastapi_are_kept() -> None:
    theirs, exported = TracerProvider(shutdown_on_exit=False), InMemorySpanExporter()
    theirs.add_span_processor(SimpleSpanProcessor(exported))
    rig = ChoiceRig(FastAPI(telemetry={"tracer_provider": theirs}), "fastapi")

    await rig.get("/none")

    assert [span.name for span in exported.get_finished_spans()] == ["GET"]
    assert rig.spans == []


@pytest.mark.parametrize("wanted", ["ours", "contrib", "off"])
def test_fastapis_own_telemetry_is_silenced_with_its_exporters(wanted: Wanted) -> None:
    app = FastAPI(telemetry={"auto_configure": True})

    ChoiceRig(app, wanted)

    silent = ("tracing", "metrics", "logs", "auto_configure")
    assert [app._telemetry[name] for name in silent] == [False] * 4  # type: ignore[literal-required]


async def test_off_records_nothing_and_correlates_all_the_same() -> None:
    rig = ChoiceRig(shop(), "off")

    response = await rig.get("/orders/7")
    await rig.get("/boom")

    assert response.json() == {"id": response.headers["x-request-id"]}
    assert (rig.spans, rig.logs, rig.counts()) == ([], [], {})


@pytest.mark.parametrize("wanted", OTHERS)
async def test_an_application_that_is_no_fastapi_is_recorded_by_ours(
    wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    async def hello(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("hello")

    rig = ChoiceRig(Starlette(routes=[Route("/hello", hello)]), wanted)

    await rig.get("/hello")

    assert rig.choice.recorder == "ours"
    assert rig.server_span.name == "GET /hello"
    assert "ours records in its place" in caplog.text


async def test_contrib_is_put_around_a_stack_that_was_built_before() -> None:
    app = shop()
    app.middleware_stack = app.build_middleware_stack()
    rig = ChoiceRig(app, "contrib")

    await rig.get("/orders/7")

    assert rig.choice.recorder == "contrib"
    assert rig.server_span.name == "GET /orders/{order_id}"


async def test_contrib_that_finds_another_around_the_stack_gives_way_to_ours() -> None:
    app = shop()
    built = app.build_middleware_stack

    def wrapped_by_somebody_else() -> Any:
        stack = built()

        async def outer(scope: Any, receive: Any, send: Any) -> None:
            await stack(scope, receive, send)

        return outer

    app.build_middleware_stack = wrapped_by_somebody_else  # type: ignore[method-assign]
    rig = ChoiceRig(app, "contrib")

    await rig.get("/orders/7")

    assert rig.choice.recorder == "ours"
    assert len(rig.spans) == 1


class TheirTelemetry:
    """What an application set up by itself, before we came."""

    def __init__(self) -> None:
        self.exported = InMemorySpanExporter()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exported))

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.exported.get_finished_spans()]


@pytest.mark.parametrize("wanted", RECORDERS)
async def test_contrib_that_was_there_first_stays_and_ours_steps_back(
    wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    app, theirs = shop(), TheirTelemetry()
    FastAPIInstrumentor.instrument_app(app, tracer_provider=theirs.tracers, exclude_spans=["receive", "send"])
    caplog.set_level(logging.INFO, logger="otel_monitoring.instrument.asgi.choice")
    rig = ChoiceRig(app, wanted)

    response = await rig.get("/orders/7")

    assert rig.choice.recorder == "contrib"
    assert (theirs.names, rig.spans) == (["GET /orders/{order_id}"], [])
    assert response.json() == {"id": response.headers["x-request-id"]}
    assert ("was there first" in caplog.text) is (wanted != "contrib")


async def test_a_middleware_that_the_application_added_stays_and_ours_steps_back() -> None:
    theirs = TheirTelemetry()
    app = shop()
    app.add_middleware(
        OpenTelemetryMiddleware, tracer_provider=theirs.tracers, exclude_spans=["receive", "send"]
    )
    rig = ChoiceRig(app, "ours")

    await rig.get("/orders/7")

    assert (len(theirs.names), rig.spans) == (1, [])


async def test_starlettes_own_middleware_stays_and_the_metrics_come_from_us() -> None:
    async def hello(_request: Any) -> PlainTextResponse:
        return PlainTextResponse(str(correlation.request_id()))

    theirs = TheirTelemetry()
    middleware = Middleware(StarletteTelemetry, tracer_provider=theirs.tracers)
    rig = ChoiceRig(Starlette(routes=[Route("/hello", hello)], middleware=[middleware]), "ours")

    response = await rig.get("/hello")

    assert rig.choice.recorder == "starlette"
    assert (theirs.names, rig.spans) == (["GET /hello"], [])
    assert rig.counts()[DURATION] == 1
    assert response.text == response.headers["x-request-id"]


async def test_contrib_under_old_names_leaves_the_metrics_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    names_of_contrib(monkeypatch, "")
    app = shop()
    FastAPIInstrumentor.instrument_app(app)
    rig = ChoiceRig(app, "ours")

    await rig.get("/orders/7")
    await rig.get("/boom")

    assert rig.counts()[DURATION] == 2


async def test_off_leaves_a_recorder_of_the_application_alone() -> None:
    app, theirs = shop(), TheirTelemetry()
    FastAPIInstrumentor.instrument_app(app, tracer_provider=theirs.tracers, exclude_spans=["receive", "send"])
    rig = ChoiceRig(app, "off")

    response = await rig.get("/orders/7")

    assert len(theirs.names) == 1
    assert (rig.spans, rig.counts()) == ([], {})
    assert response.json() == {"id": response.headers["x-request-id"]}


async def test_contrib_that_comes_after_us_adds_no_second_span(caplog: pytest.LogCaptureFixture) -> None:
    app, theirs = shop(), TheirTelemetry()
    rig = ChoiceRig(app, "ours")
    FastAPIInstrumentor.instrument_app(app, tracer_provider=theirs.tracers)

    await rig.get("/orders/7")

    assert (theirs.names, len(rig.spans)) == ([], 1)
    assert "Skipping FastAPI instrumentation" in caplog.text
