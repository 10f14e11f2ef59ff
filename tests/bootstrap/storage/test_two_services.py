"""Two services on one database: each speaks for itself, and sees and takes over nothing of the other's."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from opentelemetry.util._once import Once
from sqlalchemy import func, select

from otel_monitoring.model.matcher import Matcher
from otel_monitoring.storage.repositories.outbox import Outbox, Waiting
from otel_monitoring.storage.repositories.services import load_services
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.tables import LEASES, PREFIX, metadata
from otel_monitoring.testing import FakeClock
from tests.bootstrap.storage.instance import Instance
from tests.conftest import _globals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHOP, TILL = Service("shop"), Service("till")
RULES = """
groups:
- name: all
  interval: 15s
  rules:
  - alert: Broken
    expr: max(broken) > 0
    for: 30s
  - record: seen:broken:count
    expr: count(broken)
"""


class Street:
    """Instances of several services that share a database and a clock.

    Attributes:
        told: What was told, by service.
    """

    def __init__(self, start: Callable[[Street, Service], Instance], *, clock: FakeClock) -> None:
        self.clock = clock
        self.told: dict[Service, list[tuple[str, str]]] = defaultdict(list)
        self._start = start

    def start(self, service: Service) -> Instance:
        return self._start(self, service)

    def rounds(self, count: int, living: dict[Instance, bool]) -> None:
        """Let intervals pass in which each instance has something that is broken, or nothing."""
        for _ in range(count):
            self.clock.advance(15)
            for instance, is_broken in living.items():
                instance.live(is_broken=is_broken)

    def statuses(self, service: Service) -> list[str]:
        return [status for status, _ in self.told[service]]


@pytest.fixture
def street(fresh_process: pytest.MonkeyPatch, tmp_path: Path, url: str) -> Iterator[Street]:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES, encoding="utf-8")
    clock = FakeClock()
    made: list[Instance] = []

    def start(street: Street, service: Service) -> Instance:
        for module, provider, once in _globals():
            fresh_process.setattr(module, provider, None)
            fresh_process.setattr(module, once, Once())
        instance = Instance(
            clock=clock,
            told=street.told[service],
            service_name=service.name,
            service_namespace=service.namespace or None,
            environment=service.environment or None,
            storage={"url": url},
            alerts={"rule_files": [str(rules)], "default_rules": False},
            notify={"channels": ["callable://tell"]},
        )
        made.append(instance)
        return instance

    yield Street(start, clock=clock)
    for instance in made:
        instance.analysis.stop(5)


def rows_by_service(instance: Instance) -> dict[str, dict[str, int]]:
    """Return how many rows each service has in each table that says whose they are."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with instance.database.read() as connection:
        for table in metadata.sorted_tables:
            if "service" in table.c:
                query = select(table.c.service, func.count()).group_by(table.c.service)
                for service, count in connection.execute(query):
                    found[service][table.name.removeprefix(PREFIX)] = count
    return found


def test_each_service_has_one_that_speaks(street: Street) -> None:
    shop, shop_2, till, till_2 = (street.start(one) for one in (SHOP, SHOP, TILL, TILL))

    street.rounds(8, {shop: True, shop_2: False, till: True, till_2: False})
    street.rounds(4, {shop: False, shop_2: False, till: False, till_2: False})

    assert [one.voice.is_speaking for one in (shop, shop_2, till, till_2)] == [True, False, True, False]
    assert street.statuses(SHOP) == street.statuses(TILL) == ["firing", "resolved"]


def test_what_is_broken_at_one_service_is_no_matter_of_the_other(street: Street) -> None:
    shop, shop_2, till = street.start(SHOP), street.start(SHOP), street.start(TILL)

    street.rounds(8, {shop: True, shop_2: False, till: False})

    assert [state for state, _ in shop.alerts()] == [state for state, _ in shop_2.alerts()] == ["firing"]
    assert till.alerts() == []
    assert till.analysis.history.find() == []
    assert till.analysis.telling.deliver.log() == []
    assert till.asked("ALERTS") is None
    assert street.statuses(TILL) == []


def test_a_process_sees_the_series_of_its_own_service(street: Street) -> None:
    shop, shop_2, till = street.start(SHOP), street.start(SHOP), street.start(TILL)

    street.rounds(4, {shop: True, shop_2: False, till: True})

    assert [one.asked("count(broken)") for one in (shop, shop_2, till)] == [2.0, 2.0, 1.0]
    assert [one.asked("seen:broken:count") for one in (shop, shop_2, till)] == [2.0, 2.0, 1.0]


def test_a_process_lists_the_processes_of_its_own_service(street: Street) -> None:
    shop, shop_2, till = street.start(SHOP), street.start(SHOP), street.start(TILL)

    street.rounds(2, {shop: True, shop_2: False, till: True})

    listed = []
    for one in (shop, shop_2, till):
        assert one.analysis.keeping is not None
        one.analysis.keeping.follower.look()
        listed.append([seen.run.source.service for seen in one.analysis.keeping.instances()])
    assert listed == [[SHOP, SHOP], [SHOP, SHOP], [TILL]]


