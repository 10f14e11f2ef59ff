"""Every kind of channel of Alertmanager 0.34 and our own: what it must say, and takes from ``global``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.routing.alertmanager.shapes import Form

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """What is known about one kind of channel.

    Attributes:
        fields: The names that it may have and their shapes, next to ``send_resolved`` and ``http_config``.
        needs: Alternatives, of which one has to be stated here or in ``global``, each.
        once: Alternatives, of which at most one may be stated here, each.
        inherits: Names of ``global`` by the own names that they are the default of.
        send_resolved: Whether it is told of resolutions by default.
        has_http: Whether it takes ``http_config``.
        words: The texts that a name may have, where not all of them are good.
    """

    fields: str
    needs: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    inherits: str = ""
    send_resolved: bool = True
    has_http: bool = True
    words: str = ""

    def form(self) -> Form:
        """Return the fields with their shapes, and which of them exclude each other."""
        common = "send_resolved:flag" + (" http_config:http" if self.has_http else "")
        return Form(f"{self.fields} {common}", once=self.once)

    def defaults(self) -> dict[str, str]:
        """Return the names of ``global`` by own name."""
        return dict(pair.split("=") for pair in self.inherits.split())


_BY_APPRISE = ChannelKind(
    "url url_file title body timeout:duration",
    needs=("url url_file",),
    once=("url url_file",),
    has_http=False,
)

KINDS = {
    "webhook": ChannelKind(
        "url:template_url url_file max_alerts:whole timeout:duration payload:any"
        " hmac_secret hmac_secret_file",
        needs=("url url_file",),
        once=("url url_file", "hmac_secret hmac_secret_file"),
    ),
    "email": ChannelKind(
        "to from hello smarthost:address auth_username auth_password auth_password_file auth_secret"
        " auth_secret_file auth_identity headers:texts html text require_tls:flag tls_config:tls"
        " force_implicit_tls:flag threading:threading timeout:duration",
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
        "api_url:url api_url_file app_token app_token_file app_url:url channel username color title"
        " title_link pretext text message_text fields:list/field short_fields:flag footer fallback"
        " callback_id icon_emoji icon_url image_url thumb_url link_names:flag mrkdwn_in:list/text"
        " actions:list/action update_message:flag timeout:duration",
        needs=("api_url api_url_file app_token app_token_file",),
        once=("api_url api_url_file app_token app_token_file",),
        inherits="api_url=slack_api_url api_url_file=slack_api_url_file app_token=slack_app_token"
        " app_token_file=slack_app_token_file app_url=slack_app_url",
        send_resolved=False,
    ),
    "pagerduty": ChannelKind(
        "service_key service_key_file routing_key routing_key_file url:url client client_url description"
        " details:mapping images:list/image links:list/link source severity class component group"
        " timeout:duration",
        needs=("routing_key routing_key_file service_key service_key_file",),
        once=("routing_key routing_key_file", "service_key service_key_file"),
        inherits="url=pagerduty_url",
    ),
    "opsgenie": ChannelKind(
        "api_key api_key_file api_url:url message description source details:texts entity"
        " responders:list/responder actions tags note priority update_alerts:flag",
        needs=("api_key api_key_file",),
        once=("api_key api_key_file",),
        inherits="api_key=opsgenie_api_key api_key_file=opsgenie_api_key_file api_url=opsgenie_api_url",
    ),
    "wechat": ChannelKind(
        "api_secret api_secret_file corp_id message api_url:url to_user to_party to_tag agent_id"
        " message_type",
        needs=("api_secret api_secret_file", "corp_id"),
        once=("api_secret api_secret_file",),
        inherits="api_secret=wechat_api_secret api_secret_file=wechat_api_secret_file"
        " corp_id=wechat_api_corp_id api_url=wechat_api_url",
        send_resolved=False,
        words="message_type=text|markdown",
    ),
    "pushover": ChannelKind(
        "user_key user_key_file token token_file title message url url_title device sound priority"
        " retry:lapse expire:lapse ttl:lapse html:flag monospace:flag",
        needs=("user_key user_key_file", "token token_file"),
        once=("user_key user_key_file", "token token_file", "html monospace"),
    ),
    "victorops": ChannelKind(
        "api_key api_key_file api_url:url routing_key message_type state_message entity_display_name"
        " monitoring_tool custom_fields:texts",
        needs=("routing_key", "api_key api_key_file"),
        once=("api_key api_key_file",),
        inherits="api_key=victorops_api_key api_key_file=victorops_api_key_file api_url=victorops_api_url",
    ),
    "sns": ChannelKind(
        "api_url sigv4:sigv4 topic_arn phone_number target_arn subject message attributes:texts"
        " use_aws_http_client:flag",
        needs=("topic_arn phone_number target_arn",),
        once=("topic_arn phone_number target_arn",),
    ),
    "telegram": ChannelKind(
        "api_url:url bot_token bot_token_file chat_id:integer chat_id_file message_thread_id:integer message"
        " disable_notifications:flag parse_mode",
        needs=("bot_token bot_token_file", "chat_id chat_id_file"),
        once=("bot_token bot_token_file", "chat_id chat_id_file"),
        inherits="api_url=telegram_api_url bot_token=telegram_bot_token"
        " bot_token_file=telegram_bot_token_file",
        words="parse_mode=Markdown|MarkdownV2|HTML",
    ),
    "discord": ChannelKind(
        "webhook_url:url webhook_url_file content title message username avatar_url",
        needs=("webhook_url webhook_url_file",),
        once=("webhook_url webhook_url_file",),
    ),
    "webex": ChannelKind(
        "api_url:url message room_id", needs=("room_id", "http_config"), inherits="api_url=webex_api_url"
    ),
    "msteams": ChannelKind(
        "webhook_url:url webhook_url_file title summary text",
        needs=("webhook_url webhook_url_file",),
        once=("webhook_url webhook_url_file",),
    ),
    "msteamsv2": ChannelKind(
        "webhook_url:url webhook_url_file title text",
        needs=("webhook_url webhook_url_file",),
        once=("webhook_url webhook_url_file",),
    ),
    "jira": ChannelKind(
        "api_url:url api_type project summary:any description:any labels:list/text priority issue_type"
        " reopen_transition resolve_transition wont_fix_resolution reopen_duration:period fields:mapping",
        needs=("project", "issue_type", "api_url"),
        inherits="api_url=jira_api_url",
        words="api_type=auto|cloud|datacenter",
    ),
    "rocketchat": ChannelKind(
        "api_url:url token_id token_id_file token token_file channel color title title_link text"
        " fields:any short_fields:flag emoji icon_url image_url thumb_url link_names:flag actions:any",
        needs=("token_id token_id_file", "token token_file"),
        once=("token_id token_id_file", "token token_file"),
        inherits="api_url=rocketchat_api_url token_id=rocketchat_token_id"
        " token_id_file=rocketchat_token_id_file token=rocketchat_token token_file=rocketchat_token_file",
        send_resolved=False,
    ),
    "mattermost": ChannelKind(
        "webhook_url:url webhook_url_file channel username text fallback color pretext author_name"
        " author_link author_icon title title_link fields:list/field thumb_url footer footer_icon image_url"
        " icon_url icon_emoji attachments:any type props:any priority:any",
        needs=("webhook_url webhook_url_file",),
        once=("webhook_url webhook_url_file",),
        inherits="webhook_url=mattermost_webhook_url webhook_url_file=mattermost_webhook_url_file",
    ),
    "incidentio": ChannelKind(
        "url:url url_file alert_source_token alert_source_token_file max_alerts:whole timeout:duration",
        needs=("url url_file", "alert_source_token alert_source_token_file http_config"),
        once=("url url_file", "alert_source_token alert_source_token_file"),
    ),
    "log": ChannelKind("", has_http=False),
    "callable": ChannelKind("function timeout:duration", needs=("function",), has_http=False),
    "sentry": ChannelKind("dsn dsn_file timeout:duration", once=("dsn dsn_file",), has_http=False),
    **dict.fromkeys(("apprise", "sms"), _BY_APPRISE),
    "url": ChannelKind("url url_file", needs=("url url_file",), once=("url url_file",), has_http=False),
}
"""Every kind of channel, by the name before ``_configs``: those of Alertmanager, then our own."""

FORMS = {
    "http": Form(
        "basic_auth:basic authorization:authorization oauth2:oauth2 bearer_token bearer_token_file"
        " tls_config:tls follow_redirects:flag enable_http2:flag proxy_url no_proxy"
        " proxy_from_environment:flag proxy_connect_header:any http_headers:any",
        once=("basic_auth authorization oauth2 bearer_token bearer_token_file",),
    ),
    "basic": Form(
        "username username_file username_ref password password_file password_ref",
        once=("username username_file username_ref", "password password_file password_ref"),
    ),
    "authorization": Form(
        "type credentials credentials_file credentials_ref",
        once=("credentials credentials_file credentials_ref",),
    ),
    "oauth2": Form(
        "client_id client_secret client_secret_file client_secret_ref client_certificate_key_id"
        " client_certificate_key client_certificate_key_file client_certificate_key_ref grant_type"
        " signature_algorithm iss audience claims:mapping scopes:list/text token_url endpoint_params:texts"
        " tls_config:tls proxy_url no_proxy proxy_from_environment:flag proxy_connect_header:any",
        needs=("client_id", "token_url"),
        once=("client_secret client_secret_file client_secret_ref",),
    ),
    "tls": Form(
        "ca cert key ca_file cert_file key_file ca_ref cert_ref key_ref server_name insecure_skip_verify:flag"
        " min_version max_version",
        once=("ca ca_file ca_ref", "cert cert_file cert_ref", "key key_file key_ref"),
        pairs=(("cert cert_file cert_ref", "key key_file key_ref"),),
    ),
    "sigv4": Form(
        "region access_key secret_key profile role_arn external_id use_fips_sts_endpoint:flag",
        pairs=(("access_key", "secret_key"),),
    ),
    "threading": Form("enabled:flag thread_by_date"),
    "field": Form("title value short:flag", needs=("title", "value")),
    "action": Form("type text url style name value confirm:confirmation", needs=("type", "text", "name url")),
    "confirmation": Form("text title ok_text dismiss_text", needs=("text",)),
    "link": Form("href text"),
    "image": Form("src alt href"),
    "responder": Form("id name username type", needs=("id username name",)),
}
"""What is within the fields of a channel."""

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

GLOBAL_SHAPES: Mapping[str, str] = {
    "resolve_timeout": "period",
    "http_config": "http",
    **{
        of_global: one.form().shapes()[name]
        for one in KINDS.values()
        for name, of_global in one.defaults().items()
    },
}
"""Every name that ``global`` may have, and its shape."""
