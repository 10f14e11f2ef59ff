"""What messages say to people (P20)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from otel_monitoring.model.evidence import Curve, Evidence
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.message import Backing, Links, Message, message_of, redacted
from otel_monitoring.notify.messages import page, wording
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice, SentAlert

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
BACKING = Backing(
    evidence=lambda _: Evidence(
        value_text="97%",
        threshold_text="above 80%",
        recent_count=3,
        traces=(TRACE,),
        related=("pool_wait rose to 310 ms",),
        curve=Curve(times_ms=(1, 2, 3), values=(1.0, 2.0, 8.0), threshold=5.0),
    ),
    links=lambda _notice, _alerts: Links(acknowledge="https://m/ack", silence="https://m/silence"),
    trace_url="https://j/trace/{trace_id}",
)


def backed(notice: Notice | None = None) -> Message:
    return message_of(notice or make_notice(), backing=BACKING).completed()


def test_plain_text_tells_all_there_is_to_know() -> None:
    firing = wording.plain(backed(), ZoneInfo("Europe/Berlin")).split("\n\n")[1]

    assert firing.splitlines() == [
        "CPU is at 97%",
        "Series: job=a severity=critical",
        "Value: 97% (above 80%)",
        "Since: Tue 14 Nov 2023, 23:13:20 CET",
        "Lately: fired 3 times in 24 hours",
        "Course: ▁▂█",
        "Related: pool_wait rose to 310 ms",
        "Acknowledge: https://m/ack",
        "Silence: https://m/silence",
        "Graph: http://m/graph",
        f"Trace 4bf92f35: https://j/trace/{TRACE}",
    ]


def test_nobody_is_asked_to_acknowledge_what_is_over() -> None:
    resolved = wording.plain(backed()).split("\n\n")[2]

    assert resolved.startswith("Resolved: CPU is at 96%")
    assert "Until: Tue 14 Nov 2023, 22:14:20 UTC" in resolved
    assert "Acknowledge" not in resolved


def test_a_trace_without_an_address_is_told_by_its_id() -> None:
    message = message_of(make_notice(), backing=replace(BACKING, trace_url="")).completed()

    assert f"Trace: {TRACE}" in wording.plain(message)
    assert TRACE in page.html(message)


def test_only_the_first_alerts_are_told_one_by_one() -> None:
    notice = make_notice()
    message = message_of(replace(notice, alerts=notice.alerts * 30), most_alerts=50)

    assert wording.plain(message).count("CPU is at") == 10
    assert wording.plain(message).endswith("\n\nand 50 more\n")
    assert page.html(message).count("CPU is at") == 40
    assert "and 20 more" in page.html(message)


def test_a_page_escapes_what_it_tells_and_links_only_to_pages() -> None:
    notice = make_notice()
    evil = {"summary": '<script>alert("x")</script>', "runbook_url": "javascript:alert(1)"}
    html = page.html(backed(replace(notice, alerts=(replace(notice.alerts[0], annotations=evil),))))

    assert "<script" not in html
    assert "javascript:" not in html
    assert "&lt;script&gt;" in html


def test_a_page_shows_a_chart_in_place_of_the_line_of_characters() -> None:
    message = backed()
    name = message.alerts[0].fingerprint
    html = page.html(message, charts={name: "cid:x@chart"})

    assert 'src="cid:x@chart"' in html
    assert html.count(">Course<") == 1  # of the other alert


def test_an_alert_without_a_summary_is_told_by_its_name() -> None:
    notice = make_notice()
    bare = replace(notice.alerts[0], annotations={"description": "Long\n\ntext."})

    (alert,) = message_of(replace(notice, alerts=(bare,))).alerts
    assert (wording.summary(alert), wording.description(alert)) == ("Long text.", "")
    (alert,) = message_of(replace(notice, alerts=(replace(bare, annotations={}),))).alerts
    assert wording.summary(alert) == "HighCpu"


def test_an_alert_is_told_even_where_its_evidence_cannot_be_had() -> None:
    def fail(_: SentAlert) -> Evidence | None:
        raise ValueError

    message = message_of(make_notice(), backing=Backing(evidence=fail)).completed()

    assert [alert.evidence for alert in message.alerts] == [None, None]
    assert "Value: 0.97" in wording.plain(message)


def test_evidence_is_redacted_like_everything_else() -> None:
    """P13."""
    message = redacted(backed(), lambda text: text.replace("310", "***"))

    assert "pool_wait rose to *** ms" in wording.plain(message)


def test_what_is_over_is_told_with_its_peak_and_how_long_it_took() -> None:
    """P20."""
    notice = make_notice()
    evidence = Evidence(value_text="3%", threshold_text="above 80%", peak_text="99%")
    message = message_of(
        replace(notice, alerts=notice.alerts[1:]), backing=Backing(evidence=lambda _: evidence)
    ).completed()

    text = wording.plain(message)

    assert "Peak: 99% (above 80%)" in text
    assert "Lasted: 1 min" in text
    assert "Value" not in text


def test_how_often_it_fired_is_told_for_a_day_and_a_week() -> None:
    backing = Backing(evidence=lambda _: Evidence(recent_count=1, week_count=9))

    assert "Lately: fired 1 time in 24 hours, 9 in 7 days" in wording.plain(
        message_of(make_notice(), backing=backing).completed()
    )


def test_plain_text_keeps_to_72_columns_but_leaves_addresses_whole() -> None:
    notice = make_notice()
    url = f"https://runbooks.example/{'x' * 100}"
    annotations = {"summary": "word " * 40, "description": "y" * 200, "runbook_url": url}
    alert = replace(notice.alerts[0], annotations=annotations)

    lines = wording.plain(message_of(replace(notice, alerts=(alert,)))).splitlines()

    assert [line for line in lines if len(line) > 72] == [f"  {url}"]


def test_links_for_all_alerts_stand_at_the_end() -> None:
    notice = make_notice()
    three = replace(notice, alerts=(notice.alerts[0], notice.alerts[0], notice.alerts[1]))

    text = wording.plain(message_of(three, backing=BACKING).completed())

    assert text.endswith("\n\nAcknowledge all 2: https://m/ack\nSilence all 2: https://m/silence\n")


HOSTILE = {
    "html": "<img src=x onerror=alert(1)>",
    "mention": "<!channel> <@U1> @everyone",
    "control": "a\x00b\x1b[31mc\x7f\r\nBcc: all@x",
    "turned": "safe\u202egnp.exe\u2066\u200f",
    "half": "\ud800",
    "long": "z" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", ["summary", "description", "label"])
def test_a_hostile_text_is_bounded_and_loses_what_is_not_seen(name: str, place: str) -> None:
    """P13, P20."""
    text = HOSTILE[name]
    notice = make_notice()
    labels = Labels.of(alertname="A", evil=text) if place == "label" else notice.alerts[0].labels
    annotations = {} if place == "label" else {"summary": "s", place: text}
    alert = replace(notice.alerts[0], labels=labels, annotations=annotations)
    evil = replace(notice, alerts=(alert,), group_labels=labels)

    for told in (wording.plain(message_of(evil)), page.html(message_of(evil))):
        assert len(told.encode()) < 30_000
        assert not set(told) & set("\x00\x1b\x7f\r\u202e\u2066\u200f\ud800")
        assert "<img src=x" not in told or told.startswith("[")


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (3_900_000, "1 h 5 min"),
        (3_605_000, "1 h"),
        (200_000_000, "2 d 7 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(duration_ms: int, text: str) -> None:
    assert wording.duration_text(duration_ms) == text


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (1_711_846_799_000, "Sun 31 Mar 2024, 01:59:59 CET"),
        (1_711_846_800_000, "Sun 31 Mar 2024, 03:00:00 CEST"),
        (1_729_990_800_000, "Sun 27 Oct 2024, 02:00:00 CET"),
    ],
)
def test_times_follow_the_clock_changes_of_a_zone(time_ms: int, text: str) -> None:
    assert wording.time_text(time_ms, ZoneInfo("Europe/Berlin")) == text


def test_a_group_says_once_what_its_alerts_share_and_less_of_the_later_ones() -> None:
    notice = make_notice()
    about = {"summary": "CPU is high", "description": "First line.\n\nSecond line."}
    alerts = tuple(
        replace(
            notice.alerts[0],
            annotations=about,
            labels=Labels.of(alertname="A", env="prod", host=f"h{number}"),
        )
        for number in range(4)
    )

    text = wording.plain(message_of(replace(notice, alerts=alerts), backing=BACKING).completed())

    assert text.startswith(
        "[FIRING:4] HighCpu\n\nAll: env=prod\nFirst line.\n\nSecond line.\n\nCPU is high\n"
    )
    assert text.count("Related: ") == 3
    assert text.count("Series: host=h") == 4
    assert text.count("Value: 97% (above 80%)") == 4
    assert text.count("\nAcknowledge: ") == 4
