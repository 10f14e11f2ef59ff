"""Writing a message as a mail: text and HTML, with charts inside, one thread for each group of alerts.

Source: RFC 5322, RFC 3834 (automatic mail), RFC 2919 (List-Id).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.messages import chart, page, wording
from otel_monitoring.notify.texts import Filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.document import Document
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.texts import Texts

OURS = frozenset({"message-id", "references", "in-reply-to", "date", "mime-version", "bcc", "received"})
"""Headers that nobody but us may set; neither may those that begin with ``content-``."""

_SUBJECT = '{{ template "email.default.subject" . }}'
_LONGEST_HEADER = 900
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail looks like.

    Attributes:
        sender: Who it is from.
        to: Who gets it, separated by commas.
        headers: Further headers; templates. ``Subject`` is one of them, and ``From`` and ``To`` change what
            is shown, not where it goes.
        html: The template of its HTML; empty for our own.
        text: The template of its plain text; empty for our own.
        has_threads: Whether the mails of a group belong to one thread.
        by_date: Whether a thread is that of one day.
    """

    sender: str
    to: str
    headers: Mapping[str, str] = field(default_factory=dict)
    html: str = ""
    text: str = ""
    has_threads: bool = True
    by_date: bool = False


def write(letter: Letter, message: Message, *, texts: Texts, now_ms: int) -> EmailMessage:
    """Return ``message`` as a mail; whatever it tells, no header comes to be or ends early."""
    fill, document = Filled(texts, message), message.document
    mail = EmailMessage()
    domain = _domain(addresses(letter.sender, "from")[0])
    automatic = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    shown = {"From": letter.sender, "To": letter.to, "Subject": _SUBJECT, **automatic}
    for name, text in {**shown, **_titled(letter.headers)}.items():
        is_title = document is not None and name == "Subject"
        mail[name] = _header(wording.headline(message) if is_title else fill(text))
    mail["List-Id"] = f"<{_slug(message.receiver)}.alerts.{domain}>"
    mail["Message-ID"] = f"<{_identity(message.key)}@{domain}>"
    mail["Date"] = format_datetime(datetime.fromtimestamp(now_ms // 1000, UTC))
    if letter.has_threads:
        mail["In-Reply-To"] = mail["References"] = f"<{_thread(letter, message, now_ms)}@{domain}>"
    if document is not None:
        _add_document(mail, document)
        return mail
    text = fill(letter.text) if letter.text else wording.plain(message, texts.zone)
    mail.set_content(_printable(text))
    _add_page(mail, letter, message, fill)
    return mail


def addresses(text: str, what: str) -> list[str]:
    """Return the addresses of mail in ``text``.

    Raises:
        NotifyError: There is none, or one that is none.
    """
    found = [address for _, address in getaddresses([text])]
    if not found or any(not _is_address(address) for address in found):
        msg = f"{what}: {text!r}: expected addresses of mail, separated by commas"
        raise NotifyError(msg)
    return list(dict.fromkeys(found))


def _is_address(text: str) -> bool:
    name, separator, domain = text.partition("@")
    return (
        bool(name and separator and domain) and "@" not in domain and text.isprintable() and " " not in text
    )


def _add_page(mail: EmailMessage, letter: Letter, message: Message, fill: Filled) -> None:
    if letter.html:
        mail.add_alternative(_printable(fill(letter.html, in_html=True)), subtype="html")
        return
    charts = _charts(message)
    names = {name: f"cid:{name}@chart" for name in charts}
    html_text = page.html(message, fill.texts.zone, charts=names)
    mail.add_alternative(_printable(html_text), subtype="html")
    html = mail.get_payload()[-1]  # type: ignore[index]
    for name, image in charts.items():
        html.add_related(image, "image", "png", cid=f"<{name}@chart>", filename=f"{name}.png")  # type: ignore[union-attr]


def _add_document(mail: EmailMessage, document: Document) -> None:
    """Write a document; its page comes as a file as well, since mail readers leave out its charts."""
    mail.set_content(_printable(document.markdown))
    page_text = _printable(document.html)
    mail.add_alternative(page_text, subtype="html")
    mail.add_attachment(page_text.encode(), "text", "html", filename=f"{document.name}.html")


def _charts(message: Message) -> dict[str, bytes]:
    images = {
        alert.fingerprint: chart.png(alert.evidence.curve)
        for alert in message.alerts[: page.MOST_CARDS]
        if alert.evidence and alert.evidence.curve
    }
    return {name: image for name, image in images.items() if image}


def _titled(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.title(): text for name, text in headers.items()}


def _header(text: str) -> str:
    return _printable(wording.one_line(text))[:_LONGEST_HEADER]


def _printable(text: str) -> str:
    """Return ``text`` without what no mail may hold: control characters, halves of characters."""
    return _UNPRINTABLE.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))


def _identity(key: str) -> str:
    return key if _ID.fullmatch(key) else hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _thread(letter: Letter, message: Message, now_ms: int) -> str:
    day = f"-{datetime.fromtimestamp(now_ms // 1000, UTC):%Y-%m-%d}" if letter.by_date else ""
    return message.group_id[:32] + day


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "receiver"


def _domain(address: str) -> str:
    """Return the domain of an address as it may stand in a header of ASCII."""
    domain = address.rpartition("@")[2]
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return "localhost"
