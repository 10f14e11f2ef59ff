"""A browser comes in by a link or a form, and goes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.access.forwarding import Forwarding
from otel_monitoring.api.access.sign_in_page import PAGE_HEADERS
from otel_monitoring.api.access.trail import Trail
from otel_monitoring.api.router import build_api
from otel_monitoring.testing import FakeClock
from tests.api.access.knocking import HOST, ROOT, Answer, knock
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    from otel_monitoring.model.action import Action

TOKEN = "t0k3n"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{HOST}"}
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Site:
    """The API with its door, and what was told of it."""

    def __init__(self, **more: Any) -> None:
        clock = FakeClock()
        self.actions: list[Action] = []
        self.refused: Counter[str] = Counter()
        access = opened_by(
            TOKEN,
            clock=clock,
            trail=Trail(clock=clock, audit=self.actions.append),
            refused=self.refused,
            **more,
        )
        self.app = build_api(alerts=AlertsFake(), health=HealthFake(), access=access)

    def ask(self, path: str, **asked: Any) -> Answer:
        return knock(self.app, path, **asked)

    def enter(self, token: str = TOKEN, **headers: str) -> Answer:
        body = f"token={token}".encode()
        return self.ask("/sign-in", method="POST", body=body, headers={**FORM, **headers})


def test_a_link_leads_in_and_leaves_no_token_behind() -> None:
    answer = Site().ask("/sign-in", query=f"token={TOKEN}")

    assert (answer.status, answer.headers["location"]) == (303, f"{ROOT}/")
    assert TOKEN not in str(answer)
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_cookie_is_for_our_pages_alone() -> None:
    cookie = Site().ask("/sign-in", query=f"token={TOKEN}").headers["set-cookie"]

    name, *attributes = cookie.split("; ")
    assert name.startswith("otel_monitoring_session=")
    assert set(attributes) == {"HttpOnly", "Max-Age=3600", f"Path={ROOT}", "SameSite=strict"}


def test_over_https_the_cookie_stays_there() -> None:
    cookie = Site().ask("/sign-in", query=f"token={TOKEN}", scheme="https").headers["set-cookie"]

    assert cookie.startswith("__Secure-otel_monitoring_session=")
    assert "; Secure" in cookie


def test_behind_a_listed_proxy_the_cookie_is_as_the_browser_sees_the_pages() -> None:
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/shop"}
    site = Site(forwarding=Forwarding(["10.0.0.1"]))

    answer = site.ask("/sign-in", query=f"token={TOKEN}", headers=said, client="10.0.0.1")

    assert answer.headers["location"] == f"/shop{ROOT}/"
    assert f"Path=/shop{ROOT}" in answer.headers["set-cookie"]
    assert "; Secure" in answer.headers["set-cookie"]


def test_a_form_leads_in_as_well() -> None:
    site = Site()
    cookie = site.enter().headers["set-cookie"].partition(";")[0]

    answer = site.ask("/", headers={"Cookie": cookie, **HTML})

    assert answer.status == 200
    assert b"Signed in as token (admin)" in answer.body


def test_without_its_last_slash_the_address_leads_to_the_page() -> None:
    site = Site(forwarding=Forwarding(["10.0.0.1"]))
    cookie = site.enter().headers["set-cookie"].partition(";")[0]
    behind = {"Cookie": cookie, "X-Forwarded-Prefix": "/shop", **HTML}

    answer = site.ask("", headers=behind, client="10.0.0.1")

    assert (answer.status, answer.headers["location"]) == (307, f"/shop{ROOT}/")


def test_a_stranger_is_led_nowhere() -> None:
    assert Site().ask("", headers=HTML).status == 401


@pytest.mark.parametrize("token", ["", "wrong", "t0k3", "t0k3n%20x", "t%00", "%C3%A4", "x" * 5000])
def test_what_is_no_token_leads_nowhere(token: str) -> None:
    answer = Site().enter(token)

    assert (answer.status, "set-cookie" in answer.headers) == (401, False)


def test_wrong_tokens_in_the_form_are_slowed() -> None:
    site = Site()

    answers = [site.enter("wrong") for _ in range(11)]

    assert [one.status for one in answers] == [401] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "30"
    assert [one.name for one in site.actions] == ["access.locked_out"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_form_from_elsewhere_signs_nobody_in(origin: str) -> None:
    """Else another site could have somebody work in a session of its own."""
    site = Site()

    answer = site.enter(Origin=origin)

    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert site.refused == {"origin": 1}


def test_an_image_elsewhere_can_lock_nobody_out() -> None:
    site = Site()
    image = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}

    answers = [site.ask("/sign-in", query="token=wrong", headers=image).status for _ in range(20)]

    assert set(answers) == {403}
    assert site.enter().status == 303


def test_signing_out_takes_the_cookie_away_and_is_told() -> None:
    site = Site()
    cookie = site.enter().headers["set-cookie"].partition(";")[0]

    answer = site.ask("/sign-out", method="POST", headers={"Cookie": cookie, "Origin": f"http://{HOST}"})

    assert (answer.status, answer.headers["location"]) == (303, f"{ROOT}/sign-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert [one.name for one in site.actions] == ["access.signed_in", "access.signed_out"]
    assert TOKEN not in str(site.actions)


def test_a_session_says_who_it_is_and_the_word_against_forgery() -> None:
    site = Site()
    cookie = site.enter().headers["set-cookie"].partition(";")[0]

    body = site.ask("/session", headers={"Cookie": cookie}).body.decode()

    assert '"name":"token","role":"admin","by":"session"' in body
    assert '"csrfToken":"' in body


def test_a_browser_without_a_session_gets_the_form_whatever_it_asks_for() -> None:
    site = Site()

    answers = {
        (one.status, one.body)
        for one in (site.ask(path, headers=HTML) for path in ("/alerts", "/nothing", "/assets/a.js"))
    }

    ((status, body),) = answers
    assert status == 401
    assert b'type="password"' in body


def test_a_stranger_who_follows_a_link_comes_to_what_it_leads_to() -> None:
    """A form without an address keeps what stands behind the ``#``, which no server ever sees."""
    site = Site()
    page = site.ask("/", headers=HTML)

    answer = site.ask("/", method="POST", body=f"token={TOKEN}".encode(), headers=FORM)

    assert page.status == 401
    assert b'<form method="post"><label>' in page.body
    assert (answer.status, answer.headers["location"]) == (303, f"{ROOT}/")
    assert "set-cookie" in answer.headers


def test_elsewhere_the_form_leads_to_where_it_is_read() -> None:
    page = Site().ask("/alerts", headers=HTML)

    assert f'action="{ROOT}/sign-in"'.encode() in page.body


def test_the_form_may_say_where_it_comes_from() -> None:
    """A page without a referrer sends ``Origin: null``, which is refused."""
    answer = Site().ask("/sign-in", headers=HTML)

    assert answer.status == 200
    assert answer.headers["referrer-policy"] == PAGE_HEADERS["Referrer-Policy"] == "same-origin"
    assert b'<meta name="referrer" content="same-origin">' in answer.body
    assert "form-action 'self'" in answer.headers["content-security-policy"]
