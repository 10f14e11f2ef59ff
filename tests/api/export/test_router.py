"""``GET /export`` over HTTP: every kind in every form, chosen, bounded, and one or two at a time."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.history import Episode
from otel_monitoring.api.export import router as exporting
from otel_monitoring.api.export.router import ExportSource, export_router
from otel_monitoring.api.export.rows import RowsSource
from otel_monitoring.api.export.slots import Slots
from otel_monitoring.model.action import Action, Audited
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.record import EVENT, HEALTH, Record
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.notify.delivery.record import Delivery
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.transfer.memory import MemorySamples
from otel_monitoring.stores.records import RecordStore
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.asking import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from otel_monitoring.api.export.samples import SamplesSource
    from otel_monitoring.model.matcher import Matcher

NOW_MS = 1_772_442_847_000
MEMORY = Metadata("process_memory_usage_bytes", "gauge", "Resident memory.", "By")


class RecordsFake:
    """Records in memory, as those of a storage are found."""

    def __init__(self) -> None:
        self.store = RecordStore(most=5000)

    def find(self, kind: str, **asked: Any) -> tuple[list[Record], bool]:
        """Return records of a kind."""
        return self.store.find(kind, **asked), False

    def instances(self) -> Mapping[int, str]:
        """Return nobody."""
        return {}


class AuditFake:
    """An audit in which a few things were done."""

    def __init__(self, done: Sequence[Audited]) -> None:
        self.done = done

    def find(
        self, *, since_ms: int, until_ms: int | None, before: tuple[int, int] | None, most: int
    ) -> tuple[list[Audited], bool]:
        """Return what was done, the newest first."""
        found = [
            one
            for one in reversed(self.done)
            if since_ms <= one.action.at_ms < (until_ms or NOW_MS * 2)
            and (before is None or (one.action.at_ms, one.number) < before)
        ]
        return found[:most], True


class Shop:
    """An instance of which everything can be exported."""

    def __init__(self) -> None:
        self.store = SeriesStore(retention_s=10 * 86_400, interval_s=15)
        self.records = RecordsFake()
        self.audited: list[Audited] = []
        self.episodes: list[Episode] = []
        self.deliveries: list[Delivery] = []
        self.trouble: StorageError | None = None
        self.router = export_router(
            ExportSource(
                samples=self.samples,
                rows=RowsSource(
                    records=self.records,
                    audit=AuditFake(self.audited),
                    episodes=lambda start_ms, end_ms: [
                        one for one in self.episodes if one.overlaps(start_ms, end_ms)
                    ],
                    deliveries=lambda: self.deliveries,
                    clock=FakeClock(NOW_MS),
                ),
                metadata=self.store.metadata,
                clock=FakeClock(NOW_MS),
                service='the "shop"\r\n',
            )
        )
        self.api = Asked(self.router)

    def samples(self, *, start_ms: int, end_ms: int, matchers: Sequence[Matcher]) -> SamplesSource:
        """Return samples, unless the storage is away."""
        if self.trouble is not None:
            raise self.trouble
        return MemorySamples(self.store, start_ms=start_ms, end_ms=end_ms, matchers=matchers)

    def get(self, **params: Any) -> httpx.Response:
        """Return a file."""
        answer = self.api.get("/export", **params)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture
def shop() -> Shop:
    made = Shop()
    memory = Labels.of(__name__="process_memory_usage_bytes", job="shop")
    odd = Labels.of(__name__="odd", route="=cmd|calc")
    values = [(1024.0, 1.5), (2048.0, float("nan")), (STALE, STALE)]
    for step, pair in enumerate(values):
        time_ms = NOW_MS - 60_000 + step * 15_000
        made.store.append(Batch("self", time_ms, [memory, odd], [*pair], [MEMORY]))
    return made


def objects(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def table(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def test_metrics_come_series_by_series_as_lines_of_json(shop: Shop) -> None:
    found = objects(shop.get())

    assert found == [
        {
            "metric": "odd",
            "labels": {"route": "=cmd|calc"},
            "times": ["2026-03-02T09:13:07.000Z", "2026-03-02T09:13:22.000Z"],
            "values": [1.5, None],
        },
        {
            "metric": "process_memory_usage_bytes",
            "labels": {"job": "shop"},
            "times": ["2026-03-02T09:13:07.000Z", "2026-03-02T09:13:22.000Z"],
            "values": [1024.0, 2048.0],
        },
    ]


def test_metrics_come_sample_by_sample_as_csv_without_formulas(shop: Shop) -> None:
    rows = table(shop.get(format="csv"))

    assert rows[0] == {
        "time": "2026-03-02T09:13:07.000Z",
        "metric": "odd",
        "value": "1.5",
        "job": "",
        "route": "'=cmd|calc",
    }
    assert [row["value"] for row in rows] == ["1.5", "", "1024.0", "2048.0"]


def test_metrics_come_as_openmetrics(shop: Shop) -> None:
    answer = shop.get(format="openmetrics", name="process.memory.usage")

    assert answer.text == (
        "# TYPE process_memory_usage_bytes gauge\n"
        "# HELP process_memory_usage_bytes Resident memory.\n"
        'process_memory_usage_bytes{job="shop"} 1024.0 1772442787.000\n'
        'process_memory_usage_bytes{job="shop"} 2048.0 1772442802.000\n'
        "# EOF\n"
    )


def test_metrics_come_as_parquet(shop: Shop) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    answer = shop.get(format="parquet", match='{job="shop"}')

    found = parquet.read_table(io.BytesIO(answer.content)).to_pydict()
    assert found["metric"] == ["process_memory_usage_bytes"] * 3
    assert found["value"][:2] == [1024.0, 2048.0]


def test_a_file_says_what_it_is_and_how_it_is_called(shop: Shop) -> None:
    answer = shop.get(format="csv")

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="the__shop___-metrics-20260302T091407Z.csv"'
    )
    assert "no-store" in answer.headers["cache-control"]


def test_samples_are_bounded(shop: Shop) -> None:
    assert [len(table(shop.get(format="csv", limit=limit))) for limit in (1, 2, 4)] == [1, 2, 3]


def test_the_window_holds_its_beginning_and_not_its_end(shop: Shop) -> None:
    rows = table(
        shop.get(format="csv", since="2026-03-02T09:13:07Z", until="2026-03-02T09:13:22Z", name="process*")
    )

    assert [row["value"] for row in rows] == ["1024.0"]


def test_events_come_as_their_route_shows_them_the_newest_in_front(shop: Shop) -> None:
    shop.records.store.append(
        [Record(EVENT, NOW_MS - 1000 * n, "signup", {"attributes": {"n": n}}) for n in (3, 2, 1)]
    )
    found = objects(shop.get(what="events"))

    assert [one["attributes"]["n"] for one in found] == [1, 2, 3]
    assert found[0]["at"] == "2026-03-02T09:14:06Z"


def test_more_events_than_are_read_at_once_come_each_once(shop: Shop) -> None:
    shop.records.store.append([Record(EVENT, NOW_MS - 5000 + n, f"e{n}", {}) for n in range(2500)])

    names = [one["name"] for one in objects(shop.get(what="events"))]
    assert names == [f"e{n}" for n in reversed(range(2500))]
    assert len(objects(shop.get(what="events", limit=1500))) == 1500


def test_results_of_checks_come(shop: Shop) -> None:
    document = {"status": "unhealthy", "message": "=away", "critical": True}
    shop.records.store.append([Record(HEALTH, NOW_MS - 1000, "db", document, value=0.5)])
    [row] = table(shop.get(what="health", format="csv"))

    assert (row["check"], row["status"], row["message"], row["latencySeconds"]) == (
        "db",
        "unhealthy",
        "'=away",
        "0.5",
    )


def test_the_audit_comes(shop: Shop) -> None:
    for number in range(3):
        action = Action("silence.created", "s", "kim", NOW_MS - 9000 + number, after={"n": number})
        shop.audited.append(Audited(action, number))
    rows = table(shop.get(what="audit", format="csv"))

    assert [row["number"] for row in rows] == ["2", "1", "0"]
    assert rows[0]["after"] == '{"n":2}'


def test_alerts_and_messages_come(shop: Shop) -> None:
    labels = Labels.of(alertname="HighCpu")
    shop.episodes.append(Episode(labels, NOW_MS - 5000, 0.9, ended_at_ms=NOW_MS - 1000))
    shop.deliveries.append(Delivery("k", "ops", "slack[0]", "firing", "failed", 3, "away", NOW_MS - 4000))

    assert [one["rule"] for one in objects(shop.get(what="alerts"))] == ["HighCpu"]
    assert [one["outcome"] for one in objects(shop.get(what="deliveries"))] == ["failed"]
    assert table(shop.get(what="alerts", format="csv"))[0]["durationSeconds"] == "4.0"


@pytest.mark.parametrize("what", ["metrics", "alerts", "events", "health", "audit", "deliveries"])
def test_where_there_is_nothing_the_file_has_its_heads_alone(what: str) -> None:
    empty = Shop()

    assert empty.get(what=what).content == b""
    assert table(empty.get(what=what, format="csv")) == []
    assert empty.get(what=what, format="csv").text.endswith("\r\n")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"what": "everything"}, "query.what"),
        ({"format": "xml"}, "query.format"),
        ({"what": "events", "format": "parquet"}, "query.format"),
        ({"what": "audit", "name": "up"}, "query.name"),
        ({"what": "alerts", "match": "up"}, "query.match"),
        ({"match": "up["}, "query.match"),
        ({"match": '{job=~"("}'}, "query.match"),
        ({"limit": 0}, "query.limit"),
        ({"limit": 1_000_001}, "query.limit"),
        ({"window": "9y"}, "query.window"),
    ],
)
def test_what_is_not_valid_is_refused_by_its_name(shop: Shop, given: dict[str, Any], field: str) -> None:
    answer = shop.api.get("/export", **given)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_storage_that_is_away_is_a_conflict(shop: Shop) -> None:
    shop.trouble = StorageError("the storage is away")

    answer = shop.api.get("/export")
    assert (answer.status_code, answer.json()["detail"]) == (409, "the storage is away")
    shop.trouble = None
    assert [shop.api.get("/export").status_code for _ in range(5)] == [200] * 5


def test_only_so_many_exports_go_on_at_a_time() -> None:
    slots = Slots(2)
    held = [slots.take(), slots.take()]

    assert slots.take() is None
    first = held.pop()
    assert first is not None
    first.release()
    first.release()
    assert [slots.take() is None, slots.take() is None] == [False, False]


def test_an_export_too_many_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slots, "take", lambda _self: None)

    answer = shop.api.get("/export")
    assert answer.status_code == 409
    assert "2 exports are under way" in answer.json()["detail"]


def test_a_file_that_nobody_reads_any_more_holds_no_place() -> None:
    slots = Slots(1)
    for begun in (False, True):
        slot = slots.take()
        assert slot is not None
        pieces = exporting._held(iter([b"a", b"b"]), slot)
        if begun:
            next(pieces)
        del pieces, slot

    assert slots.take() is not None
