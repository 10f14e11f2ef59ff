"""Mail handed to a real SMTP server, with STARTTLS and a login."""

from __future__ import annotations

import hmac
import socket
import ssl
import subprocess
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.message import message_of
from otel_monitoring.notify.transport.smtp import Server, hand_in
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
        self.mechanisms: list[str] = []
        self.were_private: list[bool] = []

    async def handle_RCPT(  # noqa: N802 - the server calls it so
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        """Take a recipient, unless told to refuse one."""
        if self.codes and not self.codes[0].startswith("250"):
            return self.codes.pop(0)
        self.codes = self.codes[1:]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        self.were_private.append(session.ssl is not None)
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
def serving(
    inbox: Inbox,
    certificate: Path | None = None,
    *,
    is_tls: bool = False,
    needs_login: bool = True,
    **more: Any,
) -> Iterator[str]:
    """Run a server on loopback; yield its address."""

    def check(_server: object, _session: object, _envelope: object, mechanism: str, data: Any) -> Any:
        inbox.mechanisms.append(mechanism)
        return smtp.AuthResult(success=(data.login, data.password) == (b"monitor", b"pa ss"), handled=False)

    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        asked = {"ssl_context": context} if is_tls else {"tls_context": context, "require_starttls": True}
        login = {"authenticator": check, "auth_required": True, "auth_require_tls": not is_tls}
        options = {**asked, **(login if needs_login else {}), **more}
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    controller = server.Controller(inbox, hostname="127.0.0.1", port=port, ready_timeout=60, **options)
    try:
        controller.start()
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


def channel(smarthost: str, certificate: Path | None = None, **options: Any) -> Any:
    """Return a channel to the server."""
    base: dict[str, Any] = {"from": "m@x.org", "to": "a@x.org, b@x.org", "smarthost": smarthost}
    if certificate is None:
        return make("email", **{**base, "require_tls": False, **options})
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
    ("codes", "retry_after_s"),
    [(["450 later", "450 later"], 0), (["550 unknown", "550 unknown"], None)],
)
def test_a_mail_that_nobody_may_have_is_an_error(codes: list[str], retry_after_s: float | None) -> None:
    inbox = Inbox()
    inbox.codes = list(codes)
    with serving(inbox) as smarthost, pytest.raises(NotifyError, match="refused 2 of 2 recipients") as caught:
        channel(smarthost).send(message_of(make_notice()))

    assert f"a@x.org ({codes[0][:3]})" in str(caught.value)
    assert caught.value.retry_after_s == retry_after_s


def test_a_recipient_who_is_refused_keeps_the_mail_from_nobody(caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox()
    inbox.codes = ["550 unknown"]
    with serving(inbox) as smarthost:
        channel(smarthost).send(message_of(make_notice()))

    assert inbox.recipients == [["b@x.org"]]
    assert "refused 1 of 2 recipients: a@x.org (550); the others have the mail" in caplog.text


def test_a_recipient_who_is_wanted_later_is_tried_again_alone() -> None:
    """Greylisting: 451 the first time."""
    inbox = Inbox()
    inbox.codes = ["451 come back", "250 OK"]
    with serving(inbox) as smarthost:
        mailer = channel(smarthost)
        with pytest.raises(NotifyError, match=r"refused 1 of 2 recipients: a@x\.org \(451\)") as caught:
            mailer.send(message_of(make_notice()))
        again = channel(smarthost)
        again.succeed(mailer)  # the configuration was read anew meanwhile
        again.send(message_of(make_notice()))
        again.send(message_of(make_notice("next")))

    assert caught.value.retry_after_s == 0
    assert inbox.recipients == [["b@x.org"], ["a@x.org"], ["a@x.org", "b@x.org"]]
    assert inbox.mails[0]["Message-ID"] == inbox.mails[1]["Message-ID"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_login_goes_by_what_the_server_offers(certificate: Path, mechanism: str) -> None:
    others = [one for one in ("PLAIN", "LOGIN") if one != mechanism]
    inbox = Inbox()
    with serving(inbox, certificate, auth_exclude_mechanism=others) as smarthost:
        channel(smarthost, certificate).send(message_of(make_notice()))

    assert len(inbox.mails) == 1
    assert inbox.mechanisms == [mechanism]


class Challenger(Inbox):
    """A server that asks for the answer to a challenge."""

    async def auth_CRAM__MD5(self, server: Any, _arguments: object) -> Any:  # noqa: N802
        """Check the answer to a challenge."""
        challenge = b"<1@mail>"
        answer = (await server.challenge_auth(challenge)).decode()
        expected = hmac.new(b"shared", challenge, "md5").hexdigest()
        return smtp.AuthResult(success=answer == f"monitor {expected}")


def test_a_secret_is_proven_and_not_said(certificate: Path) -> None:
    """CRAM-MD5."""
    inbox = Challenger()
    with serving(inbox, certificate) as smarthost:
        mailer = channel(smarthost, certificate, auth_password="", auth_secret="shared")
        mailer.send(message_of(make_notice()))

    assert len(inbox.mails) == 1


@pytest.mark.parametrize("is_offered", [True, False])
def test_starttls_can_be_taken_where_it_is_offered(certificate: Path, *, is_offered: bool) -> None:
    inbox = Inbox()
    with serving(inbox, certificate if is_offered else None, needs_login=False) as smarthost:
        host, port = smarthost.split(":")
        context = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        mail = channel(smarthost).mail(message_of(make_notice()))
        server_ = Server(host, int(port), encryption="optional", tls=context)
        hand_in(server_, mail, sender="m@x.org", to=["a@x.org"], timeout_s=10)

    assert inbox.were_private == [is_offered]


def test_names_subjects_and_texts_of_any_script_arrive() -> None:
    inbox = Inbox()
    with serving(inbox) as smarthost:
        options: dict[str, Any] = {
            "from": "Wächter <m@x.org>",
            "to": '"Müller, Jörg" <a@x.org>, 運用 <b@x.org>',
        }
        mailer = channel(smarthost, **options, headers={"Subject": "Größe: {{ .Status }} ✓"}, text="naïve ✓")
        mailer.send(message_of(make_notice()))

    (mail,) = inbox.mails
    assert (mail["From"], mail["Subject"]) == ("Wächter <m@x.org>", "Größe: firing ✓")
    assert [one.display_name for one in mail["To"].addresses] == ["Müller, Jörg", "運用"]
    assert mail.get_body(("plain",)).get_content().strip() == "naïve ✓"
    assert inbox.recipients == [["a@x.org", "b@x.org"]]
