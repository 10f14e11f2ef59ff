"""Links that do one thing once (P20)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.links import (
    LinkError,
    LinkMaker,
    LinkSigner,
    UsedLinks,
    common_labels,
)
from otel_monitoring.notify.message import fingerprint
from otel_monitoring.testing import FakeClock
from tests.notify.receiver import make_notice

CLOCK = FakeClock(1_700_000_000_000)
NOTICE = make_notice()
ALERT = NOTICE.alerts[0]
SIGNER = LinkSigner(clock=CLOCK, secret="s3cret")
TOKEN = SIGNER.token("acknowledge", [ALERT], receiver="ops")


def test_a_link_says_what_it_is_for() -> None:
    link = SIGNER.read(TOKEN)

    assert (link.deed, link.fingerprints, link.receiver) == (
        "acknowledge",
        (fingerprint(ALERT.labels),),
        "ops",
    )
    assert link.expires_at_ms == CLOCK.now_ms() + 86_400_000


def test_the_first_secret_of_the_moment_signs_and_each_of_them_reads() -> None:
    found = ["own"]
    signer = LinkSigner(clock=CLOCK, secret=lambda: found)
    before = signer.token("acknowledge", [ALERT], receiver="ops")

    found.insert(0, "shared")

    after = signer.token("acknowledge", [ALERT], receiver="ops")
    assert signer.read(before).receiver == "ops"
    assert LinkSigner(clock=CLOCK, secret="shared").read(after).receiver == "ops"


def test_two_links_for_the_same_thing_are_two_links() -> None:
    other = SIGNER.read(SIGNER.token("acknowledge", [ALERT], receiver="ops"))

    assert other.nonce != SIGNER.read(TOKEN).nonce


@given(at=st.integers(0, len(TOKEN) - 1), character=st.sampled_from("Aa0-_.~=é\x00"))
def test_a_link_with_any_other_character_is_refused_or_means_the_same(at: int, character: str) -> None:
    changed = TOKEN[:at] + character + TOKEN[at + 1 :]

    try:
        link = SIGNER.read(changed)
    except LinkError:
        link = None

    # bits that base64 leaves unused may be what is changed
    assert link in (None, SIGNER.read(TOKEN))


@pytest.mark.parametrize(
    "token", ["", ".", "a", "a.b", TOKEN.split(".", maxsplit=1)[0], TOKEN + TOKEN, "x" * 10**6]
)
def test_what_is_no_link_is_refused(token: str) -> None:
    with pytest.raises(LinkError, match=r"^this link is not valid$"):
        SIGNER.read(token)


def test_a_link_of_another_secret_is_refused() -> None:
    with pytest.raises(LinkError):
        LinkSigner(clock=CLOCK, secret="other").read(TOKEN)


def test_processes_with_one_secret_read_each_others_links() -> None:
    assert LinkSigner(clock=CLOCK, secret="s3cret").read(TOKEN) == SIGNER.read(TOKEN)


def test_without_a_secret_every_process_has_its_own() -> None:
    token = LinkSigner(clock=CLOCK).token("silence", [ALERT], receiver="ops")

    with pytest.raises(LinkError):
        LinkSigner(clock=CLOCK).read(token)


def test_a_link_expires() -> None:
    clock = FakeClock(1_700_000_000_000)
    signer = LinkSigner(clock=clock, lifetime_s=60)
    link = signer.read(signer.token("silence", [ALERT], receiver="ops"))
    clock.advance(59)
    before = signer.is_expired(link)
    clock.advance(1)

    assert (before, signer.is_expired(link)) == (False, True)


def test_a_link_is_used_once_unless_it_is_given_back() -> None:
    used, link = UsedLinks(clock=CLOCK), SIGNER.read(TOKEN)

    first, second = used.take(link), used.take(link)
    used.give_back(link)

    assert (first, second, used.is_used(link), used.take(link)) == (True, False, False, True)


def test_of_many_who_use_a_link_at_once_one_does() -> None:
    used, link = UsedLinks(clock=CLOCK), SIGNER.read(TOKEN)
    barrier = threading.Barrier(16)

    def use() -> bool:
        barrier.wait(10)
        return used.take(link)

    with ThreadPoolExecutor(16) as pool:
        took = [one.result() for one in [pool.submit(use) for _ in range(16)]]

    assert took.count(True) == 1


def test_used_links_are_remembered_until_they_expire_and_no_longer() -> None:
    clock = FakeClock(1_700_000_000_000)
    used, link = UsedLinks(clock=clock, most=1), SIGNER.read(TOKEN)
    used.take(replace(link, nonce="a", expires_at_ms=clock.now_ms() + 1000))

    with pytest.raises(NotifyError, match="1 links were used lately"):
        used.take(link)
    clock.advance(1)

    assert used.take(link)
    assert not used.is_used(replace(link, nonce="a"))


def test_the_links_of_a_message_name_its_receiver_and_channel() -> None:
    maker = LinkMaker(signer=SIGNER, page_url="https://m/monitoring/act")

    links = maker(replace(NOTICE, channel="slack"), NOTICE.alerts)

    for deed, url in (("acknowledge", links.acknowledge), ("silence", links.silence)):
        (token,) = parse_qs(urlsplit(url).query)["token"]
        link = SIGNER.read(token)
        assert (link.deed, link.receiver, len(link.fingerprints)) == (deed, "ops/slack", 2)


def test_a_hundred_alerts_make_an_address_that_programs_take() -> None:
    maker = LinkMaker(signer=SIGNER, page_url="https://m/monitoring/act")

    assert len(maker(NOTICE, [ALERT] * 100).acknowledge) < 2900
    assert maker(NOTICE, [ALERT] * 101).acknowledge == ""
    assert maker(NOTICE, []).acknowledge == ""


def test_alerts_with_nothing_in_common_cannot_be_silenced_at_once() -> None:
    maker = LinkMaker(signer=SIGNER, page_url="https://m/monitoring/act")
    other = replace(ALERT, labels=Labels.of(alertname="Other"))

    links = maker(NOTICE, [ALERT, other])

    assert links.acknowledge
    assert links.silence == ""
    assert common_labels([ALERT, other]) == {}
    assert common_labels([ALERT, NOTICE.alerts[1]]) == {"alertname": "HighCpu", "severity": "critical"}
