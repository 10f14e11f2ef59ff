"""``alertmanager.yml`` is taken as Alertmanager takes it; what is wrong is told with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.routing.alertmanager.load import load_routing, parse_routing
from otel_monitoring.alerts.routing.config import Timing
from otel_monitoring.alerts.routing.errors import RoutingFileError
from tests.alerts.routing.alertmanager.files import HEAD, INVALID, VALID

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", VALID)
def test_takes_what_alertmanager_takes(name: str) -> None:
    assert parse_routing(VALID[name], source="am.yml").route.receiver == "ops"


@pytest.mark.parametrize("name", INVALID)
def test_refuses_what_alertmanager_refuses_and_says_where(name: str) -> None:
    text, message = INVALID[name]

    with pytest.raises(RoutingFileError) as caught:
        parse_routing(text, source="am.yml")

    assert message in str(caught.value)
    assert all(problem.source == "am.yml" for problem in caught.value.problems)


def test_tells_all_problems_at_once_in_order() -> None:
    text = "route:\n  receiver: dev\n  group_wait: 5\n  colour: red\nreceivers:\n  - name: ops\n    x: y\n"

    with pytest.raises(RoutingFileError) as caught:
        parse_routing(text, source="am.yml")

    assert [(one.line, one.column) for one in caught.value.problems] == [(2, 13), (3, 15), (4, 3), (7, 5)]


def test_children_inherit_and_override() -> None:
    """S9.2."""
    route = parse_routing(VALID["all of a route"], source="am.yml").route
    page = route.routes[0]
    every, single = page.routes

    assert route.timing == Timing(10, 60, 5400)
    assert (page.receiver, page.group_by, page.goes_on) == ("ops", ("alertname", "cluster"), True)
    assert (every.group_by, single.group_by) == (None, ())
    assert (page.mute_intervals, every.mute_intervals) == (("nights",), ())
    assert every.labels == {"tier": "1"}


def test_the_key_of_a_route_is_that_of_alertmanager() -> None:
    """S9.4."""
    route = parse_routing(VALID["all of a route"], source="am.yml").route

    assert route.routes[0].key == (
        '{}/{a="b","a b"="c",c!~"d.*",env="prod",odd="a b",severity="page",team=~"^(?:web|api)$",x=~"y"}'
    )


def test_channels_take_over_what_global_says() -> None:
    config = parse_routing(VALID["globals"], source="am.yml")
    channels = {channel.name: channel for channel in config.receivers[0].channels}

    assert channels["email[0]"].options == {
        "to": "a@example.org",
        "smarthost": "mail.example.org:587",
        "from": "alerts@example.org",
        "hello": "localhost",
        "require_tls": False,
    }
    assert channels["slack[0]"].options["api_url"] == "https://hooks.example.org/x"
    assert channels["slack[0]"].options["http_config"] == {"follow_redirects": False}
    assert channels["pagerduty[0]"].options["url"] == "https://events.pagerduty.com/v2/enqueue"
    assert (channels["email[0]"].send_resolved, channels["slack[0]"].send_resolved) == (True, False)
    assert (channels["pagerduty[0]"].send_resolved, channels["webhook[0]"].send_resolved) == (True, False)
    assert channels["slack[0]"].source == "am.yml:14:21"
    assert config.resolve_timeout_s == 60


def test_takes_channels_and_options_of_our_own_beside_those_of_alertmanager() -> None:
    text = """
route: {receiver: ops}
receivers:
  - name: ops
    webhook_configs: [{url: 'http://localhost/', hmac_secret: shared}]
    email_configs: [{to: a, from: b, smarthost: 'c:25', timeout: 5s}]
    callable_configs: [{function: page, timeout: 5s}]
    sentry_configs: [{dsn: 'https://key@sentry.example.org/1', send_resolved: false}]
    sms_configs: [{url: 'twilio://sid:token@from/to', body: '{{ .Status }}'}]
    apprise_configs: [{url_file: /run/secrets/ntfy}]
    url_configs: [{url: 'slack://T/B/secret'}]
    log_configs: [{}]
