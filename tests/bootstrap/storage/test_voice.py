"""One of several instances on one storage speaks; when it goes, another goes on where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.util._once import Once
from sqlalchemy import BigInteger, bindparam

from otel_monitoring.model.matcher import Matcher
from otel_monitoring.testing import FakeClock
from tests.bootstrap.storage.instance import Instance
from tests.conftest import _globals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


RULES = """
groups:
- name: shop
  interval: 15s
  rules:
  - alert: Broken
    expr: max(broken) > 0
    for: 30s
"""
ABSENT = """
groups:
- name: shop
  interval: 15s
  rules:
  - alert: Gone
    expr: absent(broken)
"""
QUIET = RULES.replace("Broken", "Quiet").replace("> 0", "> 5")


class House:
    """Instances that share a storage and a clock."""

    def __init__(
        self, start: Callable[..., Instance], *, folder: Path, clock: FakeClock, told: list[tuple[str, str]]
    ) -> None:
        self.start = start
        self.folder = folder
        self.rules = folder.with_name("rules.yml")
        self.clock = clock
        self.told = told
        self.asks = False

    def rounds(self, count: int, *living: Instance, is_broken: bool) -> None:
        for _ in range(count):
            self.clock.advance(15)
            for instance in living:
                if self.asks:  # else it is the thread that does
                    instance.voice.keeper.step()
                instance.live(is_broken=is_broken)

    @property
    def statuses(self) -> list[str]:
        return [status for status, _ in self.told]


def missed(instance: Instance) -> int:
    return sum(group.missed for group in instance.analysis.groups())


def standing_alerts(instance: Instance) -> list[str]:
    """Return the names of the alerts that people see as firing, as an Alertmanager lists them."""
    alerts = instance.analysis.telling.dispatcher.alerts()
    return [alert.labels.get("alertname") for alert in alerts if not alert.is_resolved]


@pytest.fixture
def house(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[House]:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES, encoding="utf-8")
    clock = FakeClock()
    told: list[tuple[str, str]] = []
    made: list[Instance] = []

    def start(**alerts: Any) -> Instance:
        for module, provider, once in _globals():
            fresh_process.setattr(module, provider, None)
            fresh_process.setattr(module, once, Once())
        instance = Instance(
            clock=clock,
            told=told,
            service_name="shop",
            storage={"url": f"sqlite:///{tmp_path}/data/storage.db"},
            alerts={"rule_files": [str(rules)], "default_rules": False, **alerts},
            notify={"channels": ["callable://tell"]},
        )
        made.append(instance)
        return instance

    yield House(start, folder=tmp_path / "data", clock=clock, told=told)
    for instance in made:
        instance.analysis.stop(5)


def test_one_instance_tells_of_what_fires_and_resolves_once(house: House) -> None:
    """P10."""
    one = house.start()

    house.rounds(8, one, is_broken=True)
    house.rounds(4, one, is_broken=False)

    assert house.statuses == ["firing", "resolved"]


def test_an_instance_that_does_not_speak_shows_what_the_speaker_knows(house: House) -> None:
    """P5."""
    one, two = house.start(), house.start()

    house.rounds(8, one, two, is_broken=True)

    assert one.voice.is_speaking
    assert not two.voice.is_speaking
    assert one.alerts() == two.alerts() != []
    assert two.analysis.telling.dispatcher.alerts()[0].labels.get("alertname") == "Broken"
    assert [one.rule for one in two.analysis.history.find()] == ["Broken"]
    assert [one.outcome for one in two.analysis.telling.deliver.log()] == ["delivered"]
    assert house.statuses == ["firing"]


def test_every_instance_shows_how_many_evaluations_were_left_out(house: House) -> None:
    """P5: also whoever evaluates next, who goes on counting."""
    one, two = house.start(), house.start()
    house.rounds(2, one, two, is_broken=False)
    house.clock.advance(45)
    house.rounds(1, one, two, is_broken=False)
    shown = [missed(one), missed(two)]

    one.crash(heir=two)
    house.rounds(1, two, is_broken=False)
    house.clock.advance(30)
    house.rounds(1, two, is_broken=False)

    assert shown == [3, 3]
    assert missed(two) == 5


def test_an_alert_whose_rule_is_gone_stands_in_every_instance_until_its_time_is_over(house: House) -> None:
    """P5, S8: nobody finds it any more, and nobody has found that it is over."""
    one, two = house.start(), house.start()
    house.rounds(8, one, two, is_broken=True)

    house.rules.write_text(QUIET, encoding="utf-8")
    house.rounds(2, one, two, is_broken=True)
    standing = [standing_alerts(one), standing_alerts(two)]
    house.rounds(20, one, two, is_broken=True)

    assert one.alerts() == two.alerts() == []
    assert standing == [["Broken"], ["Broken"]]
    assert [standing_alerts(one), standing_alerts(two)] == [[], []]
    assert house.statuses == ["firing", "resolved"]


def test_the_end_of_an_alert_whose_rule_is_gone_is_told_by_whoever_takes_over(house: House) -> None:
    """P10."""
    one, two = house.start(), house.start()
    house.rounds(8, one, two, is_broken=True)
    house.rules.write_text(QUIET, encoding="utf-8")
    house.rounds(2, one, two, is_broken=True)

    one.crash(heir=two)
    house.rounds(20, two, is_broken=True)

    assert house.statuses == ["firing", "resolved"]


@pytest.mark.parametrize("before", [1, 2, 3, 4, 5, 6, 7, 8])
def test_an_alert_goes_on_in_another_instance(house: House, before: int) -> None:
    """P10: wherever the first one stops, people hear once that it fires and once that it is over."""
    one, two = house.start(), house.start()
    house.rounds(before, one, two, is_broken=True)
    since = one.alerts()

    one.crash(heir=two)
    house.rounds(8 - before, two, is_broken=True)
    held = two.alerts()
    one.gauge.set(0)
    house.rounds(1, one, two, is_broken=False)
    house.rounds(4, two, is_broken=False)

    assert not since or before == 8 or {at_ms for _, at_ms in since} == {at_ms for _, at_ms in held}
    assert house.statuses == ["firing", "resolved"]


def test_whoever_takes_over_reads_first_what_the_others_collected(house: House) -> None:
    """P10: what it had read before would say that nothing is broken any more."""
    one, two = house.start(), house.start()
    house.rounds(1, one, two, is_broken=False)
    two.reads_no_more()
    house.rounds(8, one, is_broken=True)
    two.evaluate()

    one.crash(heir=two)
    two.evaluate()

    assert two.voice.is_speaking
    assert [state for state, _ in two.alerts()] == ["firing"]
    assert house.statuses == ["firing"]


def test_whoever_was_away_reads_first_what_the_others_collected(house: House) -> None:
    """P10: after a suspension the lease may well be renewed before anything was read."""
    two, one = house.start(), house.start()
    house.rounds(1, two, one, is_broken=False)
    two.reads_no_more()
    house.rounds(8, one, is_broken=True)

    two.evaluate()

    assert two.voice.is_speaking
    assert [state for state, _ in two.alerts()] == ["pending"]


def test_a_silence_made_anywhere_holds_everywhere(house: House) -> None:
    one, two = house.start(), house.start()
    house.rounds(1, one, two, is_broken=True)

    made = two.analysis.telling.silences.create(
        matchers=[Matcher("alertname", "=", "Broken")],
        ends_at_ms=house.clock.now_ms() + 3_600_000,
        author="alice",
        comment="known",
    )
    house.rounds(8, two, one, is_broken=True)
    silenced = list(house.statuses)
    one.analysis.telling.silences.expire(made.id, actor="bob")
    house.rounds(2, one, two, is_broken=True)

    assert silenced == []
    assert two.analysis.telling.silences.get(made.id).is_ended
    assert house.statuses == ["firing"]


def test_a_silence_is_written_down_before_whoever_made_it_is_answered(house: House) -> None:
    """P10: a process that is killed right then takes nothing along."""
    one = house.start()
    house.rounds(1, one, is_broken=False)

    made = one.analysis.telling.silences.create(
        matchers=[Matcher("alertname", "=", "Broken")],
        ends_at_ms=house.clock.now_ms() + 3_600_000,
        author="alice",
        comment="known",
    )
    two = house.start()
    house.rounds(1, two, is_broken=False)

    assert two.analysis.telling.silences.get(made.id).comment == "known"


def test_an_alert_that_is_taken_over_is_never_without_its_acknowledgement(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: whoever looks while a process takes over sees who takes care of what fires."""
    one = house.start()
    house.rounds(8, one, is_broken=True)
    (alert,) = one.analysis.telling.dispatcher.alerts()
    one.analysis.telling.acknowledged.acknowledge(alert.labels, actor="alice")
    one.voice.share()
    two = house.start()
    one.crash(heir=two)
    known: list[list[str]] = []
    take_up = two.analysis.evaluator.take_up

    def looked_at(*args: Any, **kwargs: Any) -> None:
        known.append([word.actor for word in two.analysis.telling.acknowledged.all()])
        take_up(*args, **kwargs)

    monkeypatch.setattr(two.analysis.evaluator, "take_up", looked_at)
    house.rounds(1, two, is_broken=True)

    assert known == [["alice"]], "before the alerts are there"
    assert two.alerts()
    (episode,) = two.analysis.history.find()
    assert "acknowledged" in episode.marks


