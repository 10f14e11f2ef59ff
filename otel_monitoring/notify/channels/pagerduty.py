"""The channel that opens, acknowledges and resolves incidents on PagerDuty.

Source: PagerDuty, Events API v2.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.http_config import http_options
from otel_monitoring.notify.messages import wording
from otel_monitoring.notify.texts import Filled
from otel_monitoring.notify.transport.address import check_stated
from otel_monitoring.notify.transport.http import HttpOptions, Poster
from otel_monitoring.notify.transport.refusal import said
from otel_monitoring.notify.transport.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message
    from otel_monitoring.notify.texts import Texts

Action: TypeAlias = Literal["trigger", "acknowledge", "resolve"]

URL = "https://events.pagerduty.com/v2/enqueue"
SEVERITIES = {
    "critical": "critical", "page": "critical", "emergency": "critical", "error": "error", "high": "error",
    "warning": "warning", "warn": "warning", "info": "info", "information": "info", "none": "info",
}  # fmt: skip
"""PagerDuty's severity by the label of ours; anything else is an error."""

_CLIENT = "otel-monitoring"
_WEB = ("http://", "https://")
_LONGEST_SUMMARY = 1024
_LARGEST_EVENT = 512_000
_LONGEST_DETAIL = 20_000
_DETAILS = {
    "firing": '{{ template "pagerduty.default.instances" .Alerts.Firing }}',
    "resolved": '{{ template "pagerduty.default.instances" .Alerts.Resolved }}',
    "num_firing": "{{ .Alerts.Firing | len }}",
    "num_resolved": "{{ .Alerts.Resolved | len }}",
}


@dataclass(frozen=True, slots=True)
class Event:
    """What an event says; every text is a template.

    Attributes:
        description: The summary of the incident.
        source: What is affected; the client where it is empty.
        severity: One of PagerDuty's; empty for the one that the alerts' label stands for.
        client: Who says it.
        client_url: Where that is reached.
        others: ``class``, ``component`` and ``group``.
        details: Further texts by name.
        images: Pictures, each with ``src``, ``alt`` and ``href``.
        links: Links, each with ``href`` and ``text``.
    """

    description: str = '{{ template "pagerduty.default.description" . }}'
    source: str = ""
    severity: str = ""
    client: str = '{{ template "pagerduty.default.client" . }}'
    client_url: str = '{{ template "pagerduty.default.clientURL" . }}'
    others: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    images: Sequence[Mapping[str, str]] = ()
    links: Sequence[Mapping[str, str]] = ()


class PagerDutyChannel:
    """Send one event per message; the group of alerts is the incident.

    Args:
        routing_key: The key of the integration; a template.
        clock: The time.
        texts: Fills in templates.
        event: What events say.
        url: Where to post.
        http: How requests are made.
    """

    kind = "pagerduty"

    def __init__(
        self,
        routing_key: str,
        *,
        clock: Clock,
        texts: Texts,
        event: Event | None = None,
        url: str = URL,
        http: HttpOptions | None = None,
    ) -> None:
        self._routing_key = routing_key
        self._texts = texts
        self._event = event or Event()
        self._url = url
        target = target_of(url, "url")
        check_stated(target.host, allow_private=http is None or http.allow_private)
        self._shown = f"pagerduty {target.shown()}"
        self._poster = Poster(clock=clock, options=http)
        self.close = self._poster.close
        self.after_fork = self._poster.after_fork

    def send(self, message: Message, /) -> None:
        """Trigger the incident of the group, or resolve it.

        Raises:
            NotifyError: PagerDuty did not take it.
        """
        self._post(self.body(message))

    def acknowledge(self, message: Message) -> None:
        """Tell that somebody looks after the incident of the group.

        Raises:
            NotifyError: PagerDuty did not take it.
        """
        self._post(self.body(message, action="acknowledge"))

    def body(self, message: Message, *, action: Action | None = None) -> dict[str, Any]:
        """Return the event for ``message``; without ``action`` by whether it fires."""
        fill = Filled(self._texts, message)
        action = action or ("trigger" if message.status == "firing" else "resolve")
        body: dict[str, Any] = {
            "routing_key": fill(self._routing_key),
            "event_action": action,
            "dedup_key": message.group_id,
        }
        if action == "trigger":
            body |= self._told(message, fill)
        return body

    def __repr__(self) -> str:
        """Write where messages go, without the key."""
        return self._shown

    def _told(self, message: Message, fill: Filled) -> dict[str, Any]:
        event = self._event
        client = fill(event.client)
        details = fill.all({**_DETAILS, **event.details})
        details["message"] = wording.plain(message, self._texts.zone)
        payload: dict[str, Any] = {
            "summary": fill(event.description).strip()[:_LONGEST_SUMMARY] or wording.headline(message),
            "source": fill(event.source) or client or _CLIENT,
            "severity": _severity(message, fill(event.severity)),
            "custom_details": {name: text[:_LONGEST_DETAIL] for name, text in details.items()},
            **{name: text for name, text in fill.all(event.others).items() if text},
        }
        images = [fill.all(image) for image in event.images]
        links = [*(fill.all(link) for link in event.links), *_links(message)]
        client_url = fill(event.client_url)
        return {
            "client": client or _CLIENT,
            "client_url": client_url if client_url.startswith(_WEB) else "",
            "payload": payload,
            "images": [image for image in images if image.get("src", "").startswith("https://")],
            "links": [link for link in links if link.get("href", "").startswith(_WEB)],
        }

    def _post(self, body: Mapping[str, Any]) -> None:
        def explain(answer: bytes) -> str:
            return said(answer, "message", "errors", secrets=[body["routing_key"]])

        headers = {"Content-Type": "application/json"}
        self._poster.post(self._url, _fitting(body), headers=headers, shown=self._shown, explain=explain)


