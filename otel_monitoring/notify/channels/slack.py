"""The channel that posts to Slack: by an incoming webhook, or as a bot with threads.

Source: Slack, Block Kit and ``chat.postMessage``.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.http_config import http_options
from otel_monitoring.notify.channels.slack_blocks import blocks, clipped, escaped
from otel_monitoring.notify.channels.slack_look import Look, look_of
from otel_monitoring.notify.messages import page, wording
from otel_monitoring.notify.texts import Filled
from otel_monitoring.notify.transport.address import check_stated
from otel_monitoring.notify.transport.http import HttpOptions, Poster
from otel_monitoring.notify.transport.refusal import said
from otel_monitoring.notify.transport.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.texts import Texts
    from otel_monitoring.notify.transport.http import Answer

API = "https://slack.com/api/chat.postMessage"
HOOKS = "https://hooks.slack.com/services/"

_MOST_THREADS = 1000
_LONGEST_FALLBACK = 3000
_TEMPORARY = frozenset(
    {
        *("ratelimited", "rate_limited", "fatal_error", "internal_error", "service_unavailable"),
        *("request_timeout", "team_added_to_org", "external_channel_migrating", "rollup_error"),
    }
)
"""What Slack says when the same message may be taken later; all else is about the message or the bot."""

_THREAD_IS_GONE = frozenset({"thread_not_found", "message_not_found", "cannot_reply_to_message"})
_WORD = re.compile(rb"[a-z_ ]{1,80}")


class SlackChannel:
    """Post each message; as a bot, what follows about a group goes into the thread of its first message.

    Args:
        url: The incoming webhook, or ``chat.postMessage``.
        clock: The time.
        texts: Fills in templates.
        token: The token of the bot; empty for an incoming webhook.
        look: How messages look.
        http: How requests are made.

    Raises:
        NotifyError: The URL is none, or a bot has no channel.
    """

    kind = "slack"

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        texts: Texts,
        token: str = "",
        look: Look | None = None,
        http: HttpOptions | None = None,
    ) -> None:
        self._url = url
        self._token = token
        self._look = look or Look()
        self._texts = texts
        place = f" {self._look.channel}" if self._look.channel else ""
        target = target_of(url, "api_url")
        check_stated(target.host, allow_private=http is None or http.allow_private)
        self._shown = f"slack{place} {target.shown()}"
        if token and not self._look.channel:
            msg = "slack: channel: missing, a bot needs one"
            raise NotifyError(msg)
        self._poster = Poster(clock=clock, options=http)
        self.close = self._poster.close
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._threads: OrderedDict[tuple[str, str], str] = OrderedDict()

    def after_fork(self) -> None:
        """Leave connections and threads to the parent process."""
        self._begin()
        self._poster.after_fork()

    def send(self, message: Message, /) -> None:
        """Post ``message``.

        Raises:
            NotifyError: Slack did not take it.
        """
        body = self.body(message)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = self._poster.post(
            self._url, json.dumps(body).encode(), headers=headers, shown=self._shown, explain=_explained
        )
        if self._token:
            self._understand(body, message, answer)

    def body(self, message: Message) -> dict[str, Any]:
        """Return what is posted for ``message``."""
        fill, look = Filled(self._texts, message), self._look
        severity = message.common_labels.get("severity", "")
        edge = fill(look.color) or page.colour(message.status, severity)
        attachment = None if message.document else look.attachment(fill)
        shown = attachment or {"blocks": blocks(message, self._texts.zone)}
        body: dict[str, Any] = {
            "channel": fill(look.channel),
            "username": fill(look.username),
            "icon_emoji": fill(look.icon_emoji),
            "icon_url": fill(look.icon_url),
            "text": "" if attachment else clipped(escaped(wording.headline(message)), _LONGEST_FALLBACK),
            "link_names": look.link_names,
            "attachments": [{"color": edge, **shown}],
        }
        with self._lock:
            thread = self._threads.get((message.group_id, body["channel"]))
        if thread:
            body |= {"thread_ts": thread, "reply_broadcast": message.status == "resolved"}
        told = {name: value for name, value in body.items() if value}
        return {**told, "unfurl_links": False, "unfurl_media": False}  # or Slack follows links that act

    def threads(self) -> OrderedDict[tuple[str, str], str]:
        """Return the ``ts`` of the first message of each group that is not resolved, and where it stands."""
        with self._lock:
            return self._threads.copy()

    def succeed(self, older: object) -> None:
        """Go on with the threads of the channel whose place this takes."""
        if isinstance(older, SlackChannel):
            self._threads = older.threads()

    def __repr__(self) -> str:
        """Write where messages go, without the webhook's path or the token."""
        return self._shown

    def _understand(self, body: Mapping[str, Any], message: Message, answer: Answer) -> None:
        """Read what Slack says to a bot: a refusal is an answer of 200 as well."""
        try:
            told = json.loads(answer.body)
            is_taken, error, thread = told.get("ok"), str(told.get("error", "")), told.get("ts")
        except (ValueError, AttributeError):
            is_taken, error, thread = False, "fatal_error", None
        place = (message.group_id, str(body["channel"]))
        with self._lock:
            if is_taken:
                self._remember(message, place, thread)
                return
            lost_thread = error in _THREAD_IS_GONE and self._threads.pop(place, None) is not None
        may_retry = lost_thread or error in _TEMPORARY
        msg = f"{self._shown} refused: {error[:80]}"
        raise NotifyError(msg, retry_after_s=self._poster.wait_s(answer.retry_after) if may_retry else None)

    def _remember(self, message: Message, place: tuple[str, str], thread: object) -> None:
        """Keep the first message of a group as its thread, until the group is resolved."""
        if message.status == "resolved":
            self._threads.pop(place, None)
        elif isinstance(thread, str):
            self._threads.setdefault(place, thread)
            self._threads.move_to_end(place)
            while len(self._threads) > _MOST_THREADS:
                self._threads.popitem(last=False)


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``slack_configs`` entry."""
    texts = made.wording()
    token = options.secret("app_token")
    url = options.text("app_url", API) if token else options.needed_secret("api_url")
    look = look_of(options, texts)
    options.skip("app_url", "api_url", "api_url_file")
    http = http_options(options, made.http())
    if token and not look.channel:
        raise options.wrong(name="channel", expected="the channel that the bot posts to")
    return SlackChannel(url, clock=made.clock, texts=texts, token=token, look=look, http=http)


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``slack://T…/B…/secret``, or of a bot, ``slack://xoxb-token/channel``."""
    parts = urlsplit(url)
    names = [unquote(part) for part in (parts.netloc + parts.path).split("/") if part]
    options = {"clock": made.clock, "texts": made.wording(), "http": made.http()}
    if len(names) == len(("team", "bot", "secret")) and names[0].startswith("T"):
        return SlackChannel(HOOKS + "/".join(names), **options)  # type: ignore[arg-type]
    if names and names[0].startswith("xox"):
        look = Look(channel=parts.fragment or "".join(names[1:2]))
        return SlackChannel(API, token=names[0], look=look, **options)  # type: ignore[arg-type]
    msg = "slack://: expected slack://T…/B…/secret of a webhook, or slack://xoxb-token/channel of a bot"
    raise NotifyError(msg)


def _explained(body: bytes) -> str:
    """Return the word with which Slack refuses; a page is no word."""
    return body.decode() if _WORD.fullmatch(body) else said(body, "error")
