"""Secrets never show: not in logs, errors, lists, numbers or traces, whatever goes wrong (P13)."""

from __future__ import annotations

import json
import logging
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.receiver import ChannelSpec, ReceiverSpec
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_url
from otel_monitoring.notify.delivery.metrics import channel_rows
from otel_monitoring.notify.delivery.retry import Deliver
from otel_monitoring.notify.message import message_of
from otel_monitoring.notify.patience import Patience
from tests.notify.channels.making import make
from tests.notify.receiver import make_notice, receiving
from tests.notify.talker import hang, request_of, reset, talking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

MARK = "s3cret"
BASIC = {"basic_auth": {"username": f"{MARK}-user", "password": f"{MARK}-pw"}}
KINDS: dict[str, dict[str, Any]] = {
    "webhook": {
        "url": f"http://{MARK}-u:{MARK}-p@HOST/{MARK}-path?token={MARK}-query",
        "hmac_secret": f"{MARK}-hmac",
        "http_config": {"http_headers": {"X-Key": {"secrets": [f"{MARK}-header"]}}},
    },
    "webhook with a token": {"url": f"http://HOST/{MARK}", "http_config": {"bearer_token": f"{MARK}-bearer"}},
    "webhook with a login": {"url": f"http://HOST/{MARK}", "http_config": BASIC},
    "webhook by a proxy": {
        "url": f"http://hooks.example/{MARK}",
        "http_config": {"proxy_url": f"http://{MARK}-proxy:{MARK}-pw@HOST"},
    },
    "slack": {"api_url": f"http://HOST/services/T0/B0/{MARK}"},
    "slack as a bot": {"app_token": f"xoxb-{MARK}", "app_url": f"http://HOST/{MARK}", "channel": "#ops"},
    "pagerduty": {"routing_key": f"{MARK}-{'k' * 25}", "url": f"http://HOST/{MARK}"},
    "email": {
        "from": "m@x.org",
        "to": "a@x.org",
        "smarthost": "HOST",
        "require_tls": False,
        "hello": "here",
        "auth_username": "me",
        "auth_password": f"{MARK}-smtp",
    },
    "email with a challenge": {
        "from": "m@x.org",
        "to": "a@x.org",
        "smarthost": "HOST",
        "require_tls": False,
        "hello": "here",
        "auth_username": "me",
        "auth_secret": f"{MARK}-smtp",
    },
    "sentry": {"dsn": f"http://{MARK}@HOST/1"},
    "apprise": {"url": f"json://{MARK}-u:{MARK}-p@HOST/{MARK}-path?+X-Key={MARK}-header"},
}


def channel_to(kind: str, place: str) -> Any:
    """Return the channel of a kind that leads to ``host:port``."""
    if kind.startswith("apprise"):
        pytest.importorskip("apprise")
    if kind.startswith("sentry"):
        pytest.importorskip("sentry_sdk")
    return make(kind.partition(" ")[0], **_placed(KINDS[kind], place), timeout=0.3)


def _placed(value: Any, place: str) -> Any:
    if isinstance(value, dict):
        return {name: _placed(one, place) for name, one in value.items()}
    return value.replace("HOST", place) if isinstance(value, str) else value


def echo(status: int) -> Callable[[socket.socket], None]:
    """Return what answers with all that it was told, as pages of errors do."""

    def behave(connection: socket.socket) -> None:
        request = request_of(connection)
        head = b"HTTP/1.1 %d X\r\nX-Echo: %s\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % (status, MARK.encode() if status == 400 else b"", len(request)) + request)

    return behave


def refuses_login(connection: socket.socket) -> None:
    """Be a mail server that quotes the login that it refuses."""
    lines = connection.makefile("rb")
    connection.sendall(b"220 here\r\n")
    while line := lines.readline():
        said = {b"EHLO": b"250-here\r\n250 AUTH PLAIN CRAM-MD5\r\n"}.get(line[:4].upper(), b"535 " + line)
        connection.sendall(said)


MISHAPS: dict[str, Callable[[socket.socket], None]] = {
    "hangs": hang,
    "resets": reset,
    "refuses the login": refuses_login,
    "echoes 500": echo(500),
    "echoes 400": echo(400),
    "echoes 429": echo(429),
}


