"""What proxies say is believed where they are listed, and nowhere else."""

from __future__ import annotations

import pytest

from otel_monitoring.api.access.forwarding import Forwarding
from otel_monitoring.api.access.origin import is_embedded, is_ours, may_read
from tests.api.access.knocking import ROOT, scope_of

SAID = {
    "X-Forwarded-For": "192.0.2.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "mon.example",
    "X-Forwarded-Prefix": "/shop",
}


def test_a_listed_proxy_is_believed() -> None:
    scope, found = scope_of(headers=SAID, client="10.0.0.1"), Forwarding(["10.0.0.0/8"])

    assert (found.client(scope), found.is_secure(scope)) == ("192.0.2.9", True)
    assert (found.host(scope), found.root(scope)) == ("mon.example", "/shop" + ROOT)


@pytest.mark.parametrize("client", ["127.0.0.1", "203.0.113.7", "::1"])
def test_nobody_else_is_believed(client: str) -> None:
    scope, found = scope_of(headers=SAID, client=client), Forwarding(["10.0.0.0/8"])

    assert found.client(scope) == ("::/64" if client == "::1" else client)
    assert not found.is_secure(scope)
    assert (found.host(scope), found.root(scope)) == ("shop.example", ROOT)


def test_all_addresses_of_one_network_of_ipv6_are_one_client() -> None:
    found = Forwarding()

    clients = {found.client(scope_of(client=f"2001:db8:1:2::{last}")) for last in ("1", "2", "ffff")}

    assert clients == {"2001:db8:1:2::/64"}


@pytest.mark.parametrize("prefix", ["//evil.example", "/a;Path=/", "/a b", "x", "/a/../b\r\n", "/" * 300])
def test_a_prefix_that_is_none_is_left_out(prefix: str) -> None:
    scope = scope_of(headers={"X-Forwarded-Prefix": prefix}, client="10.0.0.1")

    assert Forwarding(["10.0.0.0/8"]).root(scope) == ROOT


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://shop.example"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://shop.example"}, True),
        ({"Origin": "http://shop.example:80"}, True),
        ({"Origin": "HTTP://SHOP.example"}, True),
        ({"Origin": "http://shop.example:8080"}, False),
        ({"Origin": "http://shop.example.evil"}, False),
        ({"Origin": "http://evil.shop.example"}, False),
        ({"Origin": "null"}, False),
        ({"Referer": "http://shop.example/monitoring"}, False),
        ({}, False),
    ],
)
def test_our_own_page_is_told_by_what_the_browser_says(headers: dict[str, str], expected: bool) -> None:
    assert is_ours(scope_of(headers=headers), Forwarding()) is expected


def test_two_origins_are_none() -> None:
    headers = [("Origin", "http://shop.example"), ("Origin", "http://shop.example")]

    assert not is_ours(scope_of(headers=headers), Forwarding())


def test_behind_a_proxy_the_origin_is_that_of_the_proxy() -> None:
    scope = scope_of(headers={"Origin": "https://mon.example", **SAID}, client="10.0.0.1")

    assert is_ours(scope, Forwarding(["10.0.0.0/8"]))
    assert not is_ours(scope, Forwarding())


def test_an_image_of_another_site_is_told_from_somebody_who_comes_from_there() -> None:
    image = scope_of(headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
    link = scope_of(headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})

    assert (is_embedded(image), is_embedded(link)) == (True, False)
    assert not may_read(link)
