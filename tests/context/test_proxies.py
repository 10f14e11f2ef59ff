"""Whose request it is: forwarding headers are believed from listed proxies alone."""

from __future__ import annotations

import pytest

from otel_monitoring.context.proxies import TrustedProxies

PEER = "10.0.0.7"


def test_believes_nobody_without_a_list() -> None:
    """A header that anyone can write changes nothing."""
    assert TrustedProxies().client(PEER, b"203.0.113.9") == PEER


def test_a_stranger_cannot_say_that_they_are_someone_else() -> None:
    """The peer itself has to be a listed proxy."""
    assert TrustedProxies(["10.0.0.0/8"]).client("192.0.2.1", b"203.0.113.9") == "192.0.2.1"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (b"203.0.113.9", "203.0.113.9"),
        (b"1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (b"1.1.1.1, 203.0.113.9, 10.2.0.1", "203.0.113.9"),
        (b"10.2.0.1, 10.3.0.1", "10.2.0.1"),
        (b"203.0.113.9:51234", "203.0.113.9"),
        (b"[2001:db8::1]:443", "2001:db8::1"),
        (b"2001:DB8:0::1", "2001:db8::1"),
        (b"::ffff:203.0.113.9", "203.0.113.9"),
        (b"fe80::1%eth0", "fe80::1"),
        (b"unknown", PEER),
        (b"203.0.113.9, unknown", PEER),
        (b",", PEER),
        (b"\xff\xfe", PEER),
        (b"", PEER),
    ],
)
def test_reads_from_the_right_up_to_the_first_that_is_no_proxy(forwarded: bytes, client: str) -> None:
    """What stands further left was written by whoever connected to the outermost proxy."""
    assert TrustedProxies(["10.0.0.0/8"]).client(PEER, forwarded) == client


def test_a_very_long_header_costs_no_more_than_a_few_hops() -> None:
    """Only the nearest hops are looked at."""
    forwarded = b"203.0.113.9," + b"10.0.0.1," * 1000 + b"10.0.0.2"

    assert TrustedProxies(["10.0.0.0/8"]).client(PEER, forwarded) == "10.0.0.1"
