"""The channel that sends mail over SMTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, getaddresses
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.address import allowed_addresses
from otel_monitoring.notify.channels.http_config import tls_context
from otel_monitoring.notify.messages import chart, page, wording
from otel_monitoring.notify.texts import Filled

if TYPE_CHECKING:
    import smtplib
    import ssl
    from collections.abc import Mapping

    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.texts import Texts

Encryption: TypeAlias = Literal["none", "starttls", "tls"]

_PORTS: dict[Encryption, int] = {"none": 25, "starttls": 587, "tls": 465}
_SUBJECT = '{{ template "email.default.subject" . }}'
_OURS = frozenset({"from", "to", "subject", "message-id", "references", "in-reply-to", "date"})
_TEMPORARY = range(400, 500)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and who we are to it.

    Attributes:
        host: Its name.
        port: Its port.
        encryption: ``tls`` from the first byte, ``starttls`` before anything is said, or ``none``.
        user: Who logs in; empty for nobody.
        password: That user's password.
        hello: What we call ourselves; empty for the name of this machine.
        tls: How it is verified; ``None`` for the usual way.
    """

    host: str
    port: int
    encryption: Encryption = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    hello: str = ""
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail looks like.

    Attributes:
        sender: Who it is from.
        to: Who gets it, separated by commas.
        headers: Further headers; templates. ``Subject`` is one of them.
        html: The template of its HTML; empty for our own.
        text: The template of its plain text; empty for our own.
        has_threads: Whether the mails of a group belong to one thread.
    """

    sender: str
    to: str
    headers: Mapping[str, str] = field(default_factory=dict)
    html: str = ""
    text: str = ""
    has_threads: bool = True


class EmailChannel:
    """Send each message as one mail, as text and as HTML.

    Args:
        server: Where mail is handed in.
        letter: What it looks like.
        texts: Fills in templates.
        timeout_s: The longest time of each step of the conversation.
        allow_private: Whether the server may have a private address.

    Raises:
        NotifyError: An address is none.
    """

    kind = "email"

    def __init__(
        self,
        server: Server,
        letter: Letter,
        *,
        texts: Texts,
        timeout_s: float = 10,
        allow_private: bool = True,
    ) -> None:
        self._server = server
        self._letter = letter
        self._texts = texts
        self._timeout_s = timeout_s
        self._allow_private = allow_private
        self._sender = _addresses(letter.sender, "from")[0]
        self._to = _addresses(letter.to, "to")

    def send(self, message: Message, /) -> None:
        """Hand ``message`` to the mail server.

        Raises:
            NotifyError: The server did not take it, or not for every recipient.
        """
        import smtplib

        mail = self.mail(message)
        where = f"mail server {self._server.host}:{self._server.port}"
        try:
            with self._connected() as connection:
                refused = connection.send_message(mail, self._sender, self._to)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            msg = f"{where} refused the recipients with {codes[0]}"
            raise NotifyError(msg, retry_after_s=_retry(min(codes))) from None
        except smtplib.SMTPResponseException as error:
            msg = f"{where} answered {error.smtp_code} ({type(error).__name__})"
            raise NotifyError(msg, retry_after_s=_retry(error.smtp_code)) from None
        except smtplib.SMTPNotSupportedError as error:
            msg = f"{where} does not offer what is asked for: {error}"
            raise NotifyError(msg) from None
        except (OSError, smtplib.SMTPException) as error:
            msg = f"{where} gave no answer: {type(error).__name__}"
            raise NotifyError(msg, retry_after_s=0) from None
        if refused:  # the others have it: another try would send it to them twice
            msg = f"{where} refused {len(refused)} of {len(self._to)} recipients"
            raise NotifyError(msg)

    def mail(self, message: Message) -> EmailMessage:
        """Return ``message`` as a mail."""
        fill = Filled(self._texts, message)
        mail = EmailMessage()
        mail["From"] = wording.one_line(self._letter.sender)
        mail["To"] = wording.one_line(self._letter.to)
        for name, text in {"Subject": _SUBJECT, **self._letter.headers}.items():
            mail[name] = wording.one_line(fill(text))
        domain = self._sender.rpartition("@")[2]
        mail["Message-ID"] = f"<{message.key}@{domain}>"
        if self._letter.has_threads:
            thread = message.group_id[:32]
            mail["In-Reply-To"] = mail["References"] = f"<{thread}@{domain}>"
        mail["Date"] = formatdate()
        mail["Auto-Submitted"] = "auto-generated"
        text = fill(self._letter.text) if self._letter.text else wording.plain(message, self._texts.zone)
        mail.set_content(text)
        self._add_page(mail, message, fill)
        return mail

    def __repr__(self) -> str:
        """Write who gets mail."""
        return f"mailto:{','.join(self._to)} by {self._server.host}"

    def _add_page(self, mail: EmailMessage, message: Message, fill: Filled) -> None:
        if self._letter.html:
            mail.add_alternative(fill(self._letter.html, in_html=True), subtype="html")
            return
        charts = _charts(message)
        names = {name: f"cid:{name}@chart" for name in charts}
        mail.add_alternative(page.html(message, self._texts.zone, charts=names), subtype="html")
        html = mail.get_payload()[-1]  # type: ignore[index]
        for name, image in charts.items():
            html.add_related(image, "image", "png", cid=f"<{name}@chart>", filename=f"{name}.png")  # type: ignore[union-attr]

    def _connected(self) -> smtplib.SMTP:
        import smtplib

        server = self._server
        allowed_addresses(server.host, server.port, allow_private=self._allow_private)
        hello, context = server.hello or None, server.tls or _context()
        if server.encryption == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, hello, timeout=self._timeout_s, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, hello, timeout=self._timeout_s)
        try:
            if server.encryption == "starttls":
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


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
        hello=options.text("hello"),
        tls=tls_context(options.mapping("tls_config")) if options.has("tls_config") else None,
    )
    options.refuse("CRAM-MD5 is broken", "auth_secret", "auth_secret_file")
    options.skip("tls_config", "auth_identity")
    threading = options.mapping("threading")
    letter = Letter(
        sender=options.needed("from"),
        to=options.needed("to"),
        headers=_headers(options, texts),
        html=_own(options.template("html", "", texts.check), "email.default.html"),
        text=options.template("text", "", texts.check),
        has_threads=threading.flag("enabled", default=True),
    )
    timeout_s = options.seconds("timeout", made.timeout_s)
    options.checked("from", letter.sender, lambda text: _addresses(text, "from"))
    options.checked("to", letter.to, lambda text: _addresses(text, "to"))
    return EmailChannel(server, letter, texts=texts, timeout_s=timeout_s, allow_private=made.allow_private)


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``mailto://user:password@host:port/?to=…&from=…&encryption=starttls``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit("mailto://"), None
    query = {name: ",".join(texts) for name, texts in parse_qs(parts.query).items()}
    encryption: Encryption = "tls" if parts.scheme == "mailtos" else _asked(query)
    user = unquote(parts.username or "")
    sender = query.pop("from", user)
    to = query.pop("to", sender)
    unknown = sorted(query.keys() - {"encryption", "starttls"})
    if not parts.hostname or "@" not in to or unknown:
        msg = "mailto://: expected user:password@host:port/?to=…&from=…&encryption=starttls, tls or none"
        raise NotifyError(msg)
    server = Server(
        host=parts.hostname,
        port=port or _PORTS[encryption],
        encryption=encryption,
        user=user,
        password=unquote(parts.password or ""),
    )
    return EmailChannel(
        server,
        Letter(sender=sender, to=to),
        texts=made.wording(),
        timeout_s=made.timeout_s,
        allow_private=made.allow_private,
    )


def _asked(query: Mapping[str, str]) -> Encryption:
    if query.get("starttls", "").lower() in ("no", "false", "0"):
        return "none"
    asked = query.get("encryption", "starttls")
    if asked == "tls":
        return "tls"
    return "none" if asked == "none" else "starttls"


def _smarthost(options: Options) -> tuple[str, int]:
    host, _, port = options.needed("smarthost").rpartition(":")
    if not host or not port.isdigit():
        raise options.wrong(name="smarthost", expected="host:port")
    return host.strip("[]"), int(port)


def _encryption(options: Options, port: int) -> Encryption:
    needs_tls = options.flag("require_tls", default=True)
    implicit = options.flag("force_implicit_tls", default=port == _PORTS["tls"])
    if implicit:
        return "tls"
    return "starttls" if needs_tls else "none"


def _headers(options: Options, texts: Texts) -> dict[str, str]:
    headers = {name.title(): text for name, text in options.texts("headers").items()}
    for name, text in headers.items():
        options.checked(f"headers.{name}", text, texts.check)
        if not all(character.isalnum() or character == "-" for character in name):
            raise options.wrong(name="headers", expected=f"a header's name instead of {name!r}")
    return {name: text for name, text in headers.items() if name.lower() not in _OURS - {"subject"}}


def _own(template: str, default: str) -> str:
    """Return a template; nothing where it calls the default one, in whose place ours stands."""
    return "" if f'"{default}"' in template else template


def _addresses(text: str, what: str) -> list[str]:
    found = [address for _, address in getaddresses([text])]
    if not found or any(address.count("@") != 1 or not address.isprintable() for address in found):
        msg = f"{what}: {text!r}: expected addresses of mail, separated by commas"
        raise NotifyError(msg)
    return found


def _charts(message: Message) -> dict[str, bytes]:
    images = {
        alert.fingerprint: chart.png(alert.evidence.curve)
        for alert in message.alerts[: wording.MOST_TOLD]
        if alert.evidence and alert.evidence.curve
    }
    return {name: image for name, image in images.items() if image}


def _context() -> ssl.SSLContext:
    import ssl

    return ssl.create_default_context()


def _retry(code: int) -> float | None:
    return 0 if code in _TEMPORARY else None