def _fitting(body: Mapping[str, Any]) -> bytes:
    """Write an event; one that is too large without the details, as Alertmanager does it."""
    written = json.dumps(body).encode()
    if len(written) <= _LARGEST_EVENT:
        return written
    payload = {**body["payload"], "custom_details": {"message": "the details are too large for one event"}}
    return json.dumps({**body, "payload": payload}).encode()


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of a ``pagerduty_configs`` entry."""
    texts = made.wording()
    options.refuse("make an integration of Events API v2", "service_key", "service_key_file")
    names = ("description", "severity", "client", "client_url", "source")
    stated = {name: options.template(name, "", texts.check) for name in names}
    others = {name: options.template(name, "", texts.check) for name in ("class", "component", "group")}
    details = options.raw("details") or {}
    if not isinstance(details, dict):
        raise options.wrong(name="details", expected="templates by name")
    templates = {
        str(name): text if isinstance(text, str) else json.dumps(text) for name, text in details.items()
    }
    for name, text in templates.items():
        options.checked(f"details.{name}", text, texts.check)
    event = Event(
        **{name: text for name, text in stated.items() if text},
        others={name: text for name, text in others.items() if text},
        details=templates,
        images=_entries(options, "images", ("src", "alt", "href"), texts),
        links=_entries(options, "links", ("href", "text"), texts),
    )
    key, url = options.needed_secret("routing_key"), options.text("url", URL)
    options.checked("routing_key", key, texts.check)
    http = http_options(options, made.http())
    return PagerDutyChannel(key, clock=made.clock, texts=texts, event=event, url=url, http=http)


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``pagerduty://routing-key``."""
    key = url.partition("://")[2].strip("/")
    if not key:
        msg = "pagerduty://: expected pagerduty://routing-key"
        raise NotifyError(msg)
    return PagerDutyChannel(key, clock=made.clock, texts=made.wording(), http=made.http())


def _entries(options: Options, name: str, keys: Sequence[str], texts: Texts) -> list[dict[str, str]]:
    entries = []
    for one in options.items(name):
        entries.append({key: one.template(key, "", texts.check) for key in keys if one.has(key)})
        one.skip(*keys)
        one.finish()
    return entries


def _severity(message: Message, stated: str) -> str:
    known = stated or message.common_labels.get("severity", "") or _worst(message)
    return SEVERITIES.get(known.lower(), "error")


def _worst(message: Message) -> str:
    labels = {alert.labels.get("severity", "") for alert in message.alerts if alert.status == "firing"}
    return next((name for name in SEVERITIES if name in labels), "")


def _links(message: Message) -> list[dict[str, str]]:
    return [{"href": url, "text": name} for alert in message.alerts[:3] for name, url in wording.links(alert)]
