"""Where messages may go."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.transport.address import allowed_addresses, refused_because


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
    ],
)
def test_addresses_that_hand_out_credentials_are_always_refused(address: str) -> None:
    assert "credentials" in refused_because(address, allow_private=True)


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "::", "ff02::1"])
def test_addresses_of_nobody_are_refused(address: str) -> None:
    assert refused_because(address, allow_private=True) == "which is no address of a receiver"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fd12::1", "100.64.0.1"])
def test_private_addresses_are_refused_unless_allowed(address: str) -> None:
    assert refused_because(address, allow_private=True) == ""
    assert "private" in refused_because(address, allow_private=False)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1"])
def test_public_addresses_are_fine(address: str) -> None:
    assert refused_because(address, allow_private=False) == ""


def test_a_host_is_refused_for_what_it_resolves_to() -> None:
    with pytest.raises(
        NotifyError, match=r"localhost resolves to .*, a private address, which is not allowed"
    ) as caught:
        allowed_addresses("localhost", 80, allow_private=False)

    assert caught.value.retry_after_s is None


def test_a_name_that_does_not_resolve_may_be_tried_again() -> None:
    with pytest.raises(NotifyError, match="cannot be resolved") as caught:
        allowed_addresses("name." + "x" * 70 + ".invalid", 80, allow_private=True)

    assert caught.value.retry_after_s == 0


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "64:ff9b::a9fe:a9fe",
        "2001:0:53aa:64c::5601:5601",
    ],
)
def test_an_address_within_another_is_looked_at(address: str) -> None:
    """169.254.169.254 mapped, compatible, by 6to4, by NAT64, and by Teredo."""
    assert "credentials" in refused_because(address, allow_private=True)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_an_address_in_disguise_is_refused_for_what_it_is(host: str) -> None:
    with pytest.raises(NotifyError, match=r"resolves to 127\.0\.0\.1, a private address"):
        allowed_addresses(host, 80, allow_private=False)
