"""TCP, TLS, HTTP and SMTP against real servers on loopback, up, slow, hanging, refusing and back again."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.http import HttpCheck
from otel_monitoring.health.checks.smtp import SmtpCheck
from otel_monitoring.health.checks.tcp import TcpCheck
from otel_monitoring.health.checks.tls import TlsCheck
from otel_monitoring.testing import FakeClock
from tests.health.checks.servers import context_of, serving_http
from tests.health.checks.states import PATIENT, leaves_nothing_behind, tells_all_states_apart
from tests.health.checks.unreliable import unreliable
from tests.integration.servers import free_ports
from tests.notify.talker import talking
from tests.telemetry.certificates import Certificates, certificates

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.health.checks.servers import Page


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority, and certificates of localhost that end in a day."""
    return certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def page() -> Iterator[Page]:
    with serving_http() as page:
        yield page


@pytest.fixture
def secure_page(made: Certificates) -> Iterator[Page]:
    with serving_http(made) as page:
        yield page


@contextmanager
def mailing(**options: Any) -> Iterator[int]:
    """Run a real SMTP server; yield its port."""
    controller = pytest.importorskip("aiosmtpd.controller")
    (port,) = free_ports(1)
    server = controller.Controller(object(), hostname="127.0.0.1", port=port, ready_timeout=20, **options)
    server.start()
    yield port
    server.stop(no_assert=True)


def chat(*steps: bytes) -> Callable[[socket.socket], None]:
    """Return a behaviour that says one step, then one after each line that it hears."""

    def behave(connection: socket.socket) -> None:
        for step in steps:
            connection.sendall(step)
            connection.recv(4096)

    return behave


def test_tcp_tells_something_that_listens_from_nothing(page: Page) -> None:
    with unreliable("127.0.0.1", page.port) as proxy:
        check = TcpCheck("localhost", proxy.port, **PATIENT)
        up = check()
        proxy.refuse()
        refusing = check()
        proxy.pass_on()
        back = check()

    assert [one.status for one in (up, refusing, back)] == ["healthy", "unhealthy", "healthy"]
    assert refusing.message == f"localhost:{proxy.port} cannot be asked: Connection refused"
    assert str(proxy.port) in refusing.advice


def test_tcp_to_a_name_that_does_not_exist_is_unhealthy() -> None:
    found = TcpCheck("nowhere.invalid", 80)()

    assert (found.status, found.message) == (
        "unhealthy",
        "nowhere.invalid:80 cannot be asked: its name cannot be resolved",
    )


@pytest.mark.parametrize(
    ("host", "port"), [("", 80), ("a b", 80), ("user@host", 80), ("host", 0), ("host", 65_536)]
)
def test_a_place_that_is_none_is_refused(host: str, port: int) -> None:
    with pytest.raises(SettingsError, match="expected"):
        TcpCheck(host, port)


def test_http_tells_all_states_apart(page: Page) -> None:
    def make(port: int, *, timeout_s: float, slow_s: float) -> HttpCheck:
        url = f"http://ann:hunter2@localhost:{port}/hunter2?token=hunter2"
        return HttpCheck(url, contains="well", timeout_s=timeout_s, slow_s=slow_s)

    tells_all_states_apart(make, port=page.port)
    assert page.requests[0]["authorization"] == "Basic YW5uOmh1bnRlcjI="
    assert page.requests[0]["path"] == "/hunter2?token=hunter2"
    assert page.requests[0]["host"].startswith("localhost:")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, b"all is well", "answered 500, expected 200 to 399"),
        (404, b"all is well", "answered 404, expected 200 to 399"),
        (200, b"maintenance", "answered 200 without the text that is expected in it"),
        (200, b"x" * 70_000 + b"all is well", "answered 200 without the text that is expected in it"),
    ],
)
def test_http_looks_at_status_and_content(page: Page, status: int, body: bytes, words: str) -> None:
    page.status, page.body = status, body

    found = HttpCheck(f"http://127.0.0.1:{page.port}", contains="well", **PATIENT)()

    assert (found.status, found.message) == ("unhealthy", f"http://127.0.0.1:{page.port} {words}")


def test_http_takes_the_statuses_that_are_named(page: Page) -> None:
    page.status = 401
    url = f"http://127.0.0.1:{page.port}"

    assert HttpCheck(url, statuses=[401], **PATIENT)().status == "healthy"
    assert HttpCheck(url, statuses=[200, 204], **PATIENT)().message.endswith(
        "answered 401, expected 200 or 204"
    )


def test_http_sends_headers_and_shows_none_of_them(page: Page) -> None:
    page.status = 403

    found = HttpCheck(f"http://127.0.0.1:{page.port}", headers={"X-Key": "hunter2"})()

    assert page.requests[0]["x-key"] == "hunter2"
    assert "hunter2" not in f"{found.message} {found.advice}"


def test_https_is_verified(secure_page: Page, made: Certificates) -> None:
    url = f"https://localhost:{secure_page.port}"

    trusted = HttpCheck(url, ca_file=made.authority, **PATIENT)()
    untrusted = HttpCheck(url, **PATIENT)()

    assert trusted.status == "healthy"
    assert "certificate is not accepted" in untrusted.message


