"""What happens in one process is found by all, wired from settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.router import build_api
from otel_monitoring.bootstrap.api.routes import desk, storage_routes
from otel_monitoring.bootstrap.storage.recording import METRICS
from otel_monitoring.health.check import Health
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.model.action import Action
from otel_monitoring.storage.recording import audit, records
from tests.api.access.opened import opened_by
from tests.api.client import get
from tests.bootstrap.test_analysis import Rig
from tests.conftest import _globals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from otel_monitoring.model.record import Record


class Shop(Rig):
    """An instance with a first collection behind it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(service_name="shop", **settings)
        self.recording = self.analysis.recording
        self.pass_time(15)

    def emit(self, name: str, **attributes: Any) -> None:
        logger = self.builder.providers.logger.get_logger("shop")
        logger.emit(timestamp=self.clock.now_ms() * 1_000_000, event_name=name, attributes=attributes)

    def events(self, **asked: Any) -> list[str]:
        return [one.key for one in self.recording.find("event", **asked)[0]]

    def act(self, target: str) -> None:
        self.analysis.audit(Action("silence.created", target, "kim", self.clock.now_ms()))

    def targets(self) -> list[str]:
        return [one.action.target for one in self.analysis.audit.find()[0]]

    def look(self) -> None:
        assert self.analysis.keeping is not None
        assert self.analysis.keeping.writer.flush(10)
        assert self.analysis.keeping.follower.look()

    def rows(self) -> dict[tuple[str, ...], float]:
        return {
            (metric.name.rpartition(".")[2], *attributes.values()): value
            for metric in METRICS
            for value, attributes in self.recording.rows(metric.name)
        }


@pytest.fixture
def another(fresh_process: pytest.MonkeyPatch) -> Iterator[Callable[..., Shop]]:
    """Make instances with providers of their own, as in other processes."""
    from opentelemetry.util._once import Once

    for log in (audit, records):
        fresh_process.setattr(log, "_FLUSH_S", 30.0)  # whoever asks waits, however slow the machine is
    made: list[Shop] = []

    def make(**settings: Any) -> Shop:
        for module, provider, once in _globals():
            fresh_process.setattr(module, provider, None)
            fresh_process.setattr(module, once, Once())
        made.append(Shop(**settings))
        return made[-1]

    yield make
    for shop in made:
        shop.analysis.stop(5)


@pytest.fixture
def storage(tmp_path: Path) -> dict[str, str]:
    return {"url": f"sqlite:///{tmp_path}/storage.db"}


def test_an_event_of_one_process_is_found_at_another(
    another: Callable[..., Shop], storage: dict[str, str]
) -> None:
    one, two = another(storage=storage), another(storage=storage)

    one.emit("signup", plan="pro", password="hunter2")
    one.recording.step()
    one.look()
    two.look()

    [found], is_kept = two.recording.find("event", key="signup")
    attributes = found.document["attributes"]
    assert (attributes["plan"], is_kept) == ("pro", True)
    assert "hunter2" not in str(attributes)
    assert one.analysis.keeping is not None
    assert two.recording.instances()[found.source] == one.analysis.keeping.samples.source.label


def test_whoever_asks_sees_what_has_just_happened_here(
    another: Callable[..., Shop], storage: dict[str, str]
) -> None:
    shop = another(storage=storage)

    shop.emit("signup")

    assert shop.events() == ["signup"]


def test_what_happened_right_before_the_end_is_kept(
    another: Callable[..., Shop], storage: dict[str, str]
) -> None:
    shop = another(storage=storage)
    for _ in range(2100):
        shop.emit("signup")
    shop.act("7f")

    shop.analysis.stop(10)

    again = another(storage=storage)
    again.look()
    assert len(again.events(most=5000)) == 2100
    assert again.targets() == ["7f"]


def test_what_was_heard_before_the_first_collection_is_kept(another: Callable[..., Shop]) -> None:
    class Early(Shop):
        def pass_time(self, seconds: int) -> None:
            """Collect nothing yet."""

    shop = Early()

    shop.emit("started")

    assert shop.events() == ["started"]
    shop.analysis.stop(1)


def test_what_people_do_at_several_processes_is_one_chain(
    another: Callable[..., Shop], storage: dict[str, str]
) -> None:
    one, two = another(storage=storage), another(storage=storage)

    for shop, target in ((one, "a"), (two, "b"), (one, "c")):
        shop.act(target)
        shop.look()

    found, is_kept = two.analysis.audit.find()
    assert [(one.number, one.action.target) for one in found] == [(3, "c"), (2, "b"), (1, "a")]
    assert is_kept


def test_the_audit_is_no_event_besides(another: Callable[..., Shop], storage: dict[str, str]) -> None:
    shop = another(storage=storage)

    shop.act("7f")

    assert shop.events() == []
    assert shop.targets() == ["7f"]


