"""Servers that misbehave on the wire: each is left in time, and told what it missed later."""

from __future__ import annotations

import ssl
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.deadline import Deadline
from otel_monitoring.notify.message import message_of
from otel_monitoring.notify.transport.http import HttpOptions, Poster
from otel_monitoring.testing import FakeClock
from tests.notify.channels.making import make
from tests.notify.receiver import make_notice
from tests.notify.talker import hang, request_of, reset, says, talking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from otel_monitoring.notify.transport.http import Answer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def post(port: int, *, timeout_s: float = 30, body: bytes = b"{}") -> Answer:
    poster = Poster(clock=SystemClock(), options=HttpOptions(timeout_s=timeout_s))
    try:
        return poster.post(f"http://127.0.0.1:{port}/s3cret", body, headers={})
    finally:
        poster.close()


def garbage(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(b"\x16\x03\x01 what?\r\n\r\n")


def half_an_answer(connection: socket.socket) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 20")


@pytest.mark.parametrize("behave", [hang, reset, garbage, half_an_answer, says(b"HTTP/1.1 200 OK\r\nX: ")])
def test_no_answer_may_be_tried_again_and_shows_no_path(behave: Callable[[socket.socket], None]) -> None:
    with (
        talking(behave) as port,
        pytest.raises(NotifyError, match=rf"127\.0\.0\.1:{port}/… gave no answer: ") as caught,
    ):
        post(port, timeout_s=0.3)

    assert caught.value.retry_after_s == 0
    assert "s3cret" not in str(caught.value)


def test_an_answer_that_drips_is_left_when_the_whole_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte comes within the time limit of a socket; all of them together do not."""
    clock = FakeClock()
    sent: list[int] = []

    def drip(connection: socket.socket) -> None:
        request_of(connection)
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                clock.advance(1)
                connection.sendall(bytes([byte]))
                sent.append(byte)

    poster = Poster(clock=SystemClock())
    monkeypatch.setattr(poster, "_limit", lambda: Deadline(10, clock=clock))
    with talking(drip) as port, pytest.raises(NotifyError, match="gave no answer: it took too long"):
        poster.post(f"http://127.0.0.1:{port}/", b"{}", headers={})

    assert len(sent) < 10_000


def test_a_body_that_never_ends_does_not_undo_an_answer() -> None:
    """It was taken: another try would tell it twice."""
    with talking(says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")) as port:
        answer = post(port, timeout_s=3)  # its first half has to come within that

    assert (answer.status, answer.body) == (200, b"half")


def test_a_huge_answer_is_read_no_further_than_its_beginning() -> None:
    sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        with suppress(OSError):
            while sent < 1_000_000_000:
                sent += connection.send(b"x" * 65_536)

    with talking(flood) as port:
        answer = post(port)

    assert len(answer.body) == 65_536
    assert sent < 100_000_000


def test_headers_without_an_end_are_refused() -> None:
    def flood(connection: socket.socket) -> None:
        request_of(connection)
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000_000)

    with talking(flood) as port, pytest.raises(NotifyError, match="gave no answer"):
        post(port)


def test_a_receiver_that_reads_nothing_is_left() -> None:
    left = threading.Event()

    def read_nothing(connection: socket.socket) -> None:
        connection.recv(1)
        left.wait(20)

    with talking(read_nothing) as port:
        with pytest.raises(NotifyError) as caught:
            post(port, timeout_s=0.3, body=b"x" * 50_000_000)
        left.set()

    assert caught.value.retry_after_s == 0


def test_a_connection_is_used_again() -> None:
    taken: list[bytes] = []

    def twice(connection: socket.socket) -> None:
        for _ in range(2):
            taken.append(request_of(connection))
            connection.sendall(OK)

    with talking(twice) as port:
        poster = Poster(clock=SystemClock())
        for _ in range(2):
            poster.post(f"http://127.0.0.1:{port}/", b"{}", headers={})
        poster.close()

    assert len(taken) == 2


def test_a_connection_that_was_closed_meanwhile_is_opened_anew() -> None:
    closed = threading.Event()

    def once(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(OK)
        connection.close()
        closed.set()

    with talking(once, once) as port:
        poster = Poster(clock=SystemClock())
        url = f"http://127.0.0.1:{port}/"
        first = poster.post(url, b"{}", headers={})
        assert closed.wait(10)
        second = poster.post(url, b"{}", headers={})
        poster.close()

    assert (first.status, second.status) == (200, 200)


@pytest.mark.parametrize("name", ["X-A", "x-a"])
def test_a_header_with_a_line_break_is_refused_and_not_sent(name: str) -> None:
    with talking() as port:
        poster = Poster(clock=SystemClock(), options=HttpOptions(headers={name: "a\r\nHost: b"}))
        with pytest.raises(NotifyError, match="a header is not one of HTTP") as caught:
            poster.post(f"http://127.0.0.1:{port}/", b"{}", headers={})

    assert caught.value.retry_after_s is None


def test_a_server_that_is_not_there_is_said_to_be() -> None:
    with talking() as port:
        pass

    with pytest.raises(NotifyError, match="gave no answer: Connection refused"):
        post(port)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that nobody has signed, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hook"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def tls_port(certificate: Path) -> Iterator[int]:
    """The port of a server with that certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    def behave(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
            request_of(wrapped)
            wrapped.sendall(OK)

    with talking(behave) as port:
        yield port


def test_a_certificate_that_nobody_signed_is_named_as_the_reason(tls_port: int) -> None:
    poster = Poster(clock=SystemClock())

    with pytest.raises(NotifyError, match="its certificate is not trusted: self-signed certificate"):
        poster.post(f"https://127.0.0.1:{tls_port}/", b"{}", headers={})


@pytest.mark.parametrize(("server_name", "is_taken"), [("", True), ("other.example", False)])
def test_a_certificate_must_have_the_name_that_is_asked_for(
    tls_port: int, certificate: Path, server_name: str, *, is_taken: bool
) -> None:
    context = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    poster = Poster(clock=SystemClock(), options=HttpOptions(tls=context, server_name=server_name))
    taken = False

    with suppress(NotifyError):
        taken = poster.post(f"https://127.0.0.1:{tls_port}/", b"{}", headers={}).body == b"ok"
    poster.close()

    assert taken is is_taken


def test_a_server_that_is_not_to_be_verified_is_not(tls_port: int) -> None:
    config = {"tls_config": {"insecure_skip_verify": True}}
    channel = make("webhook", url=f"https://127.0.0.1:{tls_port}/", http_config=config)

    channel.send(message_of(make_notice()))
    channel.close()

    assert repr(channel) == f"https://127.0.0.1:{tls_port}/…"


@pytest.mark.parametrize("shows_own", [True, False])
def test_a_server_that_asks_for_a_certificate_gets_ours(certificate: Path, *, shows_own: bool) -> None:
    taken: list[bytes] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificate / "cert.pem"))
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    def behave(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
            taken.append(request_of(wrapped))
            wrapped.sendall(OK)

    own = {"cert_file": str(certificate / "cert.pem"), "key_file": str(certificate / "key.pem")}
    tls = {"ca_file": str(certificate / "cert.pem"), **(own if shows_own else {})}
    with talking(behave) as port:
        channel = make("webhook", url=f"https://127.0.0.1:{port}/", http_config={"tls_config": tls})
        with suppress(NotifyError):
            channel.send(message_of(make_notice()))
        channel.close()

    assert bool(taken) is shows_own


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(
    certificate: Path, tmp_path: Path
) -> None:
    locked = tmp_path / "locked.pem"
    command = ["openssl", "rsa", "-aes256", "-passout", "pass:s3cret", "-in", str(certificate / "key.pem")]
    subprocess.run([*command, "-out", str(locked)], check=True, capture_output=True)
    tls = {"cert_file": str(certificate / "cert.pem"), "key_file": str(locked)}

    with pytest.raises(NotifyError, match="expected certificates and keys in PEM files"):
        make("webhook", url="https://h/", http_config={"tls_config": tls})
