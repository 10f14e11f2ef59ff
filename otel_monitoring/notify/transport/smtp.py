"""Handing a mail to an SMTP server, within one time limit for the whole conversation.

Source: RFC 5321, RFC 3207 (STARTTLS), RFC 8314 (TLS from the first byte), RFC 2195 (CRAM-MD5).
"""

from __future__ import annotations

import ipaddress
import smtplib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.deadline import Deadline
from otel_monitoring.notify.transport.connect import connected, why

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Mapping, Sequence
    from email.message import EmailMessage

Encryption: TypeAlias = Literal["none", "optional", "starttls", "tls"]

PORTS: dict[Encryption, int] = {"none": 25, "optional": 25, "starttls": 587, "tls": 465}

_PERMANENT = range(500, 600)
_GOODBYE_S = 2.0
_LONGEST_REPLY = 65_536


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and who we are to it.

    Attributes:
        host: Its name.
        port: Its port.
        encryption: ``tls`` from the first byte, ``starttls`` before anything is said, ``optional`` for
            STARTTLS where it is offered, or ``none``.
        user: Who logs in; empty for nobody.
        password: That user's password.
        secret: What CRAM-MD5 is answered with, in place of the password.
        hello: What we call ourselves; empty for the name of this machine.
        tls: How it is verified; ``None`` for the usual way.
        allow_private: Whether it may have a private address.
    """

    host: str
    port: int
    encryption: Encryption = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    hello: str = ""
    tls: ssl.SSLContext | None = None
    allow_private: bool = True

    @property
    def where(self) -> str:
        """What errors call it."""
        return f"mail server {self.host}:{self.port}"


def hand_in(
    server: Server, mail: EmailMessage, *, sender: str, to: Sequence[str], timeout_s: float
) -> Mapping[str, int]:
    """Hand a mail in; return the code with which each refused recipient was refused.

    Once the server has taken the mail, nothing that follows makes a failure of it.

    Raises:
        NotifyError: The server did not take it; a 5xx is final, anything else may be retried.
    """
    try:
        session = _Session(server, Deadline(timeout_s))
        try:
            session.introduce()
            refused = session.send_message(mail, sender, list(to))
        except BaseException:
            session.close()
            raise
        session.leave()
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except smtplib.SMTPResponseException as error:
        msg = f"{server.where} answered {error.smtp_code} ({type(error).__name__})"
        raise NotifyError(msg, retry_after_s=None if error.smtp_code in _PERMANENT else 0) from None
    except smtplib.SMTPNotSupportedError as error:
        msg = f"{server.where} does not offer what is asked for: {error}"
        raise NotifyError(msg) from None
    except (OSError, smtplib.SMTPException) as error:
        msg = f"{server.where} gave no answer: {why(error)}"
        raise NotifyError(msg, retry_after_s=0) from None
    return {address: code for address, (code, _) in refused.items()}


class _Session(smtplib.SMTP):
    """A conversation that leads only where it may, and whose every step is given what is left of the time."""

    def __init__(self, server: Server, deadline: Deadline) -> None:
        self._server = server
        self._deadline = deadline
        self._is_private = False
        super().__init__(server.host, server.port, server.hello or None)

    def connect(self, host: str = "", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """Connect to the addresses that were checked, with TLS where that comes first."""
        self.source_address = source_address
        self.sock = connected(host, port, self._deadline, allow_private=self._server.allow_private)
        self.file: Any = None
        if self._server.encryption == "tls":
            self.sock.settimeout(self._deadline.left_s())
            self.sock = self._context().wrap_socket(self.sock, server_hostname=host)
            self._is_private = True
        return self.getreply()

    def introduce(self) -> None:
        """Say who we are, after STARTTLS where that is wanted."""
        self.ehlo_or_helo_if_needed()
        wants, is_offered = self._server.encryption, self.has_extn("starttls")
        if wants == "starttls" or (wants == "optional" and is_offered):
            self.starttls(context=self._context())
            self._is_private = True
            self.ehlo_or_helo_if_needed()
        if self._server.user:
            self._log_in()

    def leave(self) -> None:
        """Say goodbye; how that ends changes nothing."""
        self._deadline = Deadline(_GOODBYE_S)
        with suppress(OSError, smtplib.SMTPException):
            self.quit()
        self.close()

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply, of at most so many bytes."""
        self.file = _Lines(self.sock, self._deadline, kept=getattr(self.file, "kept", b""))  # type: ignore[arg-type]
        return super().getreply()

    def send(self, s: Any) -> None:
        """Send all of ``s``."""
        if self.sock:
            self.sock.settimeout(self._deadline.left_s())
        super().send(s)

    def _context(self) -> ssl.SSLContext:
        import ssl

        return self._server.tls or ssl.create_default_context()

    def _log_in(self) -> None:
        server, offered = self._server, str(self.esmtp_features.get("auth", "")).split()
        if server.secret and ("CRAM-MD5" in offered or not server.password):
            self._auth_by_challenge(server.secret, offered)
            return
        if not (self._is_private or "CRAM-MD5" in offered or self._is_here()):
            msg = "a login without TLS would show the password on the way"
            raise smtplib.SMTPNotSupportedError(msg)
        self.login(server.user, server.password)

    def _auth_by_challenge(self, secret: str, offered: Sequence[str]) -> None:
        if "CRAM-MD5" not in offered:
            msg = "CRAM-MD5"
            raise smtplib.SMTPNotSupportedError(msg)
        self.user, self.password = self._server.user, secret
        self.auth("CRAM-MD5", self.auth_cram_md5)

    def _is_here(self) -> bool:
        """Return whether the server is on this machine, so that nobody listens on the way."""
        return self.sock is not None and ipaddress.ip_address(self.sock.getpeername()[0]).is_loopback


class _Lines:
    """The lines of one reply, as :mod:`smtplib` reads them."""

    def __init__(self, connection: socket.socket, deadline: Deadline, *, kept: bytes) -> None:
        self._socket = connection
        self._deadline = deadline
        self._left = _LONGEST_REPLY
        self.kept = kept

    def readline(self, limit: int) -> bytes:
        """Return a line with its end, or what there is of it at the end or at the limit."""
        while (end := self.kept.find(b"\n", 0, limit) + 1) == 0 and len(self.kept) < limit:
            part = self._more()
            if not part:
                end = len(self.kept)
                break
            self.kept += part
        line, self.kept = self.kept[: end or limit], self.kept[end or limit :]
        return line

    def close(self) -> None:
        """Close nothing: the connection is the session's."""

    def _more(self) -> bytes:
        if self._left <= 0:
            msg = "a reply without an end"
            raise OSError(msg)
        self._socket.settimeout(self._deadline.left_s())
        part = self._socket.recv(8192)
        self._left -= len(part)
        return part