def test_a_mode_set_anywhere_holds_everywhere(house: House) -> None:
    one, two = house.start(), house.start()
    house.rounds(1, one, two, is_broken=True)

    two.analysis.rules.set_mode("Broken", "observe", actor="alice")
    house.rounds(8, two, one, is_broken=True)

    assert one.analysis.rules.mode("Broken") == "observe"
    assert house.statuses == []


def test_without_the_storage_one_goes_on_in_memory(house: House) -> None:
    """P11."""
    house.folder.write_text("where the folder should be")
    one, two = house.start(), house.start()

    house.rounds(8, one, two, is_broken=True)
    house.rounds(4, one, two, is_broken=False)

    assert not one.database.is_available
    assert house.statuses == ["firing", "resolved"]


def test_what_was_decided_alone_is_written_down_when_the_storage_is_back(house: House) -> None:
    """P11."""
    house.folder.write_text("where the folder should be")
    one = house.start()
    house.rounds(8, one, is_broken=True)

    house.folder.unlink()
    house.rounds(4, one, is_broken=True)
    since = one.alerts()
    one.analysis.stop(5)
    two = house.start()
    house.rounds(4, two, is_broken=True)
    held = two.alerts()
    house.rounds(4, two, is_broken=False)

    assert since == held != []
    assert house.statuses == ["firing", "resolved"]


