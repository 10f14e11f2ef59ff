"""Services that Apprise reaches: against a real Apprise, where it is installed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import MissingExtraError, NotifyError
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_url
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import CLOCK, make

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from tests.notify.receiver import Receiver

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise", "ignore:'imghdr'")

OPTIONS = ChannelOptions(clock=CLOCK, timeout_s=10)
SERVICES: dict[str, dict[str, Any]] = {
    "telegram": {"bot_token": f"123456789:{'s' * 35}", "chat_id": -100, "message": "{{ .Status }}"},
    "discord": {"webhook_url": f"https://discord.com/api/webhooks/1234567890/{'s' * 64}"},
    "pushover": {"user_key": "s" * 30, "token": "s" * 30, "priority": "1"},
    "sns": {
        "sigv4": {"access_key": "AK", "secret_key": "sss", "region": "us-east-1"},
        "topic_arn": "arn:aws:sns:us-east-1:1:ops",
    },
    "webex": {"room_id": "R" * 80, "http_config": {"authorization": {"credentials": "s" * 80}}},
    "rocketchat": {"api_url": "https://c.x.org/", "token_id": "u", "token": "s" * 43, "channel": "#ops"},
    "sms": {"url": f"twilio://AC{'a' * 32}:{'s' * 32}@15551112222/15553334444"},
}


def test_posts_title_and_text(receiver: Receiver, notice: Notice) -> None:
    pytest.importorskip("apprise")
    channel = channel_from_url(receiver.url.replace("http://", "apprise+json://"), OPTIONS)

    channel.send(message_of(notice))

    (body,) = receiver.bodies
    assert (body["title"], body["type"]) == ("[FIRING:1] HighCpu", "failure")
    assert body["message"].startswith("CPU is at 97%\nSeries: job=a severity=critical")


def test_texts_of_the_configuration_are_sent(receiver: Receiver, notice: Notice) -> None:
    pytest.importorskip("apprise")
    url = receiver.url.replace("http://", "json://")
    channel = make("apprise", url=url, title="{{ .Status }}", body="{{ .CommonLabels.alertname }}")

    channel.send(message_of(notice))

    assert (receiver.bodies[0]["title"], receiver.bodies[0]["message"]) == ("firing", "HighCpu")


def test_a_service_that_refuses_is_tried_again(receiver: Receiver, notice: Notice) -> None:
    pytest.importorskip("apprise")
    receiver.statuses = [500]
    channel = make("apprise", url=receiver.url.replace("http://", "json://"))

    with pytest.raises(NotifyError, match="did not take the message") as caught:
        channel.send(message_of(notice))

    assert caught.value.retry_after_s == 0
    assert "/hook" not in str(caught.value)


def test_a_service_that_hangs_is_left_at_the_deadline(notice: Notice) -> None:
    pytest.importorskip("apprise")
    release = threading.Event()
    channel = make("apprise", url="json://127.0.0.1:9/", timeout="10ms")

    class ServiceFake:
        """Hang."""

        def notify(self, **_: object) -> bool:
            return release.wait(10)

    channel._service = ServiceFake()
    with pytest.raises(NotifyError, match="took longer than"):
        channel.send(message_of(notice))
    release.set()


@pytest.mark.parametrize("kind", SERVICES)
def test_a_service_of_alertmanager_is_known_to_apprise(kind: str) -> None:
    pytest.importorskip("apprise")

    channel = make(kind, **SERVICES[kind])

    assert channel.kind in (kind, "apprise")
    assert "sss" not in repr(channel)


def test_a_url_that_apprise_does_not_know_is_refused() -> None:
    pytest.importorskip("apprise")

    with pytest.raises(NotifyError, match="expected a URL as Apprise documents it"):
        make("apprise", url="nosuch://s3cret")


def test_without_apprise_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)

    with pytest.raises(MissingExtraError, match=r"otel-monitoring\[notify\]") as caught:
        channel_from_url("apprise+tgram://s3cret/1", OPTIONS)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("kind", ["opsgenie", "victorops", "wechat", "jira", "msteams"])
def test_what_apprise_would_send_differently_is_refused_by_name(kind: str) -> None:
    with pytest.raises(NotifyError, match=f"{kind} is not supported: give a webhook, or a URL of Apprise"):
        make(kind, api_key="s")


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("discord", {"username": "x"}, "username: not supported"),
        ("telegram", {"api_url": "http://own"}, "api_url: not supported: expected https://api.telegram.org"),
        ("sns", {"phone_number": "1"}, "phone_number: not supported"),
        ("pushover", {"ttl": "1h"}, "ttl: not supported"),
        ("rocketchat", {"fields": [{}]}, "fields: not supported"),
    ],
)
def test_options_that_apprise_cannot_follow_are_refused(
    kind: str, options: dict[str, Any], expected: str
) -> None:
    with pytest.raises(NotifyError, match=expected):
        make(kind, **{**SERVICES[kind], **options})
