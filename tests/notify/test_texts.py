"""Templates of an ``alertmanager.yml``."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from otel_monitoring.model.evidence import Evidence
from otel_monitoring.notify.message import Backing, Links, message_of
from otel_monitoring.notify.texts import Texts
from otel_monitoring.templates.lexer import TemplateError
from otel_monitoring.testing import FakeClock
from tests.notify.receiver import make_notice

NOTICE = make_notice()
MESSAGE = message_of(NOTICE, external_url="http://m")
LIST = """Alerts Firing:
Labels:
 - alertname = HighCpu
 - job = a
 - severity = critical
Annotations:
 - summary = CPU is at 97%
 - team = web
Source: http://m/graph
Alerts Resolved:
Labels:
 - alertname = HighCpu
 - job = b
 - severity = critical
Annotations:
 - summary = CPU is at 96%
 - team = web
Source: \n"""


def fill(text: str, *sources: str) -> str:
    return Texts(clock=FakeClock(1_700_000_060_500), sources=sources).fill(text, MESSAGE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("slack.default.title", "[FIRING:1] HighCpu (critical)"),
        ("email.default.subject", "[FIRING:1] HighCpu (critical)"),
        ("pagerduty.default.description", "[FIRING:1] HighCpu (critical)"),
        ("slack.default.titlelink", "http://m/#/alerts?receiver=ops"),
        ("slack.default.fallback", "[FIRING:1] HighCpu (critical) | http://m/#/alerts?receiver=ops"),
        ("slack.default.username", "Alertmanager"),
        ("slack.default.text", ""),
        ("telegram.default.message", LIST),
    ],
)
def test_default_templates_give_alertmanagers_texts(name: str, expected: str) -> None:
    assert fill(f'{{{{ template "{name}" . }}}}') == expected


def test_a_resolved_group_has_no_count() -> None:
    resolved = message_of(replace(NOTICE, alerts=NOTICE.alerts[1:]))

    text = Texts(clock=FakeClock()).fill('{{ template "__subject" . }}', resolved)

    assert text == "[RESOLVED] HighCpu (b critical)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ .Receiver }} {{ .Status }} {{ .GroupLabels.alertname }} {{ .ExternalURL }}", "ops firing HighCpu http://m"),
        ("{{ range .Alerts.Firing }}{{ .Labels.job }}{{ end }}", "a"),
        ("{{ len .Alerts }} {{ .Alerts.Resolved | len }}", "2 1"),
        ("{{ (index .Alerts 0).StartsAt.Unix }}", "1700000000"),
        ("{{ range .Alerts }}{{ .EndsAt.IsZero }} {{ end }}", "true false "),
        ("{{ since (index .Alerts 0).StartsAt }}", "1m0s"),
        ("{{ .CommonAnnotations.SortedPairs.Names }}", "[team]"),
    ],
)  # fmt: skip
def test_templates_see_what_alertmanager_shows_them(text: str, expected: str) -> None:
    assert fill(text) == expected


def test_files_of_the_user_define_templates_and_replace_ours() -> None:
    own = '{{ define "slack.default.title" }}!{{ end }}{{ define "mine" }}{{ .Status }}{{ end }}'

    assert fill('{{ template "slack.default.title" . }}{{ template "mine" . }}', own) == "!firing"


def test_a_template_that_fails_says_so_and_the_message_still_goes() -> None:
    """S4.4."""
    assert fill("{{ .Nope }}").startswith("<error expanding template: can't evaluate field Nope")


def test_times_are_told_in_the_zone_of_the_receiver() -> None:
    texts = Texts(clock=FakeClock(), zone=ZoneInfo("Asia/Tokyo"))

    assert texts.fill('{{ (index .Alerts 0).StartsAt.Format "15:04 MST" }}', MESSAGE) == "07:13 JST"


def test_a_file_that_does_not_parse_is_refused() -> None:
    with pytest.raises(TemplateError):
        Texts(clock=FakeClock(), sources=['{{ define "a" }}'])


def test_templates_see_what_backs_an_alert_up_and_where_it_can_be_acted_on() -> None:
    """P20."""
    backing = Backing(
        evidence=lambda _: Evidence(
            value_text="97%", threshold_text="above 80%", peak_text="99%", traces=("ab",)
        ),
        links=lambda _notice, _alerts: Links(acknowledge="https://m/a", silence="https://m/s"),
        trace_url="https://j/{trace_id}",
    )
    template = (
        "{{ range .Alerts.Firing }}{{ .ValueText }} {{ .Threshold }} {{ .Peak }} {{ .AcknowledgeURL }} "
        "{{ .SilenceURL }}{{ range .Traces }} {{ .ID }} {{ .URL }}{{ end }}{{ end }}"
    )

    text = Texts(clock=FakeClock(0)).fill(template, message_of(NOTICE, backing=backing).completed())

    assert text == "97% above 80% 99% https://m/a https://m/s ab https://j/ab"