"""
    channels = parse_routing(text, source="am.yml").receivers[0].channels

    assert [channel.name for channel in channels] == [
        f"{kind}[0]" for kind in ("webhook", "email", "log", "callable", "sentry", "apprise", "sms", "url")
    ]
    assert channels[3].options == {"function": "page", "timeout": "5s"}
    assert [channel.name for channel in channels if not channel.send_resolved] == ["email[0]", "sentry[0]"]


def test_a_channel_of_our_own_that_lacks_something_is_refused_with_its_place() -> None:
    channels = "callable_configs: [{}], sms_configs: [{title: a}]"
    text = f"route: {{receiver: ops}}\nreceivers: [{{name: ops, {channels}}}]\n"

    with pytest.raises(RoutingFileError) as caught:
        parse_routing(text, source="am.yml")

    assert str(caught.value).splitlines() == [
        "am.yml:2:44: callable_configs: expected function",
        "am.yml:2:63: sms_configs: expected url or url_file",
    ]


def test_a_secret_of_the_channel_itself_keeps_the_file_of_global_out() -> None:
    text = (
        "global: {opsgenie_api_key_file: /a}\nroute: {receiver: ops}\n"
        "receivers: [{name: ops, opsgenie_configs: [{api_key: b}]}]\n"
    )

    options = parse_routing(text, source="am.yml").receivers[0].channels[0].options

    assert options["api_key"] == "b"
    assert "api_key_file" not in options


def test_warns_where_the_reminder_comes_before_the_next_look() -> None:
    config = parse_routing(VALID["repeat below interval"], source="am.yml")

    assert [str(one) for one in config.warnings] == [
        "am.yml:1:44: repeat_interval 1m is less than group_interval 5m: expected it or more"
    ]


def test_warns_by_name_of_what_is_ignored() -> None:
    config = parse_routing(VALID["what is ignored"], source="am.yml")

    assert [str(one) for one in config.warnings] == [
        "am.yml:2:1: field 'tracing' is not supported: ignored",
        "am.yml:4:25: receiver 'ops': labels of a receiver are not supported: ignored",
        "am.yml:3:24: labels of a route are not supported: ignored",
    ]


def test_a_channel_with_a_url_of_its_own_needs_no_token_of_all() -> None:
    config = parse_routing(VALID["an app token and its own URL"], source="am.yml")

    tokens = ["app_token" in channel.options for channel in config.receivers[0].channels]

    assert tokens == [True, False]


def test_files_are_sought_next_to_the_configuration() -> None:
    text = (
        "templates: ['*.tmpl', /etc/all.tmpl]\nroute: {receiver: ops}\nreceivers:\n- name: ops\n"
        "  webhook_configs:\n"
        "  - {url: 'http://x/', http_config: {tls_config: {ca_file: ca.pem, key_file: /k, cert_file: c}}}\n"
    )

    config = parse_routing(text, source="conf/am.yml")

    assert config.templates == ("conf/*.tmpl", "/etc/all.tmpl")
    assert config.receivers[0].channels[0].options["http_config"]["tls_config"] == {
        "ca_file": "conf/ca.pem",
        "key_file": "/k",
        "cert_file": "conf/c",
    }


def test_names_the_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RoutingFileError, match="cannot be read: No such file"):
        load_routing(str(tmp_path / "absent.yml"))
    (tmp_path / "latin.yml").write_bytes(b"route: \xff")
    with pytest.raises(RoutingFileError, match="expected UTF-8"):
        load_routing(str(tmp_path / "latin.yml"))
    (tmp_path / "good.yml").write_text("route: {receiver: ops}\n" + HEAD, encoding="utf-8")
    assert load_routing(str(tmp_path / "good.yml")).receiver("ops") is not None
