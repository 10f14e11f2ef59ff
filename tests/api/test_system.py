"""``GET /system`` over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.api.system import SystemSource, system_router
from otel_monitoring.reports.system.desk import SystemDesk
from otel_monitoring.testing import FakeClock
from tests.api.asking import Asked
from tests.reports.system.machine_at_hand import END_MS, query

MACHINE = {"host": "web-1", "system": "Linux 6.8", "architecture": "x86_64", "python": "3.12.8"}


@pytest.fixture(scope="module")
def api() -> Asked:
    source = SystemSource(
        desk=SystemDesk(query=query(), interval_s=15),
        own="a",
        machine=lambda: MACHINE,
        note=lambda instance: f"nothing of {instance}",
        clock=FakeClock(END_MS),
    )
    return Asked(system_router(source))


def figures(body: dict[str, Any]) -> dict[str, Any]:
    return {
        figure["name"]: figure["readings"][0] for section in body["sections"] for figure in section["figures"]
    }


def test_the_process_that_answers_tells_of_itself(api: Asked) -> None:
    body = api.get("/system", window="10m").json()

    assert (body["instance"], body["machine"], body["note"]) == ("a", MACHINE, "")
    assert [section["name"] for section in body["sections"]] == ["cpu", "memory", "disk", "process"]
    disk = figures(body)["disk.used"]
    assert (disk["share"], disk["labels"]) == (0.5, {"system_filesystem_mountpoint": "/"})


def test_what_is_no_finite_number_is_empty(api: Asked) -> None:
    uptime = figures(api.get("/system", window="10m").json())["process.uptime"]

    assert (uptime["value"], uptime["max"], uptime["share"]) == (None, None, None)
    assert uptime["min"] == 15.0


def test_another_process_is_asked_about_by_its_id(api: Asked) -> None:
    body = api.get("/system", instance="b", section=["cpu"]).json()

    assert (body["instance"], body["machine"]) == ("b", None)
    assert [section["name"] for section in body["sections"]] == ["cpu"]


def test_where_there_is_nothing_it_says_why(api: Asked) -> None:
    body = api.get("/system", instance="c").json()

    assert (body["sections"], body["note"]) == ([], "nothing of c")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"section": "weather"}, "query.section"),
        ({"window": "99d"}, "query.window"),
        ({"instance": ""}, "query.instance"),
        ({"instance": "x" * 300}, "query.instance"),
    ],
)
def test_what_is_not_valid_is_refused_by_its_name(api: Asked, given: dict[str, Any], field: str) -> None:
    answer = api.get("/system", **given)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)
