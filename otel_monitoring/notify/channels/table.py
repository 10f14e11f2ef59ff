"""Which channel a URL or an entry of a configuration stands for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.http_config import http_options
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.channels.making import ChannelOptions
from otel_monitoring.notify.channels.options import Options
from otel_monitoring.notify.channels.webhook import WebhookChannel

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.receiver import ChannelSpec
    from otel_monitoring.notify.channel import Channel

__all__ = ["CHANNELS", "ENTRY_POINTS", "KINDS", "ChannelOptions", "channel_from_spec", "channel_from_url"]

ENTRY_POINTS = "otel_monitoring.channels"
"""The group of entry points under which other packages offer channels, each named by its scheme."""

Maker: TypeAlias = "Callable[[str, ChannelOptions], Channel]"
OptionsMaker: TypeAlias = "Callable[[Options, ChannelOptions], Channel]"


def _log(_url: str, _options: ChannelOptions) -> Channel:
    return LogChannel()


def _log_by_options(_options: Options, _made: ChannelOptions) -> Channel:
    return LogChannel()


def _webhook(url: str, options: ChannelOptions) -> Channel:
    return WebhookChannel(
        url.removeprefix("webhook+"), clock=options.clock, http=options.http(with_headers=True)
    )


def _webhook_by_options(options: Options, made: ChannelOptions) -> Channel:
    url = options.needed_secret("url")
    secret, most_alerts = options.secret("hmac_secret"), options.whole("max_alerts")
    options.refuse("its body is Alertmanager's own", "payload", "template")
    return WebhookChannel(
        url,
        clock=made.clock,
        secret=secret,
        most_alerts=most_alerts,
        http=http_options(options, made.http(with_headers=True)),
    )


def _by_url(options: Options, made: ChannelOptions) -> Channel:
    return channel_from_url(options.needed_secret("url"), made)


def _url_maker(module: str) -> Maker:
    """Return a maker of ``channels/<module>.py``, imported when it is needed."""

    def make(url: str, made: ChannelOptions) -> Channel:
        found = import_module(f"otel_monitoring.notify.channels.{module}")
        channel: Channel = found.from_url(url, made)
        return channel

    return make


def _options_maker(module: str, name: str = "from_options") -> OptionsMaker:
    def make(options: Options, made: ChannelOptions) -> Channel:
        found = import_module(f"otel_monitoring.notify.channels.{module}")
        channel: Channel = getattr(found, name)(options, made)
        return channel

    return make


_SERVICES = ("discord", "telegram", "msteamsv2", "pushover", "sns", "webex", "rocketchat")
_REFUSED = ("msteams", "opsgenie", "victorops", "wechat", "jira", "incidentio", "mattermost")
"""Kinds of Alertmanager that nothing here sends as it does."""

CHANNELS: dict[str, Maker] = {
    "log": _log,
    "http": _webhook,
    "https": _webhook,
    "webhook+http": _webhook,
    "webhook+https": _webhook,
    "mailto": _url_maker("email"),
    "mailtos": _url_maker("email"),
    "slack": _url_maker("slack"),
    "pagerduty": _url_maker("pagerduty"),
    "callable": _url_maker("function"),
    "sentry": _url_maker("sentry"),
}
"""What makes a channel, by the scheme of its URL."""

KINDS: dict[str, OptionsMaker] = {
    "url": _by_url,
    "log": _log_by_options,
    "webhook": _webhook_by_options,
    "email": _options_maker("email"),
    "slack": _options_maker("slack"),
    "pagerduty": _options_maker("pagerduty"),
    "callable": _options_maker("function"),
    "sentry": _options_maker("sentry"),
    "apprise": _options_maker("apprise"),
    "sms": _options_maker("apprise"),
    **{name: _options_maker("services", name) for name in _SERVICES},
}
"""What makes a channel of a configuration, by its kind."""


def channel_from_url(url: str, options: ChannelOptions) -> Channel:
    """Return the channel that ``url`` stands for.

    Raises:
        NotifyError: No channel has that scheme, or the URL does not suit it; only the scheme is shown.
    """
    scheme, separator, _ = url.partition("://")
    if not separator:
        msg = "a channel needs a URL such as log:// or https://host/path"
        raise NotifyError(msg)
    maker = CHANNELS.get(scheme) or _from_entry_point(scheme) or _from_apprise(scheme)
    if maker is None:
        known = ", ".join(sorted(CHANNELS))
        msg = (
            f"no channel for {scheme}://: expected one of {known}, "
            "or with the extra otel-monitoring[notify] one of Apprise"
        )
        raise NotifyError(msg)
    return maker(url, options)


def channel_from_spec(spec: ChannelSpec, options: ChannelOptions) -> Channel:
    """Return the channel that an entry of a configuration stands for.

    Raises:
        NotifyError: No channel has that kind, or an option is wrong, missing or unknown; the message names
            source, field, value and what was expected, and never shows what may be secret.
    """
    given = Options.of(spec)
    maker = KINDS.get(spec.kind)
    if spec.kind in _REFUSED:
        msg = f"{given.where}: {spec.kind} is not supported: give a webhook, or a URL of Apprise"
        raise NotifyError(msg)
    if maker is None:
        msg = f"{given.where}: kind {spec.kind!r}: expected one of {', '.join(sorted(KINDS))}"
        raise NotifyError(msg)
    try:
        channel = maker(given, options)
    except NotifyError as error:
        if str(error).startswith(given.where):
            raise
        msg = f"{given.where}: {error}"
        raise NotifyError(msg) from None
    given.finish()
    return channel


def _from_entry_point(scheme: str) -> Maker | None:
    from importlib import metadata

    for point in metadata.entry_points(group=ENTRY_POINTS, name=scheme):
        maker: Maker = point.load()
        return maker
    return None


def _from_apprise(scheme: str) -> Maker | None:
    """Return a maker of channels through Apprise, where it is installed or asked for by ``apprise+``."""
    from importlib.util import find_spec

    wants = scheme.startswith("apprise+") or find_spec("apprise") is not None
    return _url_maker("apprise") if wants else None