@pytest.mark.parametrize("before", [1, 4, 8])
def test_whoever_takes_over_takes_over_from_its_own_service(street: Street, before: int) -> None:
    shop, heir, till = street.start(SHOP), street.start(SHOP), street.start(TILL)
    street.rounds(before, {shop: True, heir: False, till: True})

    shop.crash(heir=heir)
    shop.gauge.set(0)
    street.rounds(8 - before, {heir: True, till: True})
    held = [state for state, _ in till.alerts()]
    street.rounds(1, {shop: False, heir: False, till: False})
    street.rounds(4, {heir: False, till: False})

    assert heir.voice.is_speaking
    assert till.voice.is_speaking
    assert held == ["firing"]
    assert street.statuses(SHOP) == street.statuses(TILL) == ["firing", "resolved"]


def test_what_waits_to_be_told_is_left_to_its_own_service(street: Street) -> None:
    shop = street.start(SHOP)
    street.rounds(1, {shop: False})
    outbox = Outbox(service=SHOP.key, owner="gone")
    with shop.database.write() as connection:
        outbox.put(connection, Waiting("somebody/else", "k", 1, {"what": "cannot be read here"}))
    till = street.start(TILL)

    street.rounds(4, {till: True})

    assert till.voice.is_speaking
    assert street.statuses(TILL) == ["firing"]
    with till.database.read() as connection:
        assert [one.key for one in outbox.waiting(connection)] == ["k"]
        assert Outbox(service=TILL.key, owner="x").waiting(connection) == []


def test_a_silence_of_one_service_does_not_quieten_the_other(street: Street) -> None:
    shop, till, till_2 = street.start(SHOP), street.start(TILL), street.start(TILL)
    street.rounds(1, {shop: True, till: True, till_2: False})

    till_2.analysis.telling.silences.create(
        matchers=[Matcher("alertname", "=", "Broken")],
        ends_at_ms=street.clock.now_ms() + 3_600_000,
        author="alice",
        comment="known",
    )
    street.rounds(8, {shop: True, till_2: True, till: True})

    assert street.statuses(SHOP) == ["firing"]
    assert street.statuses(TILL) == []
    assert shop.analysis.telling.silences.state() == []


def test_staging_is_not_production(street: Street) -> None:
    """The same code with the same name, on one database."""
    staging, production = Service("shop", "town", "staging"), Service("shop", "town", "production")
    trial, real = street.start(staging), street.start(production)

    street.rounds(8, {trial: True, real: False})
    trial.analysis.rules.set_mode("Broken", "observe", actor="alice")
    street.rounds(8, {trial: True, real: True})

    assert street.statuses(staging) == ["firing"]
    assert street.statuses(production) == ["firing"]
    assert (trial.analysis.rules.mode("Broken"), real.analysis.rules.mode("Broken")) == ("observe", "enabled")


def test_every_row_belongs_to_a_service_that_is_known(street: Street) -> None:
    shop, till = street.start(SHOP), street.start(TILL)

    street.rounds(8, {shop: True, till: True})
    street.rounds(4, {shop: False, till: False})

    found = rows_by_service(shop)
    with shop.database.read() as connection:
        assert load_services(connection) == {SHOP.key: SHOP, TILL.key: TILL}
        leases = set(connection.scalars(select(LEASES.c.name)))
    assert found[SHOP.key] == found[TILL.key]
    assert found.keys() == {SHOP.key, TILL.key}
    assert {"sources", "transitions", "notes", "deliveries"} <= found[SHOP.key].keys()
    assert leases - {"upkeep"} == {f"evaluator/{SHOP.key}", f"evaluator/{TILL.key}"}


def test_what_opens_the_pages_of_one_service_does_not_open_those_of_the_other(street: Street) -> None:
    shop, shop_2, till = street.start(SHOP), street.start(SHOP), street.start(TILL)
    tokens = [one.builder.credentials.make("token") for one in (shop, shop_2, till)]

    street.rounds(2, {shop: True, shop_2: False, till: True})

    first, second, other = (accepted()[0] for accepted in tokens)
    assert first == second != other


def test_without_the_storage_each_service_goes_on(street: Street, tmp_path: Path, url: str) -> None:
    """P11: the processes of a host agree on one for each service."""
    if not url.startswith("sqlite"):
        pytest.skip("a file is what is easily taken away")
    shop, till = street.start(SHOP), street.start(TILL)
    (tmp_path / "data").write_text("where the folder should be")

    street.rounds(8, {shop: True, till: True})

    assert street.statuses(SHOP) == street.statuses(TILL) == ["firing"]


def test_what_has_no_service_belongs_to_a_source_or_to_the_database() -> None:
    of_a_source = {"batches", "blocks", "families", "layouts", "series", "windows"}
    of_the_database = {"about", "leases", "services"}

    without = {table.name for table in metadata.sorted_tables if "service" not in table.c}

    assert without == {f"{PREFIX}{name}" for name in of_a_source | of_the_database}
