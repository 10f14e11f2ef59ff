"""Reports over HTTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.reports import reports_router
from otel_monitoring.api.auth import TokenAuth
from otel_monitoring.api.router import build_api
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.client import get
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.made_up import END_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.reports.summary.shelf import Kept

END = "2026-01-01T00:00:00Z"


@pytest.fixture
def desk() -> ReportsDesk:
    return ReportsDesk(Engine(SeriesStore()), FakeClock(END_MS + 5), service="shop")


def api(desk: ReportsDesk, send: Callable[[Kept], list[str]] | None = None) -> ASGIApp:
    return build_api(
        alerts=AlertsFake(),
        health=HealthFake(),
        auth=TokenAuth("s3cret"),
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


def test_a_report_is_sent_by_hand(desk: ReportsDesk) -> None:
    sent: list[Kept] = []

    def send(report: Kept) -> list[str]:
        sent.append(report)
        return ["team"]

    answer = get(api(desk, send), "/reports/daily/send", method="POST", Authorization="Bearer s3cret")

    assert (answer.status_code, answer.json()) == (202, {"kind": "daily", "receivers": ["team"]})
    assert sent[0].kind == "daily"


def test_without_receivers_sending_is_refused(ask: Callable[..., httpx.Response]) -> None:
    answer = ask("/reports/daily/send", method="POST")

    assert answer.status_code == 422
    assert "reports_to" in answer.json()["detail"]