def test_http_drips_do_not_outlast_the_time() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            connection.sendall(b"x")

    with talking(drip) as port:
        found = HttpCheck(f"http://127.0.0.1:{port}", timeout_s=0.3)()

    assert found.status == "unhealthy"


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH\r\n", b"", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_http_is_unhealthy(said: bytes) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(said)

    with talking(behave) as port:
        found = HttpCheck(f"http://127.0.0.1:{port}", **PATIENT)()

    assert found.status == "unhealthy"
    assert "cannot be asked" in found.message


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("ftp://host", {}),
        ("http://", {}),
        ("http://host:99999", {}),
        ("http://host/a b", {}),
        ("http://host/ä", {}),
        ("http://[::1", {}),
        ("http://host", {"headers": {"X": "a\r\nY: b"}}),
    ],
)
def test_http_refuses_what_cannot_be_asked(url: str, options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"expected|percent-encoded"):
        HttpCheck(url, **options)


def test_tls_tells_all_states_apart(secure_page: Page, made: Certificates) -> None:
    def make(port: int, *, timeout_s: float, slow_s: float) -> TlsCheck:
        return TlsCheck(
            *("localhost", port),
            ca_file=made.authority,
            degraded_days=0.5,
            unhealthy_days=0.1,
            timeout_s=timeout_s,
            slow_s=slow_s,
        )

    tells_all_states_apart(make, port=secure_page.port)


@pytest.mark.parametrize(
    ("days_ago", "status"), [(0, "unhealthy"), (3, "degraded"), (19.6, "degraded"), (20.6, "healthy")]
)
def test_tls_counts_the_days_that_are_left(
    secure_page: Page, made: Certificates, days_ago: float, status: str
) -> None:
    now = dt.datetime.now(dt.UTC) - dt.timedelta(days=days_ago)
    clock = FakeClock(round(now.timestamp() * 1000))

    found = TlsCheck("localhost", secure_page.port, ca_file=made.authority, clock=clock, **PATIENT)()

    assert found.status == status
    assert f"ends in {days_ago + 1:.0f} days" in found.message
    assert bool(found.advice) is (status != "healthy")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"server_name": "shop.example"}, "ostname mismatch"),
        ({"ca_file": ""}, "self-signed certificate|local issuer"),
    ],
)
def test_tls_refuses_another_host_and_what_is_not_trusted(
    secure_page: Page, made: Certificates, options: dict[str, Any], words: str
) -> None:
    found = TlsCheck("localhost", secure_page.port, **{"ca_file": made.authority, **PATIENT, **options})()

    assert found.status == "unhealthy"
    assert any(word in found.message for word in words.split("|")), found.message


def test_tls_with_authorities_that_are_not_there_is_unhealthy(secure_page: Page, tmp_path: Path) -> None:
    found = TlsCheck("localhost", secure_page.port, ca_file=str(tmp_path / "none.pem"))()

    assert "No such file" in found.message


@pytest.mark.filterwarnings("ignore")
def test_smtp_tells_all_states_apart() -> None:
    with mailing() as port:
        tells_all_states_apart(partial(SmtpCheck, "localhost"), port=port)


@pytest.mark.filterwarnings("ignore")
def test_smtp_with_starttls_is_verified(made: Certificates) -> None:
    with mailing(tls_context=context_of(made)) as port:
        trusted = SmtpCheck("localhost", port, encryption="starttls", ca_file=made.authority, **PATIENT)()
        untrusted = SmtpCheck("localhost", port, encryption="starttls", **PATIENT)()

    assert trusted.status == "healthy", trusted
    assert "certificate is not accepted" in untrusted.message


@pytest.mark.filterwarnings("ignore")
def test_smtp_without_the_starttls_that_is_wanted_is_unhealthy() -> None:
    with mailing() as port:
        found = SmtpCheck("localhost", port, encryption="starttls", **PATIENT)()

    assert (found.status, found.message.endswith("does not offer STARTTLS")) == ("unhealthy", True)


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (chat(b"554 go away\r\n"), "answered the connection with '554 go away', expected 220"),
        (chat(b"220 hello\r\n", b"500 what\r\n"), "answered EHLO with '500 what', expected 250"),
        (chat(b"220 hello\r\n", b"250 x\r\n", b"421 bye\r\n"), "answered NOOP with '421 bye', expected 250"),
        (chat(b"x" * 5000), "sends a line without an end"),
        (chat(b"220-more\r\n" * 200), "answered the connection without an end"),
        (lambda _: None, "broke the connection off"),
    ],
)
def test_smtp_expects_the_replies_of_the_protocol(
    behave: Callable[[socket.socket], None], words: str
) -> None:
    with talking(behave) as port:
        found = SmtpCheck("127.0.0.1", port, **PATIENT)()

    assert found.status == "unhealthy"
    assert words in found.message


def test_the_check_of_a_mail_server_knows_three_encryptions() -> None:
    with pytest.raises(SettingsError, match="encryption is 'ssl': expected one of none, starttls, tls"):
        SmtpCheck("host", encryption="ssl")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda port: TcpCheck("127.0.0.1", port),
        lambda port: HttpCheck(f"http://localhost:{port}"),
        lambda port: TlsCheck("127.0.0.1", port),
        lambda port: SmtpCheck("127.0.0.1", port),
    ],
    ids=["tcp", "http", "tls", "smtp"],
)
def test_nothing_is_left_of_a_thousand_failures(make: Callable[[int], Any]) -> None:
    with unreliable("127.0.0.1", 1) as proxy:
        proxy.refuse()
        leaves_nothing_behind(make(proxy.port))


def test_nothing_is_left_of_conversations_that_hang() -> None:
    with unreliable("127.0.0.1", 1) as proxy:
        proxy.hang()
        leaves_nothing_behind(HttpCheck(f"http://127.0.0.1:{proxy.port}", timeout_s=0.02), runs=50)
