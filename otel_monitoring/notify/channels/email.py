"""The channel that sends mail over SMTP."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.http_config import tls_context
from otel_monitoring.notify.channels.letter import OURS, Letter, addresses, write
from otel_monitoring.notify.transport.address import check_stated
from otel_monitoring.notify.transport.smtp import PORTS, Encryption, Server, hand_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from email.message import EmailMessage

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.texts import Texts

_log = logging.getLogger(__name__)

_PERMANENT = range(500, 600)
_MOST_PROGRESSES = 1000
_MOST_NAMED = 3
_ENCRYPTIONS: tuple[Encryption, ...] = ("starttls", "tls", "optional", "none")


class EmailChannel:
    """Send each message as one mail, as text and as HTML.

    Recipients whom the server wants later are tried again alone, and those whom it refuses for good while it
    takes others are told to the log: the others have the mail already.

    Args:
        server: Where mail is handed in.
        letter: What it looks like.
        clock: The time, for the date of a mail.
        texts: Fills in templates.
        timeout_s: The longest time of the whole conversation.

    Raises:
        NotifyError: An address is none.
    """

    kind = "email"

    def __init__(
        self, server: Server, letter: Letter, *, clock: Clock, texts: Texts, timeout_s: float = 10
    ) -> None:
        check_stated(server.host, allow_private=server.allow_private)
        self._server = server
        self._letter = letter
        self._clock = clock
        self._texts = texts
        self._timeout_s = timeout_s
        self._sender = addresses(letter.sender, "from")[0]
        self._to = addresses(letter.to, "to")
        self.after_fork()

    def after_fork(self) -> None:
        """Forget in a child process who still waits for a mail of the parent."""
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, list[str]] = OrderedDict()

    def succeed(self, older: object) -> None:
        """Go on where the channel whose place this takes left recipients for later."""
        if isinstance(older, EmailChannel):
            self._waiting = older.waiting()

    def waiting(self) -> OrderedDict[str, list[str]]:
        """Return who is still to get a mail that others have, by the key of the message."""
        with self._lock:
            return self._waiting.copy()

    def send(self, message: Message, /) -> None:
        """Hand ``message`` to the mail server.

        Raises:
            NotifyError: The server did not take it, or not for every recipient.
        """
        with self._lock:
            to = self._waiting.get(message.key, self._to)
        mail = self.mail(message)
        refused = hand_in(self._server, mail, sender=self._sender, to=to, timeout_s=self._timeout_s)
        later = [address for address, code in refused.items() if code not in _PERMANENT]
        with self._lock:
            is_repeated = message.key in self._waiting
            self._remember(message.key, later)
        if not refused:
            return
        msg = f"{self._server.where} refused {_told(refused, to)}"
        if later:
            raise NotifyError(msg, retry_after_s=0)
        if len(refused) == len(to) and not is_repeated:
            raise NotifyError(msg)
        _log.warning("%s; the others have the mail", msg)  # a failure would send it to them again

    def mail(self, message: Message) -> EmailMessage:
        """Return ``message`` as a mail."""
        return write(self._letter, message, texts=self._texts, now_ms=self._clock.now_ms())

    def __repr__(self) -> str:
        """Write who gets mail."""
        return f"mailto:{','.join(self._to)} by {self._server.host}"

    def _remember(self, key: str, later: list[str]) -> None:
        self._waiting.pop(key, None)
        if later:
            self._waiting[key] = later
        while len(self._waiting) > _MOST_PROGRESSES:
            self._waiting.popitem(last=False)


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of an ``email_configs`` entry."""
    texts = made.wording()
    host, port = _smarthost(options)
    server = Server(
        host=host,
        port=port,
        encryption=_encryption(options, port),
        user=options.text("auth_username") or options.text("auth_identity"),
        password=options.secret("auth_password"),
        secret=options.secret("auth_secret"),
        hello=options.text("hello"),
        tls=tls_context(options.mapping("tls_config")) if options.has("tls_config") else None,
    )
    options.skip("tls_config", "auth_identity")
    threads = options.mapping("threading")
    by_date = "daily" if threads.flag("enabled") else "none"  # as Alertmanager has it
    letter = Letter(
        sender=options.needed("from"),
        to=options.needed("to"),
        headers=_headers(options, texts),
        html=_own(options.template("html", "", texts.check), "email.default.html"),
        text=options.template("text", "", texts.check),
        has_threads=threads.flag("enabled", default=True),
        by_date=threads.one_of("thread_by_date", by_date, ("daily", "none")) == "daily",
    )
    threads.finish()
    timeout_s = options.seconds("timeout", made.timeout_s)
    options.checked("from", letter.sender, lambda text: addresses(text, "from"))
    options.checked("to", letter.to, lambda text: addresses(text, "to"))
    return EmailChannel(server, letter, clock=made.clock, texts=texts, timeout_s=timeout_s)


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``mailto://user:password@host:port/?to=…&from=…&encryption=starttls``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit("mailto://"), None
    query = {name: ",".join(texts) for name, texts in parse_qs(parts.query).items()}
    encryption: Encryption | None = "tls" if parts.scheme == "mailtos" else _asked(query)
    user = unquote(parts.username or "")
    sender = query.pop("from", user)
    to = query.pop("to", sender)
    unknown = sorted(query.keys() - {"encryption", "starttls"})
    if not parts.hostname or "@" not in to or unknown or encryption is None:
        msg = (
            "mailto://: expected user:password@host:port/?to=…&from=…"
            "&encryption=starttls, tls, optional or none"
        )
        raise NotifyError(msg)
    server = Server(
        host=parts.hostname,
        port=port or PORTS[encryption],
        encryption=encryption,
        user=user,
        password=unquote(parts.password or ""),
    )
    letter = Letter(sender=sender, to=to)
    return EmailChannel(server, letter, clock=made.clock, texts=made.wording(), timeout_s=made.timeout_s)


