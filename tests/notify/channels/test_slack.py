"""Messages for Slack, against a server on loopback."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.evidence import Evidence
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.slack import SlackChannel
from otel_monitoring.notify.channels.slack_blocks import clipped
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_url
from otel_monitoring.notify.message import Backing, Links, message_of
from tests.notify.channels.making import CLOCK, make
from tests.notify.talker import says, talking

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from tests.notify.receiver import Receiver


def blocks_of(body: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in body["attachments"][0]["blocks"] if block["type"] == kind]


def texts_of(body: dict[str, Any]) -> str:
    sections = [*blocks_of(body, "header"), *blocks_of(body, "section")]
    return "\n".join(one["text"] for block in sections for one in (block["text"], *block.get("fields", ())))


def test_posts_blocks_with_what_is_known(receiver: Receiver, notice: Notice) -> None:
    """P20."""
    backing = Backing(
        evidence=lambda _: Evidence(value_text="97%", threshold_text="above 80%", traces=("ab" * 16,)),
        links=lambda _notice, _alerts: Links(acknowledge="https://m/ack?t=1|2"),
        trace_url="https://j/trace/{trace_id}",
    )
    channel = make("slack", api_url=receiver.url)

    channel.send(message_of(notice, backing=backing).completed())
    channel.close()

    (body,) = receiver.bodies
    assert body["text"] == "[FIRING:1] HighCpu"
    assert body["attachments"][0]["color"] == "#b91c1c"
    assert body["attachments"][0]["blocks"][0]["type"] == "header"
    assert "*Value*\n97% (above 80%)" in texts_of(body)
    assert "Series: job=a severity=critical" in str(blocks_of(body, "context"))
    row = blocks_of(body, "actions")[0]["elements"]
    assert {one["text"]["text"]: one["url"] for one in row} == {
        "Acknowledge": "https://m/ack?t=1|2",
        "Graph": "http://m/graph",
        "Trace abababab": f"https://j/trace/{'ab' * 16}",
    }


def test_nothing_in_an_alert_becomes_a_mention(receiver: Receiver, notice: Notice) -> None:
    alert = replace(notice.alerts[0], annotations={"summary": "<!channel> & <http://x|y>"})

    body = make("slack", api_url=receiver.url).body(message_of(replace(notice, alerts=(alert,))))

    assert "&lt;!channel&gt; &amp; &lt;http://x|y&gt;" in texts_of(body)


def test_texts_of_the_configuration_make_an_attachment(receiver: Receiver, notice: Notice) -> None:
    channel = make(
        "slack",
        api_url=receiver.url,
        channel="#{{ .CommonAnnotations.team }}",
        username="{{ template `slack.default.username` . }}",
        text="{{ range .Alerts.Firing }}{{ .Labels.job }}{{ end }}",
        short_fields=True,
        fields=[{"title": "S", "value": "{{ .CommonLabels.severity }}"}],
        actions=[{"type": "button", "text": "Look", "url": "{{ .ExternalURL }}"}],
    )

    channel.send(message_of(notice, external_url="http://m"))
    channel.close()

    (body,) = receiver.bodies
    (attachment,) = body["attachments"]
    assert (body["channel"], body["username"]) == ("#web", "Alertmanager")
    assert (attachment["title"], attachment["text"]) == ("[FIRING:1] HighCpu (critical)", "a")
    assert attachment["fields"] == [{"title": "S", "value": "critical", "short": True}]
    assert attachment["actions"] == [{"type": "button", "text": "Look", "url": "http://m"}]
    assert attachment["title_link"] == "http://m/#/alerts?receiver=ops"


def test_a_bot_tells_what_follows_in_the_thread(receiver: Receiver, notice: Notice) -> None:
    channel = make("slack", app_token="xoxb-1", app_url=receiver.url, channel="#ops")
    receiver.answer = {"ok": True, "ts": "17.5"}

    for told in (notice, notice, replace(notice, alerts=notice.alerts[1:]), notice):
        channel.send(message_of(told))
    channel.close()

    assert [body.get("thread_ts") for body in receiver.bodies] == [None, "17.5", "17.5", None]
    assert [body.get("reply_broadcast") for body in receiver.bodies] == [None, None, True, None]
    assert receiver.requests[0]["authorization"] == "Bearer xoxb-1"


@pytest.mark.parametrize(("error", "expected"), [("invalid_auth", None), ("ratelimited", 7.0)])
def test_a_refusal_in_an_answer_of_200_is_one(
    receiver: Receiver, notice: Notice, error: str, expected: float | None
) -> None:
    channel = make("slack", app_token="xoxb-1", app_url=receiver.url, channel="#ops")
    receiver.answer = {"ok": False, "error": error}
    receiver.headers = {"Retry-After": "7"}

    with pytest.raises(NotifyError, match=f"refused: {error}") as caught:
        channel.send(message_of(notice))
    channel.close()

    assert caught.value.retry_after_s == expected
    assert "xoxb" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("slack://T0/B0/s3cret", "slack https://hooks.slack.com/…"),
        ("slack://xoxb-s3cret/ops", "slack ops https://slack.com/…"),
    ],
)
def test_a_url_is_a_webhook_or_a_bot(url: str, shown: str) -> None:
    channel = channel_from_url(url, ChannelOptions(clock=CLOCK))

    assert isinstance(channel, SlackChannel)
    assert repr(channel) == shown


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "api_url: missing"),
        ({"api_url": "s3cret"}, "api_url: expected http:// or https:// with a host"),
        ({"app_token": "s3cret"}, "channel: None: expected the channel that the bot posts to"),
        ({"api_url": "http://h/", "title": "{{ .x"}, "title: template"),
        ({"api_url": "http://h/", "fields": "x"}, "fields: 'x': expected a list of options by name"),
        ({"api_url": "http://h/", "colour": "red"}, "colour: unknown option"),
        ({"api_url": "http://h/", "update_message": True}, "update_message: not supported"),
    ],
)
def test_wrong_options_are_named(options: dict[str, object], expected: str) -> None:
    with pytest.raises(NotifyError) as caught:
        make("slack", **options)

    assert str(caught.value).startswith("am.yml:3:5: slack[0]: " + expected)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("error", ["thread_not_found", "message_not_found", "cannot_reply_to_message"])
def test_a_thread_that_is_gone_is_begun_anew(receiver: Receiver, notice: Notice, error: str) -> None:
    channel = make("slack", app_token="xoxb-1", app_url=receiver.url, channel="#ops")
    receiver.answer = {"ok": True, "ts": "17.5"}
    channel.send(message_of(notice))
    receiver.answer = {"ok": False, "error": error}

    with pytest.raises(NotifyError) as caught:
        channel.send(message_of(notice))
    receiver.answer = {"ok": True, "ts": "18.5"}
    channel.send(message_of(notice))
    channel.close()

    assert caught.value.retry_after_s == 0
    assert [body.get("thread_ts") for body in receiver.bodies] == [None, "17.5", None]


def test_threads_go_on_where_a_channel_takes_the_place_of_another(receiver: Receiver, notice: Notice) -> None:
    """A configuration that is read anew."""
    options = {"app_token": "xoxb-1", "app_url": receiver.url, "channel": "#ops"}
    older, newer = make("slack", **options), make("slack", **options)
    receiver.answer = {"ok": True, "ts": "17.5"}
    older.send(message_of(notice))

    newer.succeed(older)
    newer.send(message_of(notice))
    for channel in (older, newer):
        channel.close()

    assert receiver.bodies[1]["thread_ts"] == "17.5"


@pytest.mark.parametrize(
    ("status", "said", "expected", "retry_after_s"),
    [
        (404, b"no_service", "answered 404: no_service", None),
        (410, b"channel_is_archived", "answered 410: channel_is_archived", None),
        (400, b"invalid_payload", "answered 400: invalid_payload", None),
        (500, b"rollup_error", "answered 500: rollup_error", 0),
        (403, b"<html>secret</html>", "answered 403$", None),
    ],
)
def test_a_webhook_that_is_refused_says_why(
    notice: Notice, status: int, said: bytes, expected: str, retry_after_s: float | None
) -> None:
    answer = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(said), said)

    with talking(says(answer)) as port:
        channel = make("slack", api_url=f"http://127.0.0.1:{port}/s3cret")
        with pytest.raises(NotifyError, match=expected) as caught:
            channel.send(message_of(notice))
        channel.close()

    assert caught.value.retry_after_s == retry_after_s


def test_slack_follows_no_link_of_a_message(notice: Notice) -> None:
    """Links acknowledge and silence, once."""
    body = make("slack", api_url="http://h/").body(message_of(notice))

    assert (body["unfurl_links"], body["unfurl_media"]) == (False, False)


@pytest.mark.parametrize(("text", "longest", "expected"), [("abcd", 4, "abcd"), ("a&amp;b", 5, "a…")])
def test_a_text_that_is_cut_ends_in_a_whole_character(text: str, longest: int, expected: str) -> None:
    assert clipped(text, longest) == expected


def test_a_group_says_once_what_its_alerts_share(notice: Notice) -> None:
    """P20."""
    about = {"summary": "CPU is high", "description": "A long story."}
    alerts = tuple(
        replace(notice.alerts[0], annotations=about, labels=Labels.of(alertname="A", env="prod", host=host))
        for host in ("h1", "h2")
    )
    backing = Backing(links=lambda _notice, many: Links(acknowledge=f"https://m/{len(many)}"))
    message = message_of(replace(notice, alerts=alerts), backing=backing).completed()

    body = make("slack", api_url="http://h/").body(message)

    assert str(body).count("A long story.") == 1
    assert str(body).count("env=prod") == 1
    (last,) = blocks_of(body, "actions")[-1]["elements"]
    assert (last["text"]["text"], last["url"]) == ("Acknowledge all 2", "https://m/2")
