"""What messages say to people (P20)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from otel_monitoring.model.evidence import Curve, Evidence
from otel_monitoring.notify.message import Backing, Links, Message, message_of, redacted
from otel_monitoring.notify.messages import page, wording
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice, SentAlert

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
BACKING = Backing(
    evidence=lambda _: Evidence(
        value_text="97 %",
        threshold_text="above 80 %",
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
        "Value: 97 % (above 80 %)",
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
    message = message_of(replace(notice, alerts=notice.alerts * 8), most_alerts=14)

    assert wording.plain(message).count("CPU is at") == 10
    assert wording.plain(message).endswith("\n\nand 6 more\n")
    assert "and 6 more" in page.html(message)


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
