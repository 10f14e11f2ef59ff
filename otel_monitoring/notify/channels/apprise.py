"""The channel for SMS, chats and a hundred other services, through Apprise.

Apprise has no overall time limit, so it is called in a thread that is left alone when it takes too long.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from otel_monitoring.errors import MissingExtraError, NotifyError
from otel_monitoring.notify.messages import wording
from otel_monitoring.notify.texts import Filled
from otel_monitoring.notify.transport.bounded import Bounded
from otel_monitoring.notify.transport.quiet import quiet

if TYPE_CHECKING:
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.texts import Texts


_TALKERS = ("apprise", "urllib3.connectionpool", "urllib3.util.retry", "requests_oauthlib")
"""Loggers that write down where a message goes."""


class AppriseChannel:
    """Send each message as a title and a text to an Apprise URL.

    Args:
        url: Apprise's own, such as ``tgram://token/chat``; never shown but for its scheme.
        texts: Fills in templates.
        kind: What people know the service as.
        title: The template of the title; empty for our own.
        body: The template of the text; empty for our own.
        body_format: ``text`` or ``html``, for a template of the text.
        timeout_s: The longest time of one message.

    Raises:
        MissingExtraError: Apprise is not installed.
        NotifyError: Apprise does not know the URL.
    """

    def __init__(
        self,
        url: str,
        *,
        texts: Texts,
        kind: str = "apprise",
        title: str = "",
        body: str = "",
        body_format: str = "text",
        timeout_s: float = 30,
    ) -> None:
        self.kind = kind
        self._scheme = urlsplit(url).scheme
        self._texts = texts
        self._title = title
        self._body = body
        self._format = body_format
        self._service = self._known(url)
        self._bounded = Bounded(f"apprise {self._scheme}", timeout_s=timeout_s)
        self.after_fork = self._bounded.after_fork

    def send(self, message: Message, /) -> None:
        """Send ``message``.

        Raises:
            NotifyError: The service did not take it, or takes too long; either may be tried again.
        """
        fill = Filled(self._texts, message)
        title = fill(self._title) if self._title else wording.headline(message)
        body = fill(self._body) if self._body else _short(message, self._texts)
        sort = "success" if message.status == "resolved" else "failure"
        with quiet(*_TALKERS):
            was_taken = self._bounded.call(
                lambda: self._service.notify(
                    body=body or title, title=title, notify_type=sort, body_format=self._format
                )
            )
        if not was_taken:
            msg = f"{self!r} did not take the message"
            raise NotifyError(msg, retry_after_s=0)

    def __repr__(self) -> str:
        """Write which service it is."""
        return f"{self.kind} {self._scheme}://…"

    def _known(self, url: str) -> Any:
        package, needed_for = "apprise", f"the channel {self._scheme}://"
        try:
            apprise = import_module(package)
        except ImportError:
            raise MissingExtraError(package, extra="notify", needed_for=needed_for) from None
        service = apprise.Apprise()
        with quiet(*_TALKERS):
            is_known = service.add(url)
        if not is_known:
            msg = f"{self._scheme}://: expected a URL as Apprise documents it"
            raise NotifyError(msg)
        return service


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of ``{url: …, title: …, body: …}``."""
    texts = made.wording()
    return AppriseChannel(
        options.needed_secret("url"),
        texts=texts,
        title=options.template("title", "", texts.check),
        body=options.template("body", "", texts.check),
        timeout_s=options.seconds("timeout", made.timeout_s),
    )


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``apprise+<Apprise's URL>``, or of one whose scheme only Apprise knows."""
    return AppriseChannel(url.removeprefix("apprise+"), texts=made.wording(), timeout_s=made.timeout_s)


def _short(message: Message, texts: Texts) -> str:
    """Return the text without the title, which the service shows by itself."""
    return wording.plain(message, texts.zone).partition("\n\n")[2].strip()
