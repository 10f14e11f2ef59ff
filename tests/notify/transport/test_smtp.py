"""Mail servers that stall, break off or refuse at any step of the conversation."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.deadline import Deadline
from otel_monitoring.notify.message import message_of
from otel_monitoring.notify.transport import smtp
from otel_monitoring.notify.transport.smtp import Server, hand_in
from otel_monitoring.testing import FakeClock
from tests.notify.channels.making import make
from tests.notify.receiver import make_notice
from tests.notify.talker import hang, reset, talking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

VERBS = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "end of data"]


class MailServer:
    """A mail server that follows the rules but for what it is told to do at one step."""

    def __init__(self, **at: Callable[[socket.socket], None] | str) -> None:
        self.at = at
        self.said: list[str] = []
        self.mails: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        if not self._answer(connection, "greeting", "220 here"):
            return
        while line := lines.readline():
            verb = line[:4].decode().strip().upper()
            self.said.append(line.decode().strip())
            known = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 OK")
            if not self._answer(connection, verb, known):
                return
            if verb == "DATA" and "DATA" not in self.at:
                self.mails.append(b"".join(takewhile(lambda one: one not in (b".\r\n", b""), lines)))
                if not self._answer(connection, "end of data", "250 taken"):
                    return

    def _answer(self, connection: socket.socket, step: str, usual: str) -> bool:
        """Answer; return whether the conversation goes on."""
        told = self.at.get(step.replace(" ", "_"), usual)
        if callable(told):
            told(connection)
            return False
        connection.sendall(told.encode() + b"\r\n")
        return True


def send(port: int, *, timeout_s: float = 5, **options: Any) -> None:
    base = {"from": "m@x.org", "to": "a@x.org", "smarthost": f"127.0.0.1:{port}", "require_tls": False}
    make("email", **{**base, "timeout": timeout_s, "hello": "here", **options}).send(
        message_of(make_notice())
    )


def step(verb: str) -> str:
    return verb.replace(" ", "_")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("behave", [hang, reset, lambda connection: connection.sendall(b"2")])
def test_a_server_that_stalls_or_breaks_off_is_left_and_tried_again(
    verb: str, behave: Callable[[socket.socket], None]
) -> None:
    server = MailServer(**{step(verb): behave})
    with talking(server) as port, pytest.raises(NotifyError) as caught:
        send(port, timeout_s=0.3)

    assert caught.value.retry_after_s == 0


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("code", "retry_after_s"), [("451 later", 0), ("554 never", None), ("what?", 0)])
def test_only_a_5xx_is_final(verb: str, code: str, retry_after_s: float | None) -> None:
    server = MailServer(**{step(verb): code, "HELO": code})
    with talking(server) as port, pytest.raises(NotifyError) as caught:
        send(port)

    assert caught.value.retry_after_s == retry_after_s


@pytest.mark.parametrize("behave", [hang, reset, "500 what?"])
def test_a_mail_that_was_taken_stays_taken_however_the_goodbye_ends(
    behave: Callable[[socket.socket], None] | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "_GOODBYE_S", 0.2)
    server = MailServer(QUIT=behave)

    with talking(server) as port:
        send(port)

    assert len(server.mails) == 1


def test_a_mail_whose_fate_is_unknown_comes_again_as_the_same_mail() -> None:
    """The connection breaks after the data and before the answer: only the Message-ID tells."""
    lost, taken = MailServer(end_of_data=reset), MailServer()

    with talking(lost) as port, pytest.raises(NotifyError) as caught:
        send(port)
    with talking(taken) as port:
        send(port)

    ids = [
        next(line for line in one.splitlines() if line.startswith(b"Message-ID"))
        for one in lost.mails + taken.mails
    ]
    assert caught.value.retry_after_s == 0
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_a_reply_that_drips_is_left_when_the_whole_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()

    def drip(connection: socket.socket) -> None:
        for byte in b"220 " + b"x" * 2000:
            clock.advance(1)
            connection.sendall(bytes([byte]))

    monkeypatch.setattr(smtp, "Deadline", lambda timeout_s: Deadline(timeout_s, clock=clock))

    with talking(drip) as port, pytest.raises(NotifyError, match="it took too long") as caught:
        send(port, timeout_s=10)

    assert caught.value.retry_after_s == 0


def test_a_reply_without_an_end_is_not_gathered() -> None:
    def flood(connection: socket.socket) -> None:
        for _ in range(10_000):
            connection.sendall(b"220-" + b"x" * 500 + b"\r\n")
        hang(connection)

    with talking(flood) as port, pytest.raises(NotifyError, match="gave no answer: SMTPServerDisconnected"):
        send(port)


def test_a_password_is_not_said_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp._Session, "_is_here", lambda _: False)
    server = MailServer(EHLO="250-here\r\n250 AUTH PLAIN LOGIN")

    with talking(server) as port, pytest.raises(NotifyError, match="would show the password") as caught:
        send(port, auth_username="me", auth_password="s3cret")

    assert caught.value.retry_after_s is None
    assert not [line for line in server.said if line.startswith("AUTH")]


@pytest.mark.parametrize("offers", ["250-here\r\n250 AUTH PLAIN", "250 here"])
def test_a_challenge_that_is_not_offered_is_an_error(offers: str) -> None:
    with talking(MailServer(EHLO=offers)) as port, pytest.raises(NotifyError, match="CRAM-MD5"):
        send(port, auth_username="me", auth_secret="s3cret")


def test_the_address_of_the_server_is_looked_at() -> None:
    server = Server("127.0.0.1", 25, allow_private=False)
    mail = make("email", **{"from": "m@x.org", "to": "a@x.org", "smarthost": "x:25"}).mail(
        message_of(make_notice())
    )

    with pytest.raises(NotifyError, match="a private address"):
        hand_in(replace(server), mail, sender="m@x.org", to=["a@x.org"], timeout_s=1)