def test_what_rules_write_is_found_in_every_instance(house: House) -> None:
    one, two = house.start(), house.start()

    house.rounds(8, one, two, is_broken=True)
    firing = {at: instance.asked('ALERTS{alertstate="firing"}') for at, instance in enumerate((one, two))}
    one.crash(heir=two)
    house.rounds(2, two, is_broken=True)
    after = two.asked('ALERTS{alertstate="firing"}')
    one.gauge.set(0)
    house.rounds(1, one, two, is_broken=False)
    house.rounds(3, two, is_broken=False)

    assert firing == {0: 1.0, 1: 1.0}
    assert after == 1.0
    assert two.asked("ALERTS") is None


def test_one_that_evaluates_no_rules_leaves_speaking_to_others(house: House) -> None:
    watching, one = house.start(enabled=False), house.start()

    house.rounds(8, watching, one, is_broken=True)

    assert not watching.voice.is_speaking
    assert [one.rule for one in watching.analysis.history.find()] == ["Broken"]
    assert house.statuses == ["firing"]


@pytest.mark.parametrize("crashes", [False, True])
def test_a_storage_that_begins_anew_is_told_what_is_known(house: House, crashes: bool) -> None:
    """P11: nobody hears anew of what fires because a file is gone."""
    one, two = house.start(), house.start()
    house.rounds(8, one, two, is_broken=True)

    for file in house.folder.iterdir():
        file.unlink()
    heir = two if crashes else one
    heir.live(is_broken=True)
    assert heir.voice.keeper.step()
    house.rounds(4, two, one, is_broken=True)
    held = [one.alerts(), two.alerts()]
    house.rounds(4, two, one, is_broken=False)

    assert two.voice.is_speaking == crashes
    assert held[0] == held[1] != []
    assert house.statuses == ["firing", "resolved"]