def test_without_a_storage_memory_answers_and_says_so(another: Callable[..., Shop]) -> None:
    shop = another()

    shop.emit("signup")
    shop.act("7f")

    [found], is_kept = shop.recording.find("event")
    assert (found.key, is_kept) == ("signup", False)
    assert (shop.targets(), shop.analysis.audit.find()[1]) == (["7f"], False)
    assert shop.recording.instances() == {}


def test_what_happens_while_the_storage_is_away_is_found_here_and_written_later(
    another: Callable[..., Shop], storage: dict[str, str]
) -> None:
    shop = another(storage=storage)
    shop.look()
    assert shop.analysis.keeping is not None
    database = shop.analysis.keeping.database
    ensure, database.ensure = database.ensure, lambda: False  # type: ignore[method-assign]
    database.close()

    shop.emit("signup")
    shop.act("7f")
    away = (shop.recording.find("event"), shop.analysis.audit.find())
    waiting = shop.rows()
    database.ensure = ensure  # type: ignore[method-assign]
    shop.look()

    ([event], is_event_kept), ([action], is_action_kept) = away
    assert (event.key, is_event_kept) == ("signup", False)
    assert (action.action.target, is_action_kept) == ("7f", False)
    assert (waiting["waiting", "event"], waiting["waiting", "audit"]) == (1, 1)
    assert (shop.events(), shop.targets()) == (["signup"], ["7f"])
    assert shop.recording.find("event")[1]


def test_results_of_checks_are_kept(another: Callable[..., Shop], storage: dict[str, str]) -> None:
    shop = another(storage=storage)
    registry = HealthRegistry(clock=shop.clock)
    answers = [Health(), Health("unhealthy", "password=hunter2 was refused")]
    registry.register("db", lambda: answers.pop(0), interval_s=15)

    for _ in range(2):
        registry.run_due()
        assert registry.wait(10)
        for _ in range(3):
            shop.recording.step(registry.report())
        shop.clock.advance(20)

    found: list[Record] = shop.recording.find("health")[0]
    assert [one.document["status"] for one in found] == ["unhealthy", "healthy"]
    assert "hunter2" not in str(found)


def test_metrics_say_what_was_kept_and_dropped(another: Callable[..., Shop], storage: dict[str, str]) -> None:
    shop = another(storage=storage)
    for _ in range(3):
        shop.emit("signup")
    shop.act("7f")
    shop.recording.step()
    shop.look()
    shop.builder.events._capacity = 1
    for _ in range(3):
        shop.emit("signup")

    rows = shop.rows()
    assert (rows["kept", "event"], rows["kept", "audit"]) == (3, 1)
    assert rows["dropped", "event", "queue_full"] == 2
    assert rows["waiting", "event"] == 1


def test_an_event_that_cannot_be_kept_keeps_no_other_from_it(
    another: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = another()
    shop.emit("odd")
    shop.emit("signup")
    [odd, _] = shop.builder.events._waiting
    odd.timestamp = "yesterday"  # type: ignore[assignment]

    assert shop.events() == ["signup"]


def test_a_child_process_begins_anew(another: Callable[..., Shop], storage: dict[str, str]) -> None:
    shop = another(storage=storage)
    shop.emit("signup")
    shop.act("7f")
    shop.recording.step()
    shop.look()

    shop.builder.events.after_fork()
    shop.analysis.after_fork()

    assert shop.rows()["kept", "audit"] == 0
    shop.pass_time(15)
    shop.emit("login")
    assert shop.events() == ["login", "signup"]


def test_whatever_was_said_can_be_read_over_http(
    another: Callable[..., Shop], storage: dict[str, str]
) -> None:
    shop = another(storage=storage)
    app = build_api(
        alerts=shop.analysis,
        health=HealthRegistry(clock=shop.clock),
        access=opened_by("t"),
        desk=desk(shop.builder, shop.analysis, started_ms=0),
        more=storage_routes(shop.builder, shop.analysis),
    )
    odd = {"nan": float("nan"), "cut": "\ud800", "nul": "a\0b", "deep": [[[[[[1]]]]]], "bytes": b"\xff"}

    shop.emit("odd\ud800", **odd)
    shop.analysis.audit(
        Action("odd", "\ud800", "kim\0", shop.clock.now_ms(), before=odd, after={"a": {1, 2}})
    )

    answers = {path: get(app, path, authorization="Bearer t") for path in ("/events", "/audit")}
    assert {path: answer.status_code for path, answer in answers.items()} == {"/events": 200, "/audit": 200}
    assert [answer.json()["readFrom"] for answer in answers.values()] == ["storage", "storage"]
    [event] = answers["/events"].json()["events"]
    assert (event["name"], event["attributes"]["nan"]) == ("odd?", "NaN")
    [action] = answers["/audit"].json()["actions"]
    assert (action["number"], action["before"]["nan"]) == (1, "NaN")
