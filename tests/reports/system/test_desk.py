"""How machine, process and runtime do: newest values, limits, and what they were over a window."""

from __future__ import annotations

import pytest

from otel_monitoring.promql.language.parse import parse
from otel_monitoring.reports.system.desk import Reading, SystemDesk
from otel_monitoring.reports.system.figures import FIGURES, OWN, RANGE, Figure
from tests.reports.system.machine_at_hand import END_MS, GIB, START_MS, query


@pytest.fixture(scope="module")
def desk() -> SystemDesk:
    return SystemDesk(query=query(), interval_s=15)


def readings(desk: SystemDesk, instance: str = "a") -> dict[str, Reading]:
    found = desk.readings(instance=instance, start_ms=START_MS, end_ms=END_MS)
    return {one.figure.name: one for one in found}


def test_a_reading_has_its_limit_and_what_it_was_over_the_window(desk: SystemDesk) -> None:
    memory = readings(desk)["memory.machine"]

    assert (memory.value, memory.limit) == (2 * GIB, 4 * GIB)
    assert memory.least == pytest.approx(1.025 * GIB)  # a window leaves its beginning out
    assert memory.mean == pytest.approx(1.5125 * GIB)
    assert memory.most == 2 * GIB


def test_a_spike_between_two_steps_is_seen(desk: SystemDesk) -> None:
    assert readings(desk)["cpu.utilization"].most == 0.99


def test_limits_belong_to_the_labels_of_a_reading(desk: SystemDesk) -> None:
    disk = readings(desk)["disk.used"]

    assert disk.labels.as_dict() == {"system_filesystem_mountpoint": "/"}
    assert (disk.value, disk.limit) == (30 * GIB, 60 * GIB)


def test_what_is_counted_is_a_rate(desk: SystemDesk) -> None:
    disk = readings(desk)["disk.io"]

    assert disk.value == pytest.approx(1000 / 15)
    assert disk.labels.as_dict() == {"system_device": "vda", "disk_io_direction": "read"}
    assert disk.limit is None


@pytest.mark.parametrize(("instance", "busy"), [("a", 0.5), ("b", 0.9)])
def test_each_process_tells_of_its_own_machine(desk: SystemDesk, instance: str, busy: float) -> None:
    assert readings(desk, instance)["cpu.machine"].value == pytest.approx(busy)


def test_a_section_can_be_asked_for_alone(desk: SystemDesk) -> None:
    found = desk.readings(instance="a", start_ms=START_MS, end_ms=END_MS, sections=["disk"])

    assert {one.figure.section for one in found} == {"disk"}


def test_readings_are_in_the_order_of_the_figures(desk: SystemDesk) -> None:
    names = [figure.name for figure in FIGURES]
    found = [names.index(one) for one in readings(desk)]

    assert found == sorted(found)


@pytest.mark.parametrize("instance", ["nobody", 'a"} or vector(1) #', "a\\", "a\n", RANGE, OWN])
def test_of_whom_nothing_is_known_nothing_is_said(desk: SystemDesk, instance: str) -> None:
    assert desk.readings(instance=instance, start_ms=START_MS, end_ms=END_MS) == []


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_every_figure_is_one_expression(figure: Figure) -> None:
    assert bool(figure.series) != bool(figure.expr)
    for expr in (figure.series, figure.expr, figure.limit):
        if expr:
            parse(expr.replace(RANGE, "1m").replace(OWN, 'instance="a"'))
