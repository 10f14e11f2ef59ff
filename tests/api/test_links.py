"""The page that a link in a message opens."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from otel_monitoring.alerts.routing.acknowledge import Acknowledgements
from otel_monitoring.alerts.routing.silences import Silences
from otel_monitoring.api.plain_page import HEADERS, STYLE
from otel_monitoring.api.router import build_api
from otel_monitoring.bootstrap.messages.linked import LinkedDeeds
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.links import LinkSigner, UsedLinks
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.client import get
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    import httpx

    from otel_monitoring.model.action import Action
    from otel_monitoring.model.alert import SentAlert

FIRING = make_notice().alerts[0]
OTHER = replace(FIRING, labels=Labels.of(FIRING.labels.as_dict(), job="c"))


class NoRules:
    def groups(self) -> list[Any]:
        return []


class Bench:
    """The API with two alerts that fire, and links to them."""

    def __init__(self, *, most_used: int = 100) -> None:
        self.clock = FakeClock(1_700_000_100_000)
        self.audit: list[Action] = []
        self.alerts: list[SentAlert] = [FIRING, OTHER]
        self.signer = LinkSigner(clock=self.clock, secret="s", lifetime_s=3600)
        self.acknowledged = Acknowledgements(clock=self.clock, audit=self.audit.append)
        self.silences = Silences(clock=self.clock, audit=self.audit.append)
        deeds = LinkedDeeds(
            signer=self.signer,
            used=UsedLinks(clock=self.clock, most=most_used),
            alerts=lambda: self.alerts,
            acknowledged=self.acknowledged,
            silences=self.silences,
            clock=self.clock,
            zone=lambda _: ZoneInfo("Europe/Berlin"),
            redact=lambda text: text.replace("hunter2", "***"),
        )
        health = HealthRegistry(clock=self.clock)
        self.app = build_api(alerts=NoRules(), health=health, access=opened_by("t0k3n"), deeds=deeds)

    def url(self, deed: Any = "acknowledge", *alerts: SentAlert) -> str:
        return f"/act?token={self.signer.token(deed, alerts or [FIRING], receiver='ops/slack')}"

    def get(self, url: str, **more: Any) -> httpx.Response:
        return get(self.app, url, **more)

    def post(self, url: str, **form: str) -> httpx.Response:
        return get(self.app, url, method="POST", form=form)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("deed", ["acknowledge", "silence"])
def test_opening_a_link_asks_and_does_nothing(method: str, deed: str) -> None:
    """P20: scanners of mail and previews of chats open every link."""
    bench = Bench()
    url = bench.url(deed)

    answers = [bench.get(url, method=method) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert bench.audit == []
    assert bench.acknowledged.all() == []
    assert bench.silences.all() == []


def test_the_page_says_what_it_is_about_in_the_zone_of_the_receiver() -> None:
    text = Bench().get(Bench().url()).text

    assert "<h1>Acknowledge this alert?</h1>" in text
    assert "CPU is at 97%" in text
    assert "job=a" in text
    assert "since Tue 14 Nov 2023, 23:13:20 CET" in text


def test_the_form_of_the_page_acknowledges_once() -> None:
    """P20."""
    bench = Bench()
    url = bench.url()

    first, second = bench.post(url, name="Ada"), bench.post(url, name="Bob")

    assert (first.status_code, second.status_code) == (200, 410)
    assert "<h1>Acknowledged</h1>" in first.text
    assert "This link was used already" in second.text
    assert bench.get(url).status_code == 410
    ((word,), (action,)) = bench.acknowledged.all(), bench.audit
    assert (word.labels, word.actor) == (FIRING.labels, "link/ops/slack")
    assert word.comment == "Ada, by a link in a message"
    assert (action.name, action.actor) == ("alert.acknowledged", "link/ops/slack")


def test_a_link_for_a_group_acknowledges_all_that_fire() -> None:
    bench = Bench()
    bench.alerts[1] = replace(OTHER, is_resolved=True)

    bench.post(bench.url("acknowledge", FIRING, OTHER))

    assert [word.labels for word in bench.acknowledged.all()] == [FIRING.labels]


def test_a_link_silences_exactly_what_its_alerts_have_in_common() -> None:
    bench = Bench()

    answer = bench.post(bench.url("silence", FIRING, OTHER), **{"for": "4h"})

    (silence,) = bench.silences.all()
    assert answer.status_code == 200
    assert "<h1>Silenced</h1>" in answer.text
    assert [(one.name, one.op, one.value) for one in silence.matchers] == [
        ("alertname", "=", "HighCpu"),
        ("severity", "=", "critical"),
    ]
    assert silence.ends_at_ms - bench.clock.now_ms() == 4 * 3_600_000
    assert (silence.author, silence.comment) == ("link/ops/slack", "somebody, by a link in a message")


@pytest.mark.parametrize("lasting", ["", "1000y", "-4h", "\x00"])
def test_a_time_that_was_not_offered_is_an_hour(lasting: str) -> None:
    bench = Bench()

    bench.post(bench.url("silence"), **{"for": lasting})

    (silence,) = bench.silences.all()
    assert silence.ends_at_ms - bench.clock.now_ms() == 3_600_000


def test_a_link_that_has_expired_says_so() -> None:
    bench = Bench()
    url = bench.url()
    bench.clock.advance(3600)

    answers = [bench.get(url), bench.post(url)]

    assert [one.status_code for one in answers] == [410, 410]
    assert all("This link has expired" in one.text for one in answers)
    assert bench.audit == []


def test_a_link_whose_alert_is_over_says_so_and_stays_good() -> None:
    bench = Bench()
    url = bench.url()
    bench.alerts.clear()

    over = bench.post(url)
    bench.alerts.append(FIRING)

    assert over.status_code == 410
    assert "Nothing to do any more" in over.text
    assert bench.post(url).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "change", ["", "?token=", "?token=a.b", "?token=%00", "?token=" + "x" * 9000, "?tok=1"]
)
def test_a_link_that_is_not_ours_is_refused_without_detail(method: str, change: str) -> None:
    answer = Bench().get(f"/act{change}", method=method)

    assert answer.status_code == 403
    assert "This link is not valid" in answer.text
    assert "signature" not in answer.text.lower()


def test_a_link_cannot_be_turned_into_another_deed() -> None:
    bench = Bench()
    acknowledge, silence = (bench.url(deed).split("=")[1].split(".") for deed in ("acknowledge", "silence"))

    answer = bench.post(f"/act?token={silence[0]}.{acknowledge[1]}")

    assert answer.status_code == 403
    assert bench.audit == []


def test_a_link_opens_nothing_else() -> None:
    bench = Bench()
    token = bench.url().partition("=")[2]

    assert bench.get(f"/alerts?token={token}").status_code == 401
    assert bench.get("/alerts", authorization=f"Bearer {token}").status_code == 401
    assert bench.get(f"/act/more?token={token}").status_code == 401


def test_the_page_loads_shows_and_gives_away_nothing_else() -> None:
    """P13."""
    for answer in (Bench().get(Bench().url()), Bench().get("/act")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"(?:src|href)=|<script|url\(|@import|style=", answer.text)


def test_the_style_is_the_one_that_the_policy_allows() -> None:
    import base64
    import hashlib

    text = Bench().get(Bench().url()).text
    style = text.partition("<style>")[2].partition("</style>")[0]

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style == STYLE
    assert f"'sha256-{digest}'" in HEADERS["Content-Security-Policy"]


def test_hostile_texts_are_escaped_bounded_and_redacted() -> None:
    """P13."""
    bench = Bench()
    evil = "<script>alert(1)</script>\u202e\x00hunter2" + "x" * 1_000_000
    bench.alerts[0] = replace(FIRING, annotations={"summary": evil}, labels=FIRING.labels)

    text = bench.get(bench.url()).text
    done = bench.post(bench.url(), name="<b>\u202eAda\x00" + "y" * 500).text

    assert "<script" not in text + done
    assert not set("\u202e\x00") & set(text + done)
    assert "hunter2" not in text
    assert len(text) < 10_000
    (word,) = bench.acknowledged.all()
    assert word.comment.startswith("<b>Adayyy")
    assert len(word.comment) < 120


def test_who_comes_second_hears_who_was_first() -> None:
    bench = Bench()
    bench.post(bench.url(), name="Ada")

    text = bench.get(bench.url()).text

    assert "It is acknowledged already" in text
    assert "Ada, by a link in a message" in text


def test_a_form_that_is_too_long_is_not_read() -> None:
    bench = Bench()

    answer = bench.post(bench.url(), name="Ada" + "x" * 100_000)

    assert answer.status_code == 200
    assert bench.acknowledged.all()[0].comment == "somebody, by a link in a message"


def test_what_cannot_be_done_leaves_the_link_good() -> None:
    bench = Bench(most_used=1)
    bench.post(bench.url())

    answer = bench.post(bench.url("silence"))

    assert answer.status_code == 410
    assert "1 links were used lately" in answer.text
    assert bench.silences.all() == []


def test_a_silence_that_is_refused_says_why_and_leaves_the_link_good() -> None:
    bench = Bench()
    url = bench.url("silence")
    bench.alerts[0] = replace(FIRING, labels=FIRING.labels)
    bench.silences._most = 0

    refused = bench.post(url)
    bench.silences._most = 10

    assert refused.status_code == 410
    assert "It could not be done" in refused.text
    assert bench.post(url).status_code == 200
