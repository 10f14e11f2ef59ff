"""How a message looks in Slack, by the options of a ``slack_configs`` entry.

Source: Slack, secondary attachments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.texts import Filled, Texts

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

    def attachment(self, fill: Filled) -> dict[str, Any] | None:
        """Return the attachment that the configuration states, filled in; ``None`` where it states none."""
        if not (self.attached or self.fields or self.actions):
            return None
        texts = fill.all({**_ATTACHED, **self.attached})
        return {
            **{name: text for name, text in texts.items() if text},
            "mrkdwn_in": ["fallback", "pretext", "text"],
            "fields": [_filled(one, fill) for one in self.fields],
            "actions": [_filled(one, fill) for one in self.actions],
        }


def look_of(options: Options, texts: Texts) -> Look:
    """Read how messages look.

    Raises:
        NotifyError: An option is wrong, or a template does not parse.
    """
    names = ("channel", "username", "icon_emoji", "icon_url", "color")
    look = Look(
        **{name: options.template(name, "", texts.check) for name in names},
        attached={name: options.template(name, "", texts.check) for name in _ATTACHED if options.has(name)},
        fields=_fields(options, texts),
        actions=_actions(options, texts),
        link_names=options.flag("link_names"),
    )
    options.refuse("updates go into a thread", "update_message", "message_text")
    options.skip(*_ATTACHED, "mrkdwn_in")
    return look


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
