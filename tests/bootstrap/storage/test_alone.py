"""Who speaks while the storage does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.bootstrap.storage.alone import Alone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Clock:
    """Seconds since the host was started, moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(tmp_path: Path, clock: Clock) -> Callable[..., Alone]:
    """Return a further process of one host."""

    def made(
        *,
        has_other_hosts: bool | None = False,
        identity: str = "storage",
        service: str = "shop",
        **given: Any,
    ) -> Alone:
        return Alone(
            place="server",
            service=service,
            identity=lambda: identity,
            has_other_hosts=lambda: has_other_hosts,
            contact_s=10,
            alone_after_s=120,
            elapsed_s=clock,
            **{"folder": tmp_path, **given},
        )

    return made


def test_one_of_the_processes_of_a_host_goes_on_at_once(process: Callable[..., Alone]) -> None:
    one, two = process(), process()

    assert one.may_speak(was_holder=False)
    assert not two.may_speak(was_holder=True)
    assert one.may_speak(was_holder=False)


def test_another_goes_on_when_that_one_ends(process: Callable[..., Alone]) -> None:
    one, two = process(), process()
    one.may_speak(was_holder=True)

    one.close()

    assert two.may_speak(was_holder=False)


def test_nobody_goes_on_while_one_of_the_host_has_contact(
    process: Callable[..., Alone], clock: Clock
) -> None:
    cut, connected = process(), process()
    connected.contact()
    clock.now_s += 5

    during = cut.may_speak(was_holder=True)
    clock.now_s += 5

    assert not during
    assert cut.may_speak(was_holder=True)


def test_one_that_goes_on_gives_way_to_contact(process: Callable[..., Alone]) -> None:
    cut, back = process(), process()
    before = cut.may_speak(was_holder=True)

    back.contact()

    assert before
    assert not cut.may_speak(was_holder=True)
    assert not back.is_elsewhere()


def test_with_other_hosts_the_last_holder_waits_and_the_others_wait_longer(
    process: Callable[..., Alone], clock: Clock, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    holder, other = process(has_other_hosts=True), process(has_other_hosts=True, folder=there)
    found = []
    for _ in range(7):
        found.append((holder.may_speak(was_holder=True), other.may_speak(was_holder=False)))
        clock.now_s += 119

    assert found == [(False, False)] * 2 + [(True, False)] * 4 + [(True, True)]


def test_each_service_speaks_for_itself(process: Callable[..., Alone]) -> None:
    one, two = process(service="shop"), process(service="till")

    assert one.may_speak(was_holder=False)
    assert two.may_speak(was_holder=False)


def test_one_that_never_had_contact_waits_for_those_that_have(
    process: Callable[..., Alone], clock: Clock
) -> None:
    """P10: a worker that is started while the server refuses it is not the only one."""
    connected, new = process(), process(has_other_hosts=None, identity="")
    connected.contact()

    during = new.may_speak(was_holder=False)
    clock.now_s += 10

    assert not during
    assert connected.may_speak(was_holder=True)
    assert not new.may_speak(was_holder=False)


def test_one_that_never_had_contact_knows_of_other_hosts_what_its_host_knew(
    process: Callable[..., Alone], clock: Clock
) -> None:
    process(has_other_hosts=True).contact()
    new = process(has_other_hosts=None, identity="")
    found = []
    for _ in range(2):
        found.append(new.may_speak(was_holder=False))
        clock.now_s += 599
    clock.now_s += 1

    assert [*found, new.may_speak(was_holder=False)] == [False, False, True]


def test_where_nothing_is_known_of_other_hosts_one_waits_like_the_last_holder(
    process: Callable[..., Alone], clock: Clock
) -> None:
    new = process(has_other_hosts=None, identity="")
    found = []
    for _ in range(3):
        found.append(new.may_speak(was_holder=False))
        clock.now_s += 60

    assert found == [False, False, True]


def test_contact_ends_the_wait(process: Callable[..., Alone], clock: Clock) -> None:
    holder = process(has_other_hosts=True)
    holder.may_speak(was_holder=True)
    clock.now_s += 100
    holder.contact()
    clock.now_s += 100

    assert not holder.may_speak(was_holder=True)


def test_others_let_the_one_that_went_on_write_it_down_but_not_for_ever(
    process: Callable[..., Alone], clock: Clock
) -> None:
    alone, back = process(), process()
    alone.may_speak(was_holder=True)
    found = []
    for _ in range(3):
        found.append(back.is_elsewhere())
        clock.now_s += 25

    assert found == [True, True, False]


def test_a_place_where_no_file_can_be_keeps_nobody_silent(
    process: Callable[..., Alone], tmp_path: Path
) -> None:
    nowhere = process(folder=tmp_path / "missing")

    nowhere.contact()

    assert nowhere.may_speak(was_holder=False)
    assert not nowhere.is_elsewhere()


def test_a_file_that_somebody_wrote_nonsense_into_is_no_contact(
    process: Callable[..., Alone], tmp_path: Path
) -> None:
    one = process()
    one.may_speak(was_holder=False)
    (file,) = tmp_path.glob("*.lock")
    file.write_bytes(b"nonsense")
    (tmp_path / file.name.replace(".lock", ".known")).write_bytes(b"\xff")

    assert one.may_speak(was_holder=False)
