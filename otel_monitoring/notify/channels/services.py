"""Services of an ``alertmanager.yml`` that Apprise reaches, with the options that it can follow.

Source: the URLs that Apprise documents for each service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from otel_monitoring.notify.channels.apprise import AppriseChannel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options

_NOT_BY_APPRISE = "Apprise makes its own requests"


def discord(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``discord_configs`` entry."""
    url = options.needed_secret("webhook_url")
    options.refuse("Apprise does not send it", "content", "username", "avatar_url")
    return _made("discord", url, options, made, body="message")


def telegram(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``telegram_configs`` entry."""
    token, chat = options.needed_secret("bot_token"), options.needed_secret("chat_id")
    thread = options.text("message_thread_id")
    silent = options.flag("disable_notifications")
    _only(options, "api_url", "https://api.telegram.org")
    parse_mode = options.one_of("parse_mode", "HTML", ("HTML", "", "Markdown", "MarkdownV2"))
    is_html = parse_mode == "HTML" and options.has("message")
    url = f"tgram://{quote(token, safe=':')}/{chat}{f':{thread}' if thread else ''}/"
    query = {"silent": "yes" if silent else "no", "format": "html" if is_html else "text"}
    if options.has("message") and not is_html and parse_mode:
        options.refuse("give parse_mode HTML or none", "parse_mode")
    return _made("telegram", _with(url, query), options, made, body="message", is_html=is_html)


def msteamsv2(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of an ``msteamsv2_configs`` entry."""
    return _made("msteamsv2", options.needed_secret("webhook_url"), options, made, body="text")


def pushover(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``pushover_configs`` entry."""
    user, token = options.needed_secret("user_key"), options.needed_secret("token")
    names = ("priority", "sound", "url", "url_title")
    query = {name: options.text(name) for name in names if options.has(name)}
    query |= {name: f"{options.seconds(name, 0):.0f}" for name in ("retry", "expire") if options.has(name)}
    options.refuse("give the text itself", *(name for name, text in query.items() if "{{" in text))
    options.refuse("Apprise does not send it", "ttl", "monospace")
    is_html = options.flag("html")
    options.skip(*names, "retry", "expire")
    device = options.text("device")
    url = f"pover://{quote(user)}@{quote(token)}/{quote(device)}"
    return _made("pushover", _with(url, query), options, made, body="message", is_html=is_html)


def sns(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of an ``sns_configs`` entry with a topic and keys of its own."""
    keys = options.mapping("sigv4")
    access, secret, region = keys.needed("access_key"), keys.needed("secret_key"), keys.needed("region")
    keys.refuse("give keys", "profile", "role_arn", "external_id")
    keys.finish()
    topic = options.needed("topic_arn").rpartition(":")[2]
    options.refuse("Apprise does not send it", "attributes", "api_url", "target_arn", "phone_number")
    url = f"sns://{quote(access, safe='')}/{quote(secret, safe='')}/{region}/{topic}"
    return _made("sns", url, options, made, title="subject", body="message")


def webex(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``webex_configs`` entry, whose token stands in its ``http_config``."""
    _only(options, "api_url", "https://webexapis.com/v1/messages")
    config = options.mapping("http_config")
    own = config.mapping("authorization")
    token = own.needed_secret("credentials")
    own.skip("type")
    own.finish()
    config.skip("authorization", "follow_redirects")
    config.refuse(_NOT_BY_APPRISE, "proxy_url", "tls_config", "http_headers", "oauth2")
    config.finish()
    room = options.needed("room_id")
    url = f"wxteams://{quote(token, safe='')}/{quote(room, safe='')}"
    return _made("webex", url, options, made, title="", body="message", has_http=True)


def rocketchat(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``rocketchat_configs`` entry."""
    place = urlsplit(options.text("api_url", "https://open.rocket.chat/"))
    user, token = options.needed_secret("token_id"), options.needed_secret("token")
    channel = options.needed("channel")
    options.refuse("Apprise does not send it", "fields", "actions", "image_url", "thumb_url")
    options.ignore("color", "emoji", "icon_url", "title_link", "short_fields", "link_names")
    scheme = "rockets" if place.scheme == "https" else "rocket"
    url = f"{scheme}://{quote(user, safe='')}:{quote(token, safe='')}@{place.netloc}/{quote(channel)}"
    return _made("rocketchat", url + "?mode=token", options, made, body="text")


def _made(
    kind: str,
    url: str,
    options: Options,
    made: ChannelOptions,
    *,
    title: str = "title",
    body: str,
    is_html: bool = False,
    has_http: bool = False,
) -> Channel:
    """Return a channel; ``title`` and ``body`` are the options that hold its templates."""
    texts = made.wording()
    if not has_http:
        config = options.mapping("http_config")
        config.skip("follow_redirects", "enable_http2", "proxy_from_environment")
        config.finish()
    channel = AppriseChannel(
        url,
        texts=texts,
        kind=kind,
        title=options.template(title, "", texts.check) if title else "",
        body=options.template(body, "", texts.check),
        body_format="html" if is_html else "text",
        timeout_s=options.seconds("timeout", made.timeout_s),
    )
    options.finish()
    return channel


def _only(options: Options, name: str, known: str) -> None:
    if options.text(name, known).rstrip("/") != known:
        options.refuse(f"expected {known}", name)


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(query)}" if query else url
