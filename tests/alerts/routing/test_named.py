"""Alerts that name their receivers themselves."""

from __future__ import annotations

import pytest

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from otel_monitoring.alerts.routing.named import with_named_receivers
from otel_monitoring.alerts.routing.plain import plain_config
from otel_monitoring.alerts.routing.tree import Tree, all_routes
from otel_monitoring.model.labels import Labels

CONFIG = parse_routing(
    """
route:
  receiver: default
  group_by: [alertname]
  group_wait: 7s
  routes:
    - {receiver: pager, matchers: [severity="page"]}
receivers: [{name: default}, {name: pager}, {name: web}, {name: "a.b (c)"}]
""",
    source="am.yml",
)


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({}, ["default"]),
        ({"severity": "page"}, ["pager"]),
        ({"channels": "web"}, ["web"]),
        ({"channels": "web", "severity": "page"}, ["web"]),
        ({"channels": "web,pager"}, ["pager", "web"]),
        ({"channels": "a.b (c)"}, ["a.b (c)"]),
        ({"channels": "axb (c)"}, ["default"]),
        ({"channels": "nobody"}, ["default"]),
        ({"channels": "nobody", "severity": "page"}, ["pager"]),
        ({"channels": "webmaster,pagers"}, ["default"]),
        ({"channels": "nobody,default"}, ["default"]),
    ],
)
def test_receivers_that_an_alert_names_take_the_place_of_the_routes(
    labels: dict[str, str], receivers: list[str]
) -> None:
    tree = Tree(with_named_receivers(CONFIG).route)

    assert [route.receiver for route in tree.routes(Labels.of(labels))] == receivers


def test_the_routes_of_the_configuration_keep_their_keys_and_give_theirs_on() -> None:
    named = with_named_receivers(CONFIG)

    before = {route.key for route in all_routes(CONFIG.route)}
    assert before <= {route.key for route in all_routes(named.route)}
    (taken,) = Tree(named.route).routes(Labels.of(channels="web"))
    assert (taken.group_by, taken.timing) == (CONFIG.route.group_by, CONFIG.route.timing)
    assert taken.key not in before


def test_one_receiver_is_no_choice() -> None:
    config = plain_config(urls=["log://"])

    assert with_named_receivers(config) is config