def everything(deliver: Deliver) -> str:
    """Return all that the API of delivery tells."""
    rows = {name: list(values()) for name, values in channel_rows(deliver.receivers).items()}
    return f"{deliver.log()} {deliver.receivers()} {deliver.stats()} {json.dumps(rows)} {vars(deliver)}"


@pytest.fixture
def all_logs(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What anybody logs, at the lowest level."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise", "ignore:'imghdr'")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_secret_shows_nowhere_whatever_goes_wrong(
    kind: str, mishap: str, all_logs: pytest.LogCaptureFixture
) -> None:
    with talking(MISHAPS[mishap]) as port:
        channel = channel_to(kind, f"127.0.0.1:{port}")
        deliver = Deliver(
            receivers={"ops": {"c": channel}}, clock=SystemClock(), patience=Patience(deadline_s=0)
        )
        deliver(make_notice())
        assert deliver.flush(20)
        deliver.stop(5)

    (told,) = deliver.log()
    assert told.outcome == "failed"
    assert told.error
    assert MARK not in everything(deliver)
    assert MARK not in repr(channel)
    assert MARK not in _without_echo(all_logs.text)


def _without_echo(text: str) -> str:
    """Leave out what a server says of its own accord in a header, which its connection logs at DEBUG."""
    return text.replace(f"(b'X-Echo', b'{MARK}')", "")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("apprise", "webhook by a proxy")])
@pytest.mark.parametrize("place", ["nowhere.invalid:9", "127.0.0.1:1"])
def test_an_error_shows_no_secret_with_its_whole_story(kind: str, place: str) -> None:
    """A name that does not resolve, and nobody there; what caused an error is part of it."""
    channel = channel_to(kind, place)

    with pytest.raises(NotifyError) as caught:
        channel.send(message_of(make_notice()))

    story = "".join(traceback.format_exception(caught.value))
    said = [line for line in story.splitlines() if not line.startswith("    ")]  # code holds no values
    assert MARK not in "\n".join(said)


@pytest.mark.parametrize(
    "url",
    [
        f"https://{MARK}:{MARK}@h:port/{MARK}",
        f"slack://{MARK}",
        f"mailto://{MARK}:{MARK}@mail/?to=x",
        f"sentry://{MARK}",
        f"callable://{MARK}x:y z",
        f"nosuchscheme://{MARK}",
        MARK,
    ],
)
def test_a_url_that_is_refused_is_not_shown(url: str, all_logs: pytest.LogCaptureFixture) -> None:
    with pytest.raises(NotifyError) as caught:
        channel_from_url(url, ChannelOptions(clock=SystemClock()))

    told = "" if url.startswith("callable") else str(caught.value)  # a function's name is none
    assert MARK not in told + all_logs.text


def test_what_channels_are_made_with_shows_no_header() -> None:
    options = ChannelOptions(clock=SystemClock(), headers={"Authorization": MARK})

    assert MARK not in repr(options)
    assert MARK not in repr(options.http(with_headers=True))


def test_what_a_configuration_states_is_not_shown() -> None:
    spec = ChannelSpec(name="webhook[0]", kind="webhook", options={"url": f"https://h/{MARK}"})

    assert MARK not in repr(ReceiverSpec(name="ops", channels=(spec,)))


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What the instrumentations of HTTP clients see."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentors = (HTTPXClientInstrumentor(), RequestsInstrumentor())
    for one in instrumentors:
        one.instrument(tracer_provider=provider)
    yield exporter
    for one in instrumentors:
        one.uninstrument()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise", "ignore:'imghdr'")
def test_our_calls_are_in_nobodys_traces(spans: InMemorySpanExporter) -> None:
    with receiving() as receiver:
        channels = {
            "webhook": make("webhook", url=receiver.url),
            "apprise": make("apprise", url=receiver.url.replace("http", "json")),
        }
        deliver = Deliver(receivers={"ops": channels}, clock=SystemClock(), shield=suppress_instrumentation)
        deliver(make_notice())
        assert deliver.flush(20)
        deliver.stop(5)
        ours = len(spans.get_finished_spans())
        httpx.post(receiver.url, json={}, trust_env=False)

    assert len(receiver.bodies) == 3
    assert ours == 0
    assert len(spans.get_finished_spans()) == 1  # the application's own are seen
