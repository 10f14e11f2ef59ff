"""The routing tree and the groups in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.alerts.routing.config import Route
from otel_monitoring.alerts.routing.matcher import parse_matchers
from otel_monitoring.alerts.routing.tree import Tree, all_routes, group_key, group_labels
from otel_monitoring.model.labels import Labels


def route(receiver: str, matchers: str = "", *children: Route, goes_on: bool = False) -> Route:
    return Route(receiver=receiver, matchers=parse_matchers(matchers), routes=children, goes_on=goes_on)


def receivers(root: Route, **labels: str) -> list[str]:
    return [one.receiver for one in Tree(root).routes(Labels.of(labels))]


def test_the_root_takes_what_no_child_does() -> None:
    """S9.2."""
    root = route("root", "", route("page", "severity=page"))

    assert receivers(root, severity="page") == ["page"]
    assert receivers(root, severity="info") == ["root"]


def test_the_first_child_that_matches_wins_unless_it_goes_on() -> None:
    """S9.2."""
    root = route("root", "", route("log", goes_on=True), route("one", "a=b"), route("two", "a=b"))

    assert receivers(root, a="b") == ["log", "one"]
    assert receivers(root, a="c") == ["log"]


def test_a_node_whose_children_do_not_match_takes_the_alert_itself() -> None:
    """S9.2."""
    root = route(
        "root", "", route("team", "team=web", route("pager", "severity=page")), route("never", "x=y")
    )

    assert receivers(root, team="web", severity="page") == ["pager"]
    assert receivers(root, team="web") == ["team"]


def test_going_on_is_a_matter_among_siblings() -> None:
    """S9.2: a grandchild that goes on does not send the alert to the siblings of its parent."""
    root = route(
        "root",
        "",
        route("team", "team=web", route("pager", "team=web", goes_on=True)),
        route("next", "team=web"),
    )

    assert receivers(root, team="web") == ["pager"]


def test_a_missing_label_is_an_empty_one() -> None:
    """S9.3."""
    root = route("root", "", route("none", 'team=""'), route("some", 'team!=""'))

    assert receivers(root) == ["none"]
    assert receivers(root, team="web") == ["some"]


def test_a_group_is_named_by_the_labels_that_are_there() -> None:
    """S9.4."""
    alert = Labels.of(alertname="A", team="web")
    by = {"none": (), "one": ("team", "gone"), "all": None}

    names = {name: group_labels(Route(receiver="ops", group_by=labels), alert) for name, labels in by.items()}

    assert names == {"none": Labels.of(), "one": Labels.of(team="web"), "all": alert}
    assert group_key(Route(receiver="ops"), names["one"]) == '{}:{team="web"}'


def test_iterates_over_every_route_depth_first() -> None:
    root = route("a", "", route("b", "", route("c")), route("d"))

    assert [one.receiver for one in all_routes(root)] == ["a", "b", "c", "d"]


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.booleans()), max_size=6), st.sampled_from("xyz"))
def test_one_level_is_a_walk_over_the_children(children: list[tuple[str, bool]], value: str) -> None:
    """S9.2."""
    root = route(
        "root",
        "",
        *(route(str(at), f"a={one}", goes_on=on) for at, (one, on) in enumerate(children)),
    )
    expected = []
    for at, (one, goes_on) in enumerate(children):
        if one == value:
            expected.append(str(at))
            if not goes_on:
                break

    assert receivers(root, a=value) == (expected or ["root"])
