"""The message as HTML for mail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from otel_monitoring.model.evidence import Curve, Evidence
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.message import Backing, Links, message_of
from otel_monitoring.notify.messages import page
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice, SentAlert
    from otel_monitoring.notify.message import Message

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000
FIRING, RESOLVED = make_notice().alerts
EVIDENCE = Evidence(
    value_text="7.3%",
    threshold_text="above 5%",
    peak_text="9.1%",
    traces=("4bf92f3577b34da6a3ce929d0e0e4736",),
    related=("depth rose from 3 to 99", "hits fell from 9 to 1"),
    curve=Curve(times_ms=(1_700_000_000_000, 1_700_000_000_000 + HOUR_MS), values=(1.0, 7.3), threshold=5.0),
)


def told(*alerts: SentAlert, **changes: object) -> Message:
    """Return a message about ``alerts``, with all that may be known."""
    notice: Notice = replace(make_notice(), alerts=alerts, **changes)  # type: ignore[arg-type]
    backing = Backing(
        evidence=lambda _: EVIDENCE,
        brief=lambda _: replace(EVIDENCE, curve=None),
        links=lambda _notice, many: Links(f"https://m/act?n={len(many)}", f"https://m/quiet?n={len(many)}"),
        trace_url="https://j/{trace_id}",
    )
    return message_of(notice, backing=backing, external_url="https://m/monitoring").completed()


def test_a_single_alert_says_its_state_once_and_its_value_in_large_figures() -> None:
    """P20."""
    html = page.html(told(FIRING), BERLIN)

    assert html.count("critical · firing") == 1
    assert '"font-size:30px;font-weight:700;color:#b91c1c">7.3%</span>' in html
    assert "now · fires\N{NO-BREAK SPACE}above\N{NO-BREAK SPACE}5%" in html


def test_what_is_over_shows_its_peak_and_nothing_to_do() -> None:
    html = page.html(told(RESOLVED), BERLIN)

    assert ">9.1%</span>" in html
    assert "at its worst · fired" in html
    assert "act?n" not in html
    assert "#15803d" in html


def test_the_ends_of_a_chart_are_told_in_the_zone_of_the_receiver() -> None:
    message = told(FIRING)
    html = page.html(message, BERLIN, charts={message.alerts[0].fingerprint: "cid:a@chart"})

    assert ">Tue 23:13</td>" in html
    assert "00:13 CET</td>" in html
    assert 'src="cid:a@chart"' in html


def test_buttons_lead_where_something_can_be_done() -> None:
    html = page.html(told(replace(FIRING, annotations={"summary": "s", "runbook": "https://r/x"})), BERLIN)

    for name, url in (
        ("Acknowledge", "https://m/act?n=1"),
        ("Silence", "https://m/quiet?n=1"),
        ("Runbook", "https://r/x"),
        ("4bf92f35", "https://j/4bf92f3577b34da6a3ce929d0e0e4736"),
    ):
        assert f'href="{url}"' in html
        assert f">{name}</a>" in html


def test_a_group_says_once_what_its_alerts_share() -> None:
    about = {"summary": "CPU is high", "description": "A long story."}
    alerts = [
        replace(FIRING, annotations=about, labels=Labels.of(alertname="A", env="prod", host=f"h{number}"))
        for number in range(5)
    ]

    html = page.html(told(*alerts), BERLIN)

    assert html.count("A long story.") == 1
    assert html.count("env=prod") == 1
    assert all(f"h{number}" in html for number in range(5))


def test_a_group_has_three_cards_and_a_list_and_buttons_for_all() -> None:
    alerts = [replace(FIRING, labels=Labels.of(alertname="A", host=f"h{number}")) for number in range(30)]

    html = page.html(told(*alerts, RESOLVED), BERLIN)

    assert html.count("border-left:5px solid") == 3
    assert html.count('class="row"') == 28
    assert "30 firing, 1 resolved" in html
    assert ">Acknowledge all 30</a>" in html
    assert "resolved after 1 min" in html


def test_a_group_of_many_stays_below_what_mail_programs_cut() -> None:
    """Some cut a mail after 102 KB of HTML."""
    alerts = [
        replace(FIRING, labels=Labels.of(alertname="A", host=f"h{number}", route="/x" * 50))
        for number in range(500)
    ]

    html = page.html(told(*alerts), BERLIN)

    assert len(html.encode()) < 100_000
    assert "and 460 more" in html


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("critical", "#b91c1c"),
        ("info", "#1d4ed8"),
        ("page", "#b45309"),
        ("resolved", "#b45309"),
        ("", "#b45309"),
    ],
)
def test_the_colour_is_that_of_the_severity(severity: str, expected: str) -> None:
    labels = Labels.of(alertname="A", severity=severity) if severity else Labels.of(alertname="A")

    assert f"border-left:5px solid {expected}" in page.html(told(replace(FIRING, labels=labels)), BERLIN)


def test_the_head_of_a_mixed_group_has_the_colour_of_its_worst() -> None:
    alerts = [
        replace(FIRING, labels=Labels.of(alertname="A", severity=severity))
        for severity in ("info", "critical", "warning")
    ]

    assert "critical · 3 firing" in page.html(told(*alerts), BERLIN)


def test_dark_screens_are_served_and_keep_the_edge_of_a_severity() -> None:
    html = page.html(told(FIRING), BERLIN)

    assert '<meta name="color-scheme" content="light dark">' in html
    dark = html.partition("@media(prefers-color-scheme:dark)")[2].partition("</style>")[0]
    assert ".card{" in dark
    assert "border-left-color" not in dark.partition(".card{")[2].partition("}")[0]
    assert "border-color" not in dark.partition(".card{")[2].partition("}")[0]


def test_nothing_is_loaded_from_elsewhere() -> None:
    """P13: who opens a mail is nobody's business."""
    message = told(FIRING)
    html = page.html(message, BERLIN, charts={message.alerts[0].fingerprint: "cid:a@chart"})

    assert html.count("src=") == 1
    assert "url(" not in html
    assert "@import" not in html
