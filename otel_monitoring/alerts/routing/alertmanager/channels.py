"""Channels as ``alertmanager.yml`` states them, with the defaults of ``global`` filled in.

What a channel may say, must say and takes over from ``global``, as a table; what the values mean is the
channel's own business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.rules.document import Fields, kind
from otel_monitoring.model.receiver import ChannelSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import Node

    from otel_monitoring.alerts.rules.document import Problems

_TRUE = frozenset(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"))
_FALSE = frozenset(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"))


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """What is known about one kind of channel.

    Attributes:
        fields: The names that it may have, next to ``send_resolved`` and ``http_config``.
        needs: Alternatives, of which one has to be stated here or in ``global``, each.
        inherits: Names of ``global`` by the own names that they are the default of.
        send_resolved: Whether it is told of resolutions by default.
        has_http: Whether it takes ``http_config``.
    """

    fields: str
    needs: tuple[str, ...] = ()
    inherits: str = ""
    send_resolved: bool = True
    has_http: bool = True

    def known(self) -> list[str]:
        """Return every name that it may have."""
        return [*self.fields.split(), "send_resolved", *(["http_config"] if self.has_http else [])]

    def defaults(self) -> dict[str, str]:
        """Return the names of ``global`` by own name."""
        return dict(pair.split("=") for pair in self.inherits.split())


KINDS = {
    "webhook": ChannelKind("url url_file max_alerts timeout payload", needs=("url url_file",)),
    "email": ChannelKind(
        "to from hello smarthost auth_username auth_password auth_password_file auth_secret auth_secret_file"
        " auth_identity headers html text require_tls tls_config force_implicit_tls threading",
        needs=("to", "smarthost", "from"),
        inherits="smarthost=smtp_smarthost from=smtp_from hello=smtp_hello auth_username=smtp_auth_username"
        " auth_password=smtp_auth_password auth_password_file=smtp_auth_password_file"
        " auth_secret=smtp_auth_secret auth_secret_file=smtp_auth_secret_file"
        " auth_identity=smtp_auth_identity require_tls=smtp_require_tls tls_config=smtp_tls_config"
        " force_implicit_tls=smtp_force_implicit_tls",
        send_resolved=False,
        has_http=False,
    ),
    "slack": ChannelKind(
        "api_url api_url_file app_token app_token_file app_url channel username color title title_link"
        " pretext text message_text fields short_fields footer fallback callback_id icon_emoji icon_url"
        " image_url thumb_url link_names mrkdwn_in actions update_message timeout",
        needs=("api_url api_url_file app_token app_token_file",),
        inherits="api_url=slack_api_url api_url_file=slack_api_url_file app_token=slack_app_token"
        " app_token_file=slack_app_token_file app_url=slack_app_url",
        send_resolved=False,
    ),
    "pagerduty": ChannelKind(
        "service_key service_key_file routing_key routing_key_file url client client_url description details"
        " images links source severity class component group timeout",
        needs=("routing_key routing_key_file service_key service_key_file",),
        inherits="url=pagerduty_url",
    ),
    "opsgenie": ChannelKind(
        "api_key api_key_file api_url message description source details entity responders actions tags note"
        " priority update_alerts",
        needs=("api_key api_key_file",),
        inherits="api_key=opsgenie_api_key api_key_file=opsgenie_api_key_file api_url=opsgenie_api_url",
    ),
    "wechat": ChannelKind(
        "api_secret api_secret_file corp_id message api_url to_user to_party to_tag agent_id message_type",
        needs=("api_secret api_secret_file", "corp_id"),
        inherits="api_secret=wechat_api_secret api_secret_file=wechat_api_secret_file"
        " corp_id=wechat_api_corp_id api_url=wechat_api_url",
        send_resolved=False,
    ),
    "pushover": ChannelKind(
        "user_key user_key_file token token_file title message url url_title device sound priority retry"
        " expire ttl html monospace",
        needs=("user_key user_key_file", "token token_file"),
    ),
    "victorops": ChannelKind(
        "api_key api_key_file api_url routing_key message_type state_message entity_display_name"
        " monitoring_tool custom_fields",
        needs=("routing_key", "api_key api_key_file"),
        inherits="api_key=victorops_api_key api_key_file=victorops_api_key_file api_url=victorops_api_url",
    ),
    "sns": ChannelKind(
        "api_url sigv4 topic_arn phone_number target_arn subject message attributes use_aws_http_client",
        needs=("topic_arn phone_number target_arn",),
    ),
    "telegram": ChannelKind(
        "api_url bot_token bot_token_file chat_id chat_id_file message_thread_id message"
        " disable_notifications parse_mode",
        needs=("bot_token bot_token_file", "chat_id chat_id_file"),
        inherits="api_url=telegram_api_url bot_token=telegram_bot_token"
        " bot_token_file=telegram_bot_token_file",
    ),
    "discord": ChannelKind(
        "webhook_url webhook_url_file content title message username avatar_url",
        needs=("webhook_url webhook_url_file",),
    ),
    "webex": ChannelKind(
        "api_url message room_id", needs=("room_id", "http_config"), inherits="api_url=webex_api_url"
    ),
    "msteams": ChannelKind(
        "webhook_url webhook_url_file title summary text", needs=("webhook_url webhook_url_file",)
    ),
    "msteamsv2": ChannelKind(
        "webhook_url webhook_url_file title text", needs=("webhook_url webhook_url_file",)
    ),
    "jira": ChannelKind(
        "api_url api_type project summary description labels priority issue_type reopen_transition"
        " resolve_transition wont_fix_resolution reopen_duration fields",
        needs=("project", "issue_type", "api_url"),
        inherits="api_url=jira_api_url",
    ),
    "rocketchat": ChannelKind(
        "api_url token_id token_id_file token token_file channel color title title_link text fields"
        " short_fields emoji icon_url image_url thumb_url link_names actions",
        needs=("token_id token_id_file", "token token_file"),
        inherits="api_url=rocketchat_api_url token_id=rocketchat_token_id"
        " token_id_file=rocketchat_token_id_file token=rocketchat_token token_file=rocketchat_token_file",
        send_resolved=False,
    ),
    "mattermost": ChannelKind(
        "webhook_url webhook_url_file channel username text fallback color pretext author_name author_link"
        " author_icon title title_link fields thumb_url footer footer_icon image_url icon_url icon_emoji"
        " attachments type props priority",
        needs=("webhook_url webhook_url_file",),
        inherits="webhook_url=mattermost_webhook_url webhook_url_file=mattermost_webhook_url_file",
    ),
    "incidentio": ChannelKind(
        "url url_file alert_source_token alert_source_token_file max_alerts timeout",
        needs=("url url_file", "alert_source_token alert_source_token_file http_config"),
    ),
}
"""Every kind of channel of Alertmanager 0.34."""

GLOBAL_DEFAULTS: Mapping[str, Any] = {
    "smtp_hello": "localhost",
    "smtp_require_tls": True,
    "pagerduty_url": "https://events.pagerduty.com/v2/enqueue",
    "opsgenie_api_url": "https://api.opsgenie.com/",
    "wechat_api_url": "https://qyapi.weixin.qq.com/cgi-bin/",
    "victorops_api_url": "https://alert.victorops.com/integrations/generic/20131114/alert/",
    "telegram_api_url": "https://api.telegram.org",
    "webex_api_url": "https://webexapis.com/v1/messages",
    "rocketchat_api_url": "https://open.rocket.chat/",
    "slack_app_url": "https://slack.com/api/chat.postMessage",
}
"""What ``global`` says where it says nothing."""

GLOBAL_FIELDS = (
    "resolve_timeout",
    "http_config",
    *sorted({name for one in KINDS.values() for name in one.defaults().values()}),
)
"""Every name that ``global`` may have."""


def channel_of(
    node: Node, *, kind_name: str, number: int, defaults: Mapping[str, Any], problems: Problems
) -> ChannelSpec:
    """Return one element of ``<kind>_configs`` with the defaults of ``global`` filled in."""
    facts = KINDS[kind_name]
    what = f"{kind_name}_configs"
    fields = Fields(node, what=what, known=facts.known(), problems=problems)
    options = {name: plain_value(fields.value(name)) for name in facts.known() if fields.has(name)}
    for name in facts.fields.split():
        if name in options and f"{name}_file" in options:
            problems.add(fields.key(name), f"{what}: expected at most one of {name} and {name}_file")
    send_resolved = options.pop("send_resolved", facts.send_resolved)
    if not isinstance(send_resolved, bool):
        problems.add(fields.value("send_resolved"), f"{what}: field 'send_resolved': expected true or false")
    _inherit(options, facts, defaults)
    for alternatives in facts.needs:
        if not any(options.get(name) not in (None, "") for name in alternatives.split()):
            stated = " or ".join(alternatives.split())
            hint = _hint(facts, alternatives)
            problems.add(node, f"{what}: expected {stated}{hint}")
    mark = node.start_mark
    return ChannelSpec(
        name=f"{kind_name}[{number}]",
        kind=kind_name,
        options=options,
        send_resolved=bool(send_resolved),
        source=f"{problems.source}:{mark.line + 1}:{mark.column + 1}",
    )


def plain_value(node: Node) -> Any:
    """Return a node as text, number, truth value, list or mapping; what else YAML knows stays text."""
    from yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, SequenceNode):
        return [plain_value(one) for one in node.value]
    if isinstance(node, MappingNode):
        return {str(key.value): plain_value(value) for key, value in node.value}
    text, tag = str(node.value), node.tag.rsplit(":", 1)[-1]
    if tag == "null":
        return None
    if tag == "bool" and text in _TRUE | _FALSE:
        return text in _TRUE
    if tag == "int" and text.lstrip("+-").isdecimal() and not text.lstrip("+-").startswith("0"):
        return int(text)
    return 0 if tag == "int" and text == "0" else text


def truth(node: Node, *, what: str, problems: Problems) -> bool:
    """Return a truth value; anything else is a problem."""
    value = plain_value(node)
    if not isinstance(value, bool):
        problems.add(node, f"{what}: expected true or false, found {kind(node)}")
    return value is True


def _inherit(options: dict[str, Any], facts: ChannelKind, defaults: Mapping[str, Any]) -> None:
    """Fill in from ``global``; of a value and the file that holds it, the channel's own choice stands."""
    stated = set(options)
    for name, of_global in facts.defaults().items():
        base = name.removesuffix("_file")
        if of_global in defaults and base not in stated and f"{base}_file" not in stated:
            options[name] = defaults[of_global]
    if facts.has_http and "http_config" in defaults and "http_config" not in stated:
        options["http_config"] = defaults["http_config"]


def _hint(facts: ChannelKind, alternatives: str) -> str:
    names = [facts.defaults()[name] for name in alternatives.split() if name in facts.defaults()]
    return f", here or as {' or '.join(names)} in global" if names else ""
