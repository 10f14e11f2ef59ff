"""Dashboards over HTTP: made, changed, removed, exported and imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.dashboards.router import DashboardsSource, dashboards_router
from otel_monitoring.bootstrap.storage.dashboards import Dashboards
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.stores.dashboards import DashboardStore
from otel_monitoring.testing import FakeClock
from tests.api.asking import Asked

if TYPE_CHECKING:
    from otel_monitoring.model.action import Action

PLACE = {"x": 0, "y": 0, "w": 6, "h": 4}
PANEL: dict[str, Any] = {"id": "p", "title": "Up", "queries": [{"expr": "up"}], "place": PLACE}
GIVEN: dict[str, Any] = {"title": "Checkout", "panels": [PANEL]}


class Instance:
    """The API over dashboards in memory, of which there may be three."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.clock = FakeClock()
        kept = Dashboards(clock=self.clock, audit=self.actions.append, known=DashboardStore(most=3))
        self.api = Asked(dashboards_router(DashboardsSource(kept, parse, 3)))

    def ask(self, method: str, path: str, **more: Any) -> Any:
        return self.api.ask(method, path, **more)

    def made(self, **changes: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/dashboards?by=kim", json={**GIVEN, **changes})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def instance() -> Instance:
    return Instance()


def test_a_dashboard_is_made_and_read(instance: Instance) -> None:
    made = instance.made()

    assert instance.ask("GET", f"/dashboards/{made['id']}").json() == made
    assert made["version"] == 1
    assert made["changedBy"] == "kim (token)"
    assert made["keptIn"] == "memory"
    assert made["note"].startswith("There is no storage")
    assert made["panels"] == [
        {
            **PANEL,
            "kind": "line",
            "queries": [{"expr": "up", "legend": ""}],
            "unit": "",
            "threshold": None,
        }
    ]


def test_the_list_tells_titles_and_counts(instance: Instance) -> None:
    instance.made(title="b")
    instance.made(title="A", description="what for")

    found = instance.ask("GET", "/dashboards").json()

    assert [(one["title"], one["panels"], one["description"]) for one in found["dashboards"]] == [
        ("A", 1, "what for"),
        ("b", 1, ""),
    ]
    assert (found["keptIn"], found["most"]) == ("memory", 3)


def test_what_was_read_can_be_changed_and_sent_back(instance: Instance) -> None:
    made = instance.made()

    answer = instance.ask("PUT", f"/dashboards/{made['id']}?by=lee", json={**made, "title": "Orders"})

    assert answer.status_code == 200
    found = answer.json()
    assert (found["title"], found["version"], found["changedBy"]) == ("Orders", 2, "lee (token)")
    assert [(one.name, one.actor) for one in instance.actions] == [
        ("dashboard.created", "kim"),
        ("dashboard.changed", "lee"),
    ]


def test_whoever_is_slower_is_told_who_was_faster_and_when(instance: Instance) -> None:
    made = instance.made()
    path = f"/dashboards/{made['id']}"
    instance.ask("PUT", f"{path}?by=lee", json={**GIVEN, "title": "Orders", "version": 1})

    answer = instance.ask("PUT", path, json={**GIVEN, "title": "Mine", "version": 1})

    assert answer.status_code == 409
    problem = answer.json()
    assert problem["changedBy"] == "lee (token)"
    assert problem["changedAt"].endswith("Z")
    assert problem["version"] == 2
    assert "changed by lee (token): expected version 1" in problem["detail"]
    assert instance.ask("GET", path).json()["title"] == "Orders"


def test_a_change_has_to_name_its_version(instance: Instance) -> None:
    made = instance.made()

    answer = instance.ask("PUT", f"/dashboards/{made['id']}", json=GIVEN)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.version"


def test_one_that_was_removed_can_be_put_back_under_its_id(instance: Instance) -> None:
    made = instance.made()
    path = f"/dashboards/{made['id']}"

    gone = instance.ask("DELETE", f"{path}?version=1&by=kim")
    after = instance.ask("GET", path)
    back = instance.ask("PUT", path, json={**gone.json(), "version": 0})

    assert (gone.status_code, after.status_code, back.status_code) == (200, 404, 200)
    assert back.json()["panels"] == made["panels"]


def test_one_that_was_changed_is_not_removed_by_who_did_not_see_it(instance: Instance) -> None:
    path = f"/dashboards/{instance.made()['id']}"

    assert instance.ask("DELETE", f"{path}?version=7").status_code == 409
    assert instance.ask("GET", path).status_code == 200


def test_what_is_not_there_is_not_found(instance: Instance) -> None:
    for method, more in (("GET", {}), ("DELETE", {}), ("PUT", {"json": {**GIVEN, "version": 3}})):
        answer = instance.ask(method, "/dashboards/none", **more)

        assert answer.status_code == 404
        assert "'none' does not exist" in answer.json()["detail"]


def test_there_are_no_more_than_may_be(instance: Instance) -> None:
    for _ in range(3):
        instance.made()

    answer = instance.ask("POST", "/dashboards", json=GIVEN)

    assert answer.status_code == 409
    assert "3 dashboards, which is the most" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("panel", "field"),
    [
        ({**PANEL, "queries": [{"expr": "sum("}]}, "body.panels.0.queries.0.expr"),
        ({**PANEL, "queries": []}, "body.panels.0.queries"),
        ({**PANEL, "kind": "pie"}, "body.panels.0.kind"),
        ({**PANEL, "title": " "}, "body.panels.0.title"),
        ({**PANEL, "place": {**PLACE, "x": 8}}, "body.panels.0.place"),
        ({**PANEL, "threshold": "much"}, "body.panels.0.threshold"),
        ({**PANEL, "colour": "red"}, "body.panels.0.colour"),
    ],
)
def test_what_is_wrong_with_a_panel_is_named(instance: Instance, panel: dict[str, Any], field: str) -> None:
    answer = instance.ask("POST", "/dashboards", json={**GIVEN, "panels": [panel]})

    assert answer.status_code == 422
    assert field in {one["field"] for one in answer.json()["errors"]}


