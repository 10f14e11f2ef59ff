"""Mail handed to a real SMTP server, with STARTTLS and a login."""

from __future__ import annotations

import socket
import ssl
import subprocess
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import make
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

server = pytest.importorskip("aiosmtpd.controller")
smtp = pytest.importorskip("aiosmtpd.smtp")
pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore")]


class Inbox:
    """What the server has taken, and the codes with which it refuses recipients."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.recipients: list[list[str]] = []
        self.codes: list[str] = []

    async def handle_RCPT(  # noqa: N802 - the server calls it so
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        """Take a recipient, unless told to refuse one."""
        if self.codes:
            return self.codes.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@contextmanager
def serving(inbox: Inbox, certificate: Path | None = None, *, is_tls: bool = False) -> Iterator[str]:
    """Run a server on loopback; yield its address."""

    def check(_server: object, _session: object, _envelope: object, _mechanism: object, data: Any) -> Any:
        return smtp.AuthResult(success=(data.login, data.password) == (b"monitor", b"pa ss"), handled=False)

    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        asked = {"ssl_context": context} if is_tls else {"tls_context": context, "require_starttls": True}
        options = {**asked, "authenticator": check, "auth_required": True, "auth_require_tls": not is_tls}
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    controller = server.Controller(inbox, hostname="127.0.0.1", port=port, **options)
    try:
        controller.start()
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


def channel(smarthost: str, certificate: Path | None = None, **options: Any) -> Any:
    """Return a channel to the server."""
    base: dict[str, Any] = {"from": "m@x.org", "to": "a@x.org, b@x.org", "smarthost": smarthost}
    if certificate is None:
        return make("email", **base, require_tls=False, **options)
    tls = {"ca_file": str(certificate / "cert.pem")}
    return make(
        "email", **{**base, "auth_username": "monitor", "auth_password": "pa ss", **options}, tls_config=tls
    )


def test_a_mail_arrives_over_starttls_with_a_login(certificate: Path) -> None:
    """P20."""
    inbox = Inbox()
    with serving(inbox, certificate) as smarthost:
        channel(smarthost, certificate).send(message_of(make_notice()))

    (mail,) = inbox.mails
    assert mail["Subject"] == "[FIRING:1] HighCpu (critical)"
    assert "CPU is at 97%" in mail.get_body(("plain",)).get_content()
    assert "<h1" in mail.get_body(("html",)).get_content()
    assert inbox.recipients == [["a@x.org", "b@x.org"]]


def test_a_mail_arrives_over_tls(certificate: Path) -> None:
    inbox = Inbox()
    with serving(inbox, certificate, is_tls=True) as smarthost:
        channel(smarthost, certificate, force_implicit_tls=True).send(message_of(make_notice()))

    assert len(inbox.mails) == 1


def test_a_wrong_password_is_not_tried_again_and_not_shown(certificate: Path) -> None:
    inbox = Inbox()
    with serving(inbox, certificate) as smarthost:
        wrong = channel(smarthost, certificate, auth_password="s3cret")
        with pytest.raises(NotifyError, match="answered 535") as caught:
            wrong.send(message_of(make_notice()))

    assert caught.value.retry_after_s is None
    assert "s3cret" not in str(caught.value)
    assert inbox.mails == []


def test_nothing_is_said_in_the_clear_where_starttls_is_wanted() -> None:
    inbox = Inbox()
    with serving(inbox) as smarthost:
        wants = make("email", **{"from": "m@x.org", "to": "a@x.org", "smarthost": smarthost})
        with pytest.raises(NotifyError, match="does not offer what is asked for: STARTTLS"):
            wants.send(message_of(make_notice()))

    assert inbox.mails == []


@pytest.mark.parametrize(
    ("codes", "expected", "retry_after_s"),
    [
        (["450 later", "450 later"], "refused the recipients with 450", 0),
        (["550 unknown", "550 unknown"], "refused the recipients with 550", None),
        (["550 unknown"], "refused 1 of 2 recipients", None),
    ],
)
def test_refused_recipients_are_an_error(
    codes: list[str], expected: str, retry_after_s: float | None
) -> None:
    inbox = Inbox()
    inbox.codes = codes
    with serving(inbox) as smarthost, pytest.raises(NotifyError, match=expected) as caught:
        channel(smarthost).send(message_of(make_notice()))

    assert caught.value.retry_after_s == retry_after_s
