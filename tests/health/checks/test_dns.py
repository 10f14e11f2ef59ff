"""Names, resolved by the system and by a name server."""

from __future__ import annotations

import socket
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks import dns_message
from otel_monitoring.health.checks.dns import DnsCheck
from tests.health.checks.servers import naming
from tests.health.checks.states import LONG_S, leaves_nothing_behind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.health.checks.servers import FakeNameServer


@pytest.fixture
def server() -> Iterator[FakeNameServer]:
    with naming() as server:
        yield server


def through(server: FakeNameServer, name: str = "shop.example", **options: object) -> DnsCheck:
    given = {"timeout_s": LONG_S, "slow_s": LONG_S, **options}
    return DnsCheck(name, server=f"127.0.0.1:{server.port}", **given)  # type: ignore[arg-type]


def test_the_system_resolves_a_name() -> None:
    check = DnsCheck("localhost", expected=["127.0.0.1", "::1"], timeout_s=LONG_S, slow_s=LONG_S)

    assert check().status == "healthy"


def test_a_name_that_the_system_does_not_know_is_unhealthy() -> None:
    found = DnsCheck("nowhere.invalid")()

    assert (found.status, "cannot be resolved" in found.message) == ("unhealthy", True)


def test_a_server_is_asked_for_the_name(server: FakeNameServer) -> None:
    assert through(server)().status == "healthy"
    assert b"\x04shop\x07example\x00\x00\x01\x00\x01" in server.asked[0]


def test_an_address_that_is_expected_has_to_be_among_those_found(server: FakeNameServer) -> None:
    assert through(server, expected=["192.0.2.8"])().status == "healthy"
    assert through(server, expected=["192.0.2.9"])().message == (
        "the name shop.example resolves to 192.0.2.7 or 192.0.2.8, expected 192.0.2.9"
    )


@pytest.mark.parametrize(
    ("rcode", "word"), [(2, "SERVFAIL"), (3, "NXDOMAIN"), (5, "REFUSED"), (9, "error 9")]
)
def test_an_error_of_the_server_is_told_by_its_name(server: FakeNameServer, rcode: int, word: str) -> None:
    server.rcode, server.addresses = rcode, []

    assert f"is answered with {word} by 127.0.0.1:" in through(server)().message


def test_a_name_without_addresses_is_unhealthy(server: FakeNameServer) -> None:
    assert "has no address of type AAAA" in through(server, record="AAAA")().message


def test_a_question_that_got_lost_is_asked_again(server: FakeNameServer) -> None:
    server.lost = 2

    assert through(server, timeout_s=6, slow_s=30)().status == "healthy"
    assert len(server.asked) == 3


def test_a_server_that_is_silent_is_unhealthy_and_healthy_when_it_is_back(server: FakeNameServer) -> None:
    check = through(server, timeout_s=3)
    server.lost = 3

    silent, back = check(), check()

    assert (silent.status, back.status) == ("unhealthy", "healthy")
    assert "no answer within 3 s" in silent.message


def test_answers_to_other_questions_are_not_listened_to(server: FakeNameServer) -> None:
    asked = dns_message.question("shop.example", record="A", number=0)
    server.noise = [bytes([1, 2, *asked[2:]]), asked]
    server.addresses = ["192.0.2.1"]

    assert through(server, expected=["192.0.2.1"])().status == "healthy"


def test_what_is_no_message_of_a_name_server_is_unhealthy(server: FakeNameServer) -> None:
    server.noise = [b"\x00"]

    assert "no message of a name server" in through(server)().message


def test_a_port_where_nothing_listens_is_unhealthy_and_leaves_nothing_behind() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    leaves_nothing_behind(DnsCheck("shop.example", server=f"127.0.0.1:{port}", timeout_s=0.5))


def test_a_system_that_hangs_is_asked_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, asked = threading.Event(), []

    def hang(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        let_go.wait(20)
        return [(2, 1, 6, "", ("192.0.2.1", 53))]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    check = DnsCheck("shop.example", timeout_s=0.05)

    hanging = [check() for _ in range(5)]
    let_go.set()
    back = DnsCheck("shop.example", timeout_s=LONG_S, slow_s=LONG_S)()

    assert {one.status for one in hanging} == {"unhealthy"}
    assert back.status == "healthy"
    assert len(asked) == 2


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".de", ".".join(["abcdefg"] * 40)])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"expected labels|label"):
        DnsCheck(name)


def test_a_record_of_another_type_is_refused() -> None:
    with pytest.raises(SettingsError, match="record is 'MX': expected one of A, AAAA"):
        DnsCheck("shop.example", record="MX")


@given(st.binary(max_size=200), st.integers(0, 250))
def test_whatever_a_server_sends_is_an_answer_or_no_message(noise: bytes, cut: int) -> None:
    asked = dns_message.question("shop.example", record="A", number=7)
    head = asked[:2] + b"\x81\x80\x00\x01\xff\xff\x00\x00\x00\x00" + asked[12:]
    read = partial(dns_message.answer, asked=asked)

    for message in (noise, (head + noise)[:cut]):
        try:
            found = read(message)
        except ValueError:
            continue
        assert found is None or found.addresses is not None
