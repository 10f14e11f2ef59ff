"""Messages in the form of Alertmanager's webhook (S9.11)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.evidence import Evidence
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.message import Backing, Links, fingerprint, message_of, redacted, rfc3339

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice, SentAlert


def test_the_body_is_that_of_alertmanagers_webhook(notice: Notice) -> None:
    """S9.11."""
    body = message_of(notice, external_url="http://m").as_json()

    assert body == {
        "version": "4",
        "groupKey": '{}:{alertname="HighCpu"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "ops",
        "groupLabels": {"alertname": "HighCpu"},
        "commonLabels": {"alertname": "HighCpu", "severity": "critical"},
        "commonAnnotations": {"team": "web"},
        "externalURL": "http://m",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "HighCpu", "job": "a", "severity": "critical"},
                "annotations": {"summary": "CPU is at 97%", "team": "web"},
                "startsAt": "2023-11-14T22:13:20.5Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://m/graph",
                "fingerprint": "026108edeb85974a",
            },
            {
                "status": "resolved",
                "labels": {"alertname": "HighCpu", "job": "b", "severity": "critical"},
                "annotations": {"summary": "CPU is at 96%", "team": "web"},
                "startsAt": "2023-11-14T22:13:20Z",
                "endsAt": "2023-11-14T22:14:20Z",
                "generatorURL": "",
                "fingerprint": "ade48a03246ad23d",
            },
        ],
    }


def test_a_group_without_firing_alerts_is_resolved(notice: Notice) -> None:
    message = message_of(replace(notice, alerts=notice.alerts[1:]))

    assert message.status == "resolved"


def test_a_long_group_is_cut_and_says_by_how_many(notice: Notice) -> None:
    message = message_of(notice, most_alerts=1)

    assert [alert.labels["job"] for alert in message.alerts] == ["a"]
    assert message.truncated_alerts == 1
    assert message.common_labels == {"alertname": "HighCpu", "severity": "critical"}


def test_a_notice_without_alerts_has_nothing_in_common(notice: Notice) -> None:
    message = message_of(replace(notice, alerts=()))

    assert (message.common_labels, message.common_annotations) == ({}, {})


def test_every_text_of_the_application_is_redacted_and_fingerprints_stay(notice: Notice) -> None:
    """P13."""
    message = message_of(notice)

    clean = redacted(message, lambda text: text.replace("a", "*").replace("HighCpu", "***"))

    assert "HighCpu" not in str({**clean.as_json()})
    assert clean.alerts[0].labels["job"] == "*"
    assert clean.alerts[0].annotations["summary"] == "CPU is *t 97%"
    assert clean.group_key == '{}:{*lertn*me="***"}'
    assert clean.alerts[0].fingerprint == message.alerts[0].fingerprint
    assert clean.alerts[0].generator_url == "http://m/gr*ph"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, "cbf29ce484222325"),
        ({"alertname": "HighCpu", "job": "shop"}, "983ec65672a2adfd"),
        ({"ä": "ö"}, "84fa4df1fef02e23"),
    ],
)
def test_a_fingerprint_is_that_of_alertmanager(labels: dict[str, str], expected: str) -> None:
    """The expected values come from Prometheus' own library."""
    assert fingerprint(Labels.of(labels)) == expected


def test_a_fingerprint_tells_apart_where_names_end() -> None:
    assert fingerprint(Labels.of(ab="c")) != fingerprint(Labels.of(a="bc"))


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
        (1_700_000_000_120, "2023-11-14T22:13:20.12Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_times_are_written_as_go_writes_them(time_ms: int, text: str) -> None:
    assert rfc3339(time_ms) == text


def test_nobody_is_asked_about_an_alert_before_its_message_is_sent(notice: Notice) -> None:
    """S9.11: what takes time must not hold up what decides whom to tell."""
    asked: list[str] = []

    def ask(alert: SentAlert) -> Evidence:
        asked.append(alert.labels.get("job"))
        return Evidence(value_text="97%")

    message = message_of(notice, backing=Backing(evidence=ask))
    before = list(asked)
    told = message.completed()

    assert before == []
    assert asked == ["a", "b"]
    assert [alert.evidence for alert in message.alerts] == [None, None]
    assert [alert.evidence and alert.evidence.value_text for alert in told.alerts] == ["97%", "97%"]


def test_what_is_asked_at_sending_is_redacted_too(notice: Notice) -> None:
    """P13."""
    backing = Backing(evidence=lambda _: Evidence(related=("token=abc",), errors=("abc failed",)))

    told = redacted(message_of(notice, backing=backing), lambda text: text.replace("abc", "***")).completed()

    assert told.alerts[0].evidence == Evidence(related=("token=***",), errors=("*** failed",))


def test_only_what_is_told_one_by_one_is_asked_about(notice: Notice) -> None:
    asked: list[SentAlert] = []
    many = replace(notice, alerts=notice.alerts * 30)

    backing = Backing(evidence=asked.append, brief=lambda _: Evidence(value_text="97%"))
    told = message_of(many, backing=backing).completed()

    assert len(asked) == 10
    assert [bool(alert.evidence) for alert in told.alerts] == [False] * 10 + [True] * 30 + [False] * 20


def test_links_are_for_each_alert_that_fires_and_for_all_of_them(notice: Notice) -> None:
    firing, resolved = notice.alerts
    three = replace(notice, alerts=(firing, replace(firing, value=2.0), resolved))
    backing = Backing(links=lambda _notice, alerts: Links(acknowledge=f"https://m/{len(alerts)}"))

    told = message_of(three, backing=backing).completed()

    assert told.links.acknowledge == "https://m/2"
    assert [alert.links.acknowledge for alert in told.alerts] == ["https://m/1", "https://m/1", ""]


def test_a_text_of_a_megabyte_is_cut(notice: Notice) -> None:
    huge = "x" * 1_000_000
    alert = replace(notice.alerts[0], annotations={"summary": huge}, labels=Labels.of(job=huge))
    message = message_of(replace(notice, alerts=(alert,), group_key=huge, group_labels=Labels.of(job=huge)))

    assert len(json.dumps(message.as_json())) < 150_000