@pytest.fixture
def since_boot(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let leases and the wait for the storage go by the clock of the house."""
    now_ms = bindparam("now_ms", callable_=house.clock.now_ms, type_=BigInteger)
    monkeypatch.setattr("time.clock_gettime", lambda _which: house.clock.monotonic_s())
    monkeypatch.setattr("otel_monitoring.storage.lease.database_now_ms", lambda **_database: now_ms)
    house.asks = True


def gone(house: House) -> Path:
    """Take the storage away; return where it waits."""
    away = house.folder.with_name("away")
    house.folder.rename(away)
    house.folder.write_text("where the folder should be")
    return away


def back(house: House, away: Path) -> None:
    house.folder.unlink()
    away.rename(house.folder)


@pytest.mark.usefixtures("since_boot")
def test_the_last_holder_waits_until_whoever_went_on_alone_has_written_that_down(house: House) -> None:
    """P10: both had spoken of it, each with a word of its own."""
    one, two = house.start(), house.start()
    house.rounds(2, one, two, is_broken=False)
    away = gone(house)
    house.rounds(8, two, one, is_broken=True)
    told = list(house.statuses)

    back(house, away)
    house.clock.advance(15)
    early = one.voice.keeper.step()
    house.rounds(3, two, one, is_broken=True)

    assert told == house.statuses == ["firing"]
    assert not early
    assert (one.voice.is_speaking, two.voice.is_speaking) == (False, True)


@pytest.mark.usefixtures("since_boot")
def test_a_file_that_takes_no_lease_for_long_does_not_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P11: such as one that a process writes to which was suspended amid that."""
    one = house.start()
    house.rounds(2, one, is_broken=True)
    house.clock.advance(60)
    with monkeypatch.context() as patch:
        patch.setattr(one.voice.keeper.lease, "in_vain_s", lambda: 31.0)
        for _ in range(4):
            one.evaluate()
    told = list(house.statuses)

    house.rounds(3, one, is_broken=True)
    house.rounds(3, one, is_broken=False)

    assert told == ["firing"]
    assert house.statuses == ["firing", "resolved"]


@pytest.mark.usefixtures("since_boot")
@pytest.mark.parametrize("was_seen", [True, False])
def test_what_somebody_was_about_to_tell_is_told_by_whoever_goes_on_alone(
    house: House, monkeypatch: pytest.MonkeyPatch, was_seen: bool
) -> None:
    """P10, P11: and not once more when the storage is back."""
    one, two = house.start(), house.start()
    monkeypatch.setattr(one.voice, "may_send", lambda: False)
    house.rounds(2, one, two, is_broken=True)
    house.rounds(4, one, *[two] * was_seen, is_broken=True)
    waited = list(house.statuses)
    away = gone(house)
    house.clock.advance(60)

    house.rounds(4, two, is_broken=True)
    alone = list(house.statuses)
    back(house, away)
    house.clock.advance(60)
    house.rounds(4, two, one, is_broken=True)

    assert waited == []
    assert alone == house.statuses == ["firing"]


def test_what_was_due_before_the_first_collection_is_not_made_up_for(house: House) -> None:
    """P10: whatever nobody collected during a planned stop would count as gone."""
    house.rules.write_text(ABSENT, encoding="utf-8")
    one = house.start()
    house.rounds(3, one, is_broken=False)
    one.analysis.stop(5)
    house.clock.advance(400)
    two = house.start()

    house.rounds(3, two, is_broken=False)

    assert two.voice.is_speaking
    assert house.statuses == []