def test_two_panels_of_one_id_are_refused(instance: Instance) -> None:
    answer = instance.ask("POST", "/dashboards", json={**GIVEN, "panels": [PANEL, PANEL]})

    assert answer.status_code == 422
    assert "panel id 'p' is there twice" in answer.text


def test_what_is_too_large_is_refused(instance: Instance) -> None:
    query = {"expr": f'up{{a="{"x" * 3900}"}}'}
    panels = [{**PANEL, "id": f"p{number}", "queries": [query]} for number in range(30)]

    answer = instance.ask("POST", "/dashboards", json={**GIVEN, "panels": panels})

    assert answer.status_code == 422
    assert "expected at most 100000" in answer.json()["detail"]


def test_durations_that_depend_on_the_time_are_no_mistake(instance: Instance) -> None:
    query = {"expr": "rate(a_total[$__rate_interval]) / $__range_s"}
    fine = {"expr": "sum(rate(a_total[${__rate_interval}])) + increase(a_total[$__range])"}

    assert (
        instance.made(panels=[{**PANEL, "queries": [fine]}])["panels"][0]["queries"][0]["expr"]
        == fine["expr"]
    )
    wrong = instance.ask("POST", "/dashboards", json={**GIVEN, "panels": [{**PANEL, "queries": [query]}]})
    assert wrong.status_code == 422


def test_what_is_exported_can_be_imported(instance: Instance) -> None:
    made = instance.made(description="what for")
    file = instance.ask("GET", f"/dashboards/{made['id']}/export")

    answer = instance.ask("POST", "/dashboards/import?by=lee", json=file.json())

    assert file.headers["content-disposition"] == f'attachment; filename="{made["id"]}.dashboard.json"'
    assert answer.status_code == 201
    found = answer.json()
    assert found["leftOut"] == []
    assert found["dashboard"]["id"] != made["id"]
    assert {name: found["dashboard"][name] for name in ("title", "description", "panels")} == {
        name: made[name] for name in ("title", "description", "panels")
    }


def test_what_is_exported_for_grafana_comes_back_as_it_was(instance: Instance) -> None:
    panels = [
        {**PANEL, "id": kind, "kind": kind, "unit": "s", "place": {**PLACE, "y": 4 * number}}
        for number, kind in enumerate(("line", "stacked", "figure", "table"))
    ]
    made = instance.made(panels=panels)
    file = instance.ask("GET", f"/dashboards/{made['id']}/export?format=grafana").json()

    found = instance.ask("POST", "/dashboards/import", json=file).json()

    assert found["leftOut"] == []
    assert [{**one, "id": ""} for one in found["dashboard"]["panels"]] == [
        {**one, "id": ""} for one in made["panels"]
    ]


def test_a_file_that_is_no_dashboard_is_refused(instance: Instance) -> None:
    answer = instance.ask("POST", "/dashboards/import", json={"panels": "none"})

    assert answer.status_code == 422
    assert "the file is no dashboard" in answer.json()["detail"]


def test_the_audit_names_who_asked_where_they_do_not_say_it(instance: Instance) -> None:
    answer = instance.ask("POST", "/dashboards", json=GIVEN)

    assert answer.json()["changedBy"] not in ("", "api")