def _told(refused: Mapping[str, int], to: Sequence[str]) -> str:
    named = ", ".join(f"{address} ({code})" for address, code in list(refused.items())[:_MOST_NAMED])
    return f"{len(refused)} of {len(to)} recipients: {named}"


def _asked(query: Mapping[str, str]) -> Encryption | None:
    """Return what a URL asks for; ``None`` for what there is not."""
    if query.get("starttls", "").lower() in ("no", "false", "0"):
        return "none"
    asked = query.get("encryption", "starttls")
    return next((known for known in _ENCRYPTIONS if known == asked), None)


def _smarthost(options: Options) -> tuple[str, int]:
    host, _, port = options.needed("smarthost").rpartition(":")
    if not host or not port.isdigit():
        raise options.wrong(name="smarthost", expected="host:port")
    return host.strip("[]"), int(port)


def _encryption(options: Options, port: int) -> Encryption:
    needs_tls = options.flag("require_tls", default=True)
    implicit = options.flag("force_implicit_tls", default=port == PORTS["tls"])
    if implicit:
        return "tls"
    return "starttls" if needs_tls else "none"


def _headers(options: Options, texts: Texts) -> dict[str, str]:
    headers = options.texts("headers")
    for name, text in headers.items():
        options.checked(f"headers.{name}", text, texts.check)
        if not all(character.isalnum() or character == "-" for character in name) or not name.isascii():
            raise options.wrong(name="headers", expected=f"a header's name instead of {name!r}")
        if name.lower() in OURS or name.lower().startswith("content-"):
            raise options.wrong(
                name="headers", expected=f"others than {name}, which every mail has by itself"
            )
    return headers


def _own(template: str, default: str) -> str:
    """Return a template; nothing where it calls the default one, in whose place ours stands."""
    return "" if f'"{default}"' in template else template
