"""Reports over HTTP."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.analytics.report_bodies import ReportBody
from otel_monitoring.api.analytics.reports import reports_router
from otel_monitoring.api.router import build_api
from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.delivery.record import Delivery
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.reports.summary.model import (
    Advice,
    Chart,
    Column,
    Figure,
    Line,
    Section,
    Table,
)
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.client import get
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.made_up import END_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.model.action import Action
    from otel_monitoring.notify.delivery.record import Outcome
    from otel_monitoring.reports.summary.period import Period
    from otel_monitoring.reports.summary.shelf import Kept

END = "2026-01-01T00:00:00Z"


@pytest.fixture
def desk() -> ReportsDesk:
    return ReportsDesk(Engine(SeriesStore()), FakeClock(END_MS + 5), service="shop")


def api(desk: ReportsDesk, send: Callable[[Kept], list[Delivery]] | None = None) -> ASGIApp:
    return build_api(
        alerts=AlertsFake(),
        health=HealthFake(),
        access=opened_by("s3cret"),
        more=(reports_router(desk, send=send),),
    )


@pytest.fixture
def ask(desk: ReportsDesk) -> Callable[..., httpx.Response]:
    return partial(get, api(desk), Authorization="Bearer s3cret")


def test_a_report_is_plain_values_by_default(ask: Callable[..., httpx.Response]) -> None:
    body = ask(f"/reports/daily?end={END}").json()

    assert (body["kind"], body["start"], body["end"]) == ("daily", "2025-12-31T00:00:00Z", END)
    assert body["title"] == "Daily report: shop"
    assert {one["name"] for one in body["sections"]} >= {"traffic", "errors", "latency"}


class Everything:
    """A section that has one of everything."""

    name = "everything"

    def section(self, period: Period) -> Section:
        times_ms = (period.start_ms, period.end_ms)
        return Section(
            self.name,
            "Everything",
            figures=(Figure("took", 1.0, "s", 2.0, "less"), Figure("unknown", None)),
            tables=(Table("Routes", (Column("route"), Column("took", "s")), (("/cart", 0.5), ("/", None))),),
            charts=(Chart("Requests", "1", times_ms, (Line("now", (1.5, math.nan), is_before=True),)),),
            advice=(Advice("The disk fills", "Make room", "It stops else", is_new=True),),
            notes=("no data",),
        )


def test_a_report_has_the_form_that_is_described(
    ask: Callable[..., httpx.Response], desk: ReportsDesk
) -> None:
    desk.add(Everything())

    body = ask(f"/reports/daily?end={END}").json()

    assert ReportBody.model_validate(body).model_dump(mode="json", by_alias=True) == body


@pytest.mark.parametrize(
    ("form", "kind", "begin"),
    [("html", "text/html", "<!DOCTYPE html>"), ("markdown", "text/markdown", "# Weekly report")],
)
def test_a_report_is_a_page_or_a_text(
    ask: Callable[..., httpx.Response], form: str, kind: str, begin: str
) -> None:
    answer = ask(f"/reports/weekly?format={form}")

    assert answer.headers["content-type"].startswith(kind)
    assert answer.text.startswith(begin)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/reports/yearly", "path.kind"),
        ("/reports/daily?format=pdf", "query.format"),
        ("/reports/daily?end=soon", "query.end"),
        ("/reports/daily?end=5", "query.end"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    ask: Callable[..., httpx.Response], path: str, field: str
) -> None:
    answer = ask(path)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_report_that_was_sent_is_listed_and_given_as_it_was(
    ask: Callable[..., httpx.Response], desk: ReportsDesk
) -> None:
    sent = desk.kept("daily", end_ms=END_MS)
    desk.shelf.put(
        type(sent)(**{**{name: getattr(sent, name) for name in sent.__slots__}, "markdown": "as sent"})
    )

    body = ask("/reports").json()

    assert body["total"] == 1
    assert body["reports"][0]["end"] == END
    assert body["reports"][0]["generatedAt"].startswith("2026-01-01")
    assert ask(f"/reports/daily?end={END}&format=markdown").text == "as sent"


def delivery(outcome: Outcome, error: str = "") -> Delivery:
    return Delivery("k", "team", "webhook[0]", "resolved", outcome, 1, error, END_MS)


def send(desk: ReportsDesk, *deliveries: Delivery) -> Any:
    return get(
        api(desk, lambda _report: list(deliveries)),
        f"/reports/daily/send?end={END}",
        method="POST",
        Authorization="Bearer s3cret",
    )


def test_a_report_is_sent_by_hand_and_kept(desk: ReportsDesk) -> None:
    answer = send(desk, delivery("delivered"), delivery("failed", "no such host"))

    assert answer.status_code == 200
    assert answer.json()["deliveries"] == [
        {"receiver": "team", "channel": "webhook[0]", "outcome": "delivered", "error": ""},
        {"receiver": "team", "channel": "webhook[0]", "outcome": "failed", "error": "no such host"},
    ]
    assert [one.end_ms for one in desk.shelf.all()] == [END_MS]


def test_who_sent_a_report_is_written_down(desk: ReportsDesk) -> None:
    done: list[Action] = []
    router = reports_router(desk, send=lambda _report: [delivery("delivered")], audit=done.append)
    api_ = build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by("s3cret"), more=(router,))

    get(api_, "/reports/daily/send?by=kim", method="POST", Authorization="Bearer s3cret")

    assert [(one.name, one.target, one.actor) for one in done] == [
        ("report.sent", "Daily report: shop", "kim")
    ]
    assert done[0].after == {"team/webhook[0]": "delivered"}


def test_a_report_that_nobody_took_is_not_kept(desk: ReportsDesk) -> None:
    assert send(desk, delivery("failed")).status_code == 200
    assert desk.shelf.all() == []


def test_a_receiver_that_does_not_exist_is_said(desk: ReportsDesk) -> None:
    def refuse(_report: Kept) -> list[Delivery]:
        msg = "analytics.reports_to has 'nobody'"
        raise NotifyError(msg)

    answer = get(api(desk, refuse), "/reports/daily/send", method="POST", Authorization="Bearer s3cret")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "settings.analytics.reports_to"


def test_without_anybody_to_send_to_sending_is_refused(ask: Callable[..., httpx.Response]) -> None:
    assert ask("/reports/daily/send", method="POST").status_code == 409
