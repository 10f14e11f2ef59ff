"""``/dashboard``: the whole overview, which ten open windows cost once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from fastapi import APIRouter, Request, Response
from pydantic_core import PydanticSerializationError, to_json

from otel_monitoring.api import values
from otel_monitoring.api.again import Repeated, can_be_repeated
from otel_monitoring.api.dashboard.bodies import (
    AlertsData,
    AnomaliesData,
    CountsData,
    DashboardBody,
    EndpointsData,
    HealthData,
    InsightsData,
    Part,
    RequestsData,
    SlosData,
    SystemData,
)
from otel_monitoring.api.dashboard.once import Once, Thrift
from otel_monitoring.api.dashboard.parts import (
    alerts_part,
    anomalies_part,
    counts_part,
    endpoints_part,
    health_part,
    insights_part,
    requests_part,
    slos_part,
    system_part,
)
from otel_monitoring.api.endpoints import window_of
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation
from otel_monitoring.errors import MonitoringError
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.windows import WantedWindow, Window
    from otel_monitoring.health.report import HealthReport
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.reports.anomalies.desk import AnomaliesDesk
    from otel_monitoring.reports.insights.desk import InsightsDesk
    from otel_monitoring.reports.insights.score import HealthScore
    from otel_monitoring.reports.slos.standing import Standing
    from otel_monitoring.views.endpoints import Course, EndpointsView
    from otel_monitoring.views.vitals import Vitals

_FRESH_S = 1.0
_THRIFT = Thrift(share=0.003, most_s=15.0)
"""While parts are made, requests of the application wait for the interpreter: of a hundred less than one may,
so that their 99th percentile stays what it is. Series are collected every 15 s by default."""

_SLOS_FRESH_S = 30.0
_Making: TypeAlias = "tuple[type[Part[Any]], Callable[[], Part[Any]]]"
_FAILED = "This part failed, the log says why; the others go on."


@dataclass(frozen=True, slots=True)
class DashboardSource:
    """Whom the overview asks.

    Attributes:
        clock: The time.
        report: Returns what the checks found.
        score: Returns how healthy everything is.
        view: How endpoints do.
        groups: Returns how all rules stand.
        desk: Where people act on alerts; ``None`` where they cannot.
        anomalies: What stood out.
        insights: What is worth knowing.
        slos: Returns how service levels stand.
        vitals: Returns how machine and process are at a Unix time in milliseconds.
        series: Returns how many series are in memory.
    """

    clock: Clock
    report: Callable[[], HealthReport]
    score: Callable[[], HealthScore]
    view: EndpointsView
    groups: Callable[[], Sequence[GroupStatus]]
    desk: AlertDesk | None
    anomalies: AnomaliesDesk
    insights: InsightsDesk
    slos: Callable[[], Sequence[Standing]]
    vitals: Callable[[int], Vitals]
    series: Callable[[], float]


def dashboard_router(source: DashboardSource, *, thrift: Thrift = _THRIFT) -> APIRouter:
    """Return the route of the overview; it runs in a worker thread, and once for each question.

    Args:
        source: Whom it asks.
        thrift: How much processor time the parts may take that are worked out of series.
    """
    router, overview = APIRouter(tags=["overview"]), _Overview(source, thrift)
    texts: Once[bytes] = Once(source.clock, fresh_s=_FRESH_S)

    @router.get(
        "/dashboard",
        summary="Everything in one answer",
        response_model=DashboardBody,
        responses=refusals(UNPROCESSABLE),
    )
    def dashboard(wants: WantsWindow, request: Request) -> Response:
        """How everything does, part by part.

        Made once a second, however many ask; what is worked out of series at most every 15 s where that
        takes long, and `since` says from when on.
        """
        repeated = Repeated(
            known=partial(texts.known, wants), made=partial(texts.get, wants, partial(overview.text, wants))
        )
        text = repeated.made()
        can_be_repeated(request.scope, repeated)
        return Response(text, media_type="application/json")

    return router


class _Overview:
    """Put the parts together."""

    def __init__(self, source: DashboardSource, thrift: Thrift) -> None:
        self._source = source
        self._worked_out: Once[dict[str, bytes]] = Once(source.clock, fresh_s=_FRESH_S, thrift=thrift)
        self._guard = Guard("dashboard")
        self._slos: Once[Sequence[Standing]] = Once(source.clock, fresh_s=_SLOS_FRESH_S)

    def text(self, wants: WantedWindow) -> bytes:
        """Return everything as JSON.

        Raises:
            RefusedError: The window is not valid.
        """
        window, now_ms = window_of(wants, self._source.clock), self._source.clock.now_ms()
        whole = {
            **{
                name: to_json(values.time(at_ms))
                for name, at_ms in (("at", now_ms), ("since", window.start_ms), ("until", window.end_ms))
            },
            **self._written(self._of_the_moment()),
            **self._worked_out.get(wants, lambda: self._written(self._of_series(window, now_ms))),
        }
        return b"{" + b",".join(f'"{name}":'.encode() + text for name, text in whole.items()) + b"}"

    def _written(self, parts: Mapping[str, _Making]) -> dict[str, bytes]:
        """Return each part as JSON, written alone, so that none spoils all."""
        return {name: self._part(kind, make) for name, (kind, make) in parts.items()}

    def _of_the_moment(self) -> dict[str, _Making]:
        """Return the parts that are known already."""
        source = self._source
        return {"alerts": (Part[AlertsData], lambda: alerts_part(source.groups(), source.desk))}

    def _of_series(self, window: Window, now_ms: int) -> dict[str, _Making]:
        """Return the parts that have to be worked out."""
        source = self._source
        course = cache(lambda: self._course(window))
        vitals = cache(lambda: source.vitals(now_ms))
        span_ms = window.start_ms, window.end_ms
        return {
            "health": (Part[HealthData], lambda: health_part(source.report(), source.score())),
            "requests": (Part[RequestsData], lambda: requests_part(course())),
            "endpoints": (Part[EndpointsData], lambda: endpoints_part(course())),
            "anomalies": (Part[AnomaliesData], lambda: anomalies_part(source.anomalies, *span_ms)),
            "insights": (Part[InsightsData], lambda: insights_part(source.insights)),
            "slos": (Part[SlosData], lambda: slos_part(self._slos.get("", source.slos))),
            "system": (Part[SystemData], lambda: system_part(vitals())),
            "counts": (
                Part[CountsData],
                lambda: counts_part(source.groups(), vitals=vitals(), series=source.series()),
            ),
        }

    def _course(self, window: Window) -> Course:
        return self._source.view.course(window.start_ms, window.end_ms, with_sizes=False)

    def _part(self, kind: type[Part[Any]], make: Callable[[], Part[Any]]) -> bytes:
        """Return a part as JSON, or why there is none: it takes no other along."""

        def tried() -> bytes:
            try:
                return _json(make())
            except MonitoringError as error:
                return _json(_failed(kind, str(error)))

        return self._guard.call(tried) or _json(_failed(kind, _FAILED))


def _failed(kind: type[Part[Any]], note: str) -> Part[Any]:
    return kind(state="failed", note=note, since=None, data=None)


def _json(part: Part[Any]) -> bytes:
    """Return a part as JSON; what visitors sent may hold characters that no text in UTF-8 has."""
    try:
        return part.model_dump_json(by_alias=True).encode()
    except PydanticSerializationError:
        return to_json(values.plain(part.model_dump(mode="json", by_alias=True)))
