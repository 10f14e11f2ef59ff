"""What happened is listed over HTTP: events, results of health checks, and what people did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.audit import audit_router
from otel_monitoring.api.events import events_router
from otel_monitoring.api.router import build_api
from otel_monitoring.model.action import Action, Audited
from otel_monitoring.model.record import Record
from otel_monitoring.stores.records import RecordStore
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.client import get
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

NOW_MS = 1_760_000_000_000
TRACE = "0af7651916cd43dd8448eb211c80319c"


class RecordsFake:
    """Records in memory that pass for those of a storage."""

    def __init__(self) -> None:
        self.store = RecordStore()
        self.is_kept = True

    def find(self, kind: str, **words: Any) -> tuple[list[Record], bool]:
        return self.store.find(kind, **words), self.is_kept

    def instances(self) -> Mapping[int, str]:
        return {7: "shop-1"}


class TrailFake:
    """Actions that pass for those of a storage."""

    def __init__(self) -> None:
        self.found: list[Audited] = []
        self.is_kept = True
        self.asked: dict[str, Any] = {}

    def find(self, **words: Any) -> tuple[list[Audited], bool]:
        self.asked = words
        return self.found[: words["most"]], self.is_kept


class Instance:
    """The API over what happened."""

    def __init__(self) -> None:
        clock = FakeClock(NOW_MS)
        self.records, self.trail = RecordsFake(), TrailFake()
        self.app = build_api(
            alerts=AlertsFake(),
            health=HealthFake(),
            access=opened_by("t"),
            more=[events_router(self.records, clock=clock), audit_router(self.trail, clock=clock)],
        )

    def happen(self, *records: Record) -> None:
        self.records.store.append(records)

    def ask(self, path: str) -> httpx.Response:
        return get(self.app, path, authorization="Bearer t")

    def get(self, path: str) -> Any:
        answer = self.ask(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def instance() -> Instance:
    return Instance()


def event(name: str = "signup", *, ago_s: int = 0, **more: Any) -> Record:
    return Record("event", NOW_MS - ago_s * 1000, name, **more)


def names(found: Any) -> list[str]:
    return [one["name"] for one in found["events"]]


def test_an_event_is_shown_with_what_it_says(instance: Instance) -> None:
    said = {"body": "welcome", "attributes": {"plan": "pro"}, "span": "b7ad6b7169203331"}
    instance.happen(event(document=said, source=7, trace=TRACE, severity=9))

    assert instance.get("/events") == {
        "events": [
            {
                "name": "signup",
                "at": "2025-10-09T08:53:20Z",
                "body": "welcome",
                "attributes": {"plan": "pro"},
                "severityNumber": 9,
                "traceId": TRACE,
                "spanId": "b7ad6b7169203331",
                "instance": "shop-1",
            }
        ],
        "next": None,
        "readFrom": "storage",
    }


def test_an_event_that_says_nothing_is_shown_all_the_same(instance: Instance) -> None:
    instance.happen(event())

    [found] = instance.get("/events")["events"]
    assert (found["body"], found["attributes"], found["traceId"], found["instance"]) == (None, {}, None, None)


def test_events_are_found_by_name_by_trace_and_by_time(instance: Instance) -> None:
    instance.happen(event("a", ago_s=7200), event("b", ago_s=60, trace=TRACE), event("c"))

    assert names(instance.get("/events")) == ["c", "b", "a"]
    assert names(instance.get("/events?name=a")) == ["a"]
    assert names(instance.get(f"/events?traceId={TRACE}")) == ["b"]
    assert names(instance.get("/events?since=1h")) == ["c", "b"]
    assert names(instance.get("/events?since=3h&until=30s")) == ["b", "a"]


def test_pages_follow_each_other(instance: Instance) -> None:
    instance.happen(*(event(name) for name in "abcde"))
    pages = [instance.get("/events?limit=2")]

    while pages[-1]["next"]:
        pages.append(instance.get(f"/events?limit=2&cursor={pages[-1]['next']}"))

    assert [names(one) for one in pages] == [["e", "d"], ["c", "b"], ["a"]]


def test_it_says_where_the_storage_does_not_answer(instance: Instance) -> None:
    instance.records.is_kept = False
    instance.happen(event(source=7))

    found = instance.get("/events")
    assert (found["readFrom"], found["events"][0]["instance"]) == ("memory", None)


def test_numbers_and_characters_that_json_does_not_have_are_shown(instance: Instance) -> None:
    odd = {"body": float("nan"), "attributes": {"to": "\ud800", "a": (1, {"b": float("inf")})}}
    instance.happen(event("\udc00", document=odd))

    [found] = instance.get("/events")["events"]
    assert (found["name"], found["body"], found["attributes"]) == (
        "?",
        "NaN",
        {"to": "?", "a": [1, {"b": "+Inf"}]},
    )


def test_what_was_imported_may_say_anything(instance: Instance) -> None:
    instance.happen(
        event(document={"attributes": 3, "span": [1]}),
        Record("health", NOW_MS, "db", {"status": 3, "message": None, "critical": "x"}),
    )

    assert instance.get("/events")["events"][0]["spanId"] == "[1]"
    assert instance.get("/health/history")["results"][0]["status"] == "3"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=soon", "query.since"),
        ("since=1h&until=2h", "query.until"),
        ("cursor=12", "query.cursor"),
        ("cursor=1.x", "query.cursor"),
        ("limit=0", "query.limit"),
        ("limit=1001", "query.limit"),
        ("traceId=xyz", "query.traceId"),
    ],
)
def test_what_is_not_valid_is_refused_with_its_field(instance: Instance, query: str, field: str) -> None:
    answer = instance.ask(f"/events?{query}")

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_results_of_checks_are_shown_with_what_was_before(instance: Instance) -> None:
    said = {"status": "unhealthy", "previous": "healthy", "message": "refused", "critical": True}
    instance.happen(Record("health", NOW_MS, "db", said, source=7, value=0.25))
    instance.happen(Record("health", NOW_MS, "disk", {"status": "healthy"}))

    found = instance.get("/health/history?check=db")
    assert found["results"] == [
        {
            "check": "db",
            "at": "2025-10-09T08:53:20Z",
            "status": "unhealthy",
            "previous": "healthy",
            "message": "refused",
            "critical": True,
            "latencySeconds": 0.25,
            "instance": "shop-1",
        }
    ]
    assert len(instance.get("/health/history")["results"]) == 2


ACTION = Action("rule.changed", "HighCpu", "kim", NOW_MS, before={"for": "1m"}, after={"for": "5m"})


def test_an_action_is_shown_with_its_place_in_the_chain(instance: Instance) -> None:
    instance.trail.found = [Audited(ACTION, 12, "ab" * 32, "shop-1")]

    assert instance.get("/audit") == {
        "actions": [
            {
                "name": "rule.changed",
                "target": "HighCpu",
                "actor": "kim",
                "at": "2025-10-09T08:53:20Z",
                "before": {"for": "1m"},
                "after": {"for": "5m"},
                "number": 12,
                "digest": "ab" * 32,
                "instance": "shop-1",
            }
        ],
        "next": None,
        "readFrom": "storage",
    }


def test_an_action_in_memory_has_no_place_in_a_chain(instance: Instance) -> None:
    instance.trail.found, instance.trail.is_kept = [Audited(ACTION, 12)], False

    found = instance.get("/audit")
    [action] = found["actions"]
    assert (found["readFrom"], action["number"], action["digest"]) == ("memory", None, None)


def test_actions_are_asked_for_by_time_and_page_by_page(instance: Instance) -> None:
    instance.trail.found = [Audited(replace(ACTION, target=name), 12) for name in "ab"]

    first = instance.get("/audit?limit=1&since=1h&until=1m")
    instance.get(f"/audit?cursor={first['next']}")

    assert instance.trail.asked == {
        "since_ms": 0,
        "until_ms": None,
        "before": (NOW_MS, 12),
        "most": 100,
    }


def test_without_a_token_nothing_is_shown(instance: Instance) -> None:
    for path in ("/events", "/audit", "/health/history"):
        assert get(instance.app, path).status_code == 401


def test_the_routes_are_described(instance: Instance) -> None:
    paths = instance.get("/openapi.json")["paths"]

    for path in ("/events", "/audit", "/health/history"):
        described = paths[path]["get"]
        parameters = {one["name"] for one in described["parameters"]}
        assert parameters >= {"since", "until", "limit", "cursor"}
        assert {"200", "422"} <= described["responses"].keys()
        assert described["summary"]
