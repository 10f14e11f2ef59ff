"""The channel that posts to Slack: by an incoming webhook, or as a bot with threads.

Source: Slack, Block Kit and ``chat.postMessage``.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.http import HttpOptions, Poster
from otel_monitoring.notify.channels.http_config import http_options
from otel_monitoring.notify.channels.target import target_of
from otel_monitoring.notify.messages import page, wording
from otel_monitoring.notify.texts import Filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message, MessageAlert
    from otel_monitoring.notify.texts import Texts

API = "https://slack.com/api/chat.postMessage"
HOOKS = "https://hooks.slack.com/services/"

_MOST_THREADS = 1000
_LONGEST_TEXT = 2900
_LONGEST_HEADER = 150
_TEMPORARY = frozenset(
    {"ratelimited", "rate_limited", "fatal_error", "internal_error", "service_unavailable", "request_timeout"}
)
_ATTACHED = {
    "title": '{{ template "slack.default.title" . }}',
    "title_link": '{{ template "slack.default.titlelink" . }}',
    "pretext": '{{ template "slack.default.pretext" . }}',
    "text": '{{ template "slack.default.text" . }}',
    "fallback": '{{ template "slack.default.fallback" . }}',
    "callback_id": '{{ template "slack.default.callbackid" . }}',
    "footer": '{{ template "slack.default.footer" . }}',
    "image_url": "",
    "thumb_url": "",
}
"""The texts of an attachment, and what they are where a configuration leaves them out."""


@dataclass(frozen=True, slots=True)
class Look:
    """How messages look; every text is a template.

    Attributes:
        channel: Where they appear; the webhook's own channel where it is empty.
        username: Who they are from.
        icon_emoji: That one's picture, as an emoji.
        icon_url: That one's picture.
        color: The colour of the edge; empty for that of the severity.
        attached: Texts of an attachment in place of our own blocks, as ``slack_configs`` has them.
        fields: Short texts with ``title``, ``value`` and ``short``.
        actions: Buttons, as Slack takes them.
        link_names: Whether names become links.
    """

    channel: str = ""
    username: str = ""
    icon_emoji: str = ""
    icon_url: str = ""
    color: str = ""
    attached: Mapping[str, str] = field(default_factory=dict)
    fields: Sequence[Mapping[str, Any]] = ()
    actions: Sequence[Mapping[str, Any]] = ()
    link_names: bool = False


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
        self._shown = f"slack{place} {target_of(url, 'api_url').shown()}"
        if token and not self._look.channel:
            msg = "slack: channel: missing, a bot needs one"
            raise NotifyError(msg)
        self._poster = Poster(clock=clock, options=http)
        self.close = self._poster.close
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._threads: OrderedDict[str, str] = OrderedDict()

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
        answer = self._poster.post(self._url, json.dumps(body).encode(), headers=headers, shown=self._shown)
        if self._token:
            self._understand(message, answer.body, answer.retry_after)

    def body(self, message: Message) -> dict[str, Any]:
        """Return what is posted for ``message``."""
        fill, look = Filled(self._texts, message), self._look
        severity = message.common_labels.get("severity", "")
        edge = fill(look.color) or page.colour(message.status, severity)
        attachment = self._attachment(fill) if look.attached or look.fields or look.actions else None
        body: dict[str, Any] = {
            "channel": fill(look.channel),
            "username": fill(look.username),
            "icon_emoji": fill(look.icon_emoji),
            "icon_url": fill(look.icon_url),
            "text": "" if attachment else escaped(wording.headline(message)),
            "link_names": look.link_names,
            "attachments": [{"color": edge, **(attachment or {"blocks": self._blocks(message)})}],
        }
        with self._lock:
            thread = self._threads.get(message.group_id)
        if thread:
            body |= {"thread_ts": thread, "reply_broadcast": message.status == "resolved"}
        return {name: value for name, value in body.items() if value}

    def __repr__(self) -> str:
        """Write where messages go, without the webhook's path or the token."""
        return self._shown

    def _attachment(self, fill: Filled) -> dict[str, Any]:
        texts = fill.all({**_ATTACHED, **self._look.attached})
        return {
            **{name: text for name, text in texts.items() if text},
            "mrkdwn_in": ["fallback", "pretext", "text"],
            "fields": [_filled(one, fill) for one in self._look.fields],
            "actions": [_filled(one, fill) for one in self._look.actions],
        }

    def _blocks(self, message: Message) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = [
            {"type": "header", "text": _plain(wording.headline(message)[:_LONGEST_HEADER])}
        ]
        for alert in message.alerts[: wording.MOST_TOLD]:
            blocks += self._alert(alert)
        more = wording.left_out(message)
        if more:
            blocks.append({"type": "context", "elements": [_plain(f"and {more} more")]})
        return blocks

    def _alert(self, alert: MessageAlert) -> list[dict[str, Any]]:
        mark = ":white_check_mark: " if alert.status == "resolved" else ""
        lines = [f"{mark}*{escaped(wording.summary(alert))}*", escaped(wording.description(alert))]
        lines += [f"{name}: {escaped(text)}" for name, text in wording.facts(alert, self._texts.zone)]
        lines += [f"Trace: `{escaped(trace_id)}`" for trace_id, url in alert.traces if not url]
        links = " · ".join(f"<{_linked(url)}|{name}>" for name, url in wording.links(alert))
        text = "\n".join(line for line in lines if line)[:_LONGEST_TEXT]
        sections = [text, links[:_LONGEST_TEXT]]
        return [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in sections if part]

    def _understand(self, message: Message, body: bytes, retry_after: str) -> None:
        """Read what Slack says to a bot: a refusal is an answer of 200 as well."""
        try:
            said = json.loads(body)
            is_taken, error, thread = said.get("ok"), str(said.get("error", "")), said.get("ts")
        except (ValueError, AttributeError):
            is_taken, error, thread = False, "fatal_error", None
        if not is_taken:
            msg = f"{self._shown} refused: {error[:80]}"
            wait_s = self._poster.wait_s(retry_after) if error in _TEMPORARY else None
            raise NotifyError(msg, retry_after_s=wait_s)
        with self._lock:
            self._remember(message, thread)

    def _remember(self, message: Message, thread: object) -> None:
        if message.status == "resolved":
            self._threads.pop(message.group_id, None)
        elif isinstance(thread, str):
            self._threads.setdefault(message.group_id, thread)
            self._threads.move_to_end(message.group_id)
            while len(self._threads) > _MOST_THREADS:
                self._threads.popitem(last=False)


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``slack_configs`` entry."""
    texts = made.wording()
    token = options.secret("app_token")
    url = options.text("app_url", API) if token else options.needed_secret("api_url")
    names = ("channel", "username", "icon_emoji", "icon_url", "color")
    look = Look(
        **{name: options.template(name, "", texts.check) for name in names},
        attached={name: options.template(name, "", texts.check) for name in _ATTACHED if options.has(name)},
        fields=_fields(options, texts),
        actions=_actions(options, texts),
        link_names=options.flag("link_names"),
    )
    options.refuse("updates go into a thread", "update_message", "message_text")
    options.skip(*_ATTACHED, "mrkdwn_in", "app_url", "api_url", "api_url_file")
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


def escaped(text: str) -> str:
    """Write text so that Slack takes none of it as a link, a mention or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _linked(url: str) -> str:
    return escaped(url).replace("|", "%7C")


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _filled(one: Mapping[str, Any], fill: Filled) -> dict[str, Any]:
    """Fill in every text of a field or an action."""
    return {
        name: _filled(value, fill)
        if isinstance(value, dict)
        else fill(value)
        if isinstance(value, str)
        else value
        for name, value in one.items()
    }


def _fields(options: Options, texts: Texts) -> list[dict[str, Any]]:
    short = options.flag("short_fields")
    fields = []
    for one in options.items("fields"):
        field_ = {name: one.template(name, "", texts.check) for name in ("title", "value")}
        fields.append({**field_, "short": one.flag("short", default=short)})
        one.finish()
    return fields


def _actions(options: Options, texts: Texts) -> list[dict[str, Any]]:
    actions = []
    for one in options.items("actions"):
        names = ("type", "text", "url", "style", "name", "value")
        action: dict[str, Any] = {
            name: one.template(name, "", texts.check) for name in names if one.has(name)
        }
        if one.has("confirm"):
            confirm = one.mapping("confirm")
            asked = ("text", "title", "ok_text", "dismiss_text")
            action["confirm"] = {name: confirm.template(name, "", texts.check) for name in asked}
            confirm.finish()
        one.skip(*names, "confirm")
        one.finish()
        actions.append(action)
    return actions
