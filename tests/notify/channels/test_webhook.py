"""The webhook, against a real server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.webhook import WebhookChannel
from otel_monitoring.notify.message import message_of
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.model.alert import Notice
    from tests.notify.receiver import Receiver


@pytest.fixture
def hook(receiver: Receiver) -> Iterator[WebhookChannel]:
    channel = WebhookChannel(receiver.url, clock=FakeClock(1_700_000_000_000))
    yield channel
    channel.close()


def test_posts_the_body_with_headers_and_a_key(receiver: Receiver, notice: Notice) -> None:
    channel = WebhookChannel(receiver.url, clock=FakeClock(), headers={"X-Team": "web"})
    message = message_of(notice)

    channel.send(message)
    channel.close()

    assert receiver.bodies == [message.as_json()]
    request = receiver.requests[0]
    assert (request["path"], request["x-team"], request["idempotency-key"]) == ("/hook", "web", "k")
    assert (request["content-type"], request["user-agent"]) == ("application/json", "otel-monitoring")


def test_user_and_password_of_the_url_become_basic_authentication(receiver: Receiver, notice: Notice) -> None:
    channel = WebhookChannel(receiver.url.replace("http://", "http://me:p%40ss@"), clock=FakeClock())

    channel.send(message_of(notice))
    channel.close()

    assert receiver.requests[0]["authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize(
    ("status", "retry_after", "expected"),
    [
        (500, None, 0.0),
        (503, "7", 7.0),
        (429, "99999", 3600.0),
        (429, "Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        (503, "soon", 0.0),
        (503, "Tue, 14 Nov 2000 22:14:20 GMT", 0.0),
        (400, "7", None),
        (301, None, None),
    ],
)
def test_an_answer_tells_whether_and_when_to_try_again(
    receiver: Receiver,
    hook: WebhookChannel,
    notice: Notice,
    status: int,
    retry_after: str | None,
    expected: float | None,
) -> None:
    """S9.11."""
    receiver.statuses.append(status)
    receiver.headers = {} if retry_after is None else {"Retry-After": retry_after}

    with pytest.raises(NotifyError, match=f"answered {status}$") as caught:
        hook.send(message_of(notice))

    assert caught.value.retry_after_s == expected


def test_a_refused_connection_may_be_tried_again(notice: Notice) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    channel = WebhookChannel(f"http://127.0.0.1:{port}/secret", clock=FakeClock())

    with pytest.raises(
        NotifyError, match=rf"^http://127\.0\.0\.1:{port}/… gave no answer: Connection refused$"
    ) as caught:
        channel.send(message_of(notice))
    channel.close()

    assert caught.value.retry_after_s == 0


def test_a_server_that_never_answers_is_left_after_the_timeout(notice: Notice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        channel = WebhookChannel(f"http://127.0.0.1:{port}/", clock=FakeClock(), timeout_s=0.05)

        with pytest.raises(NotifyError, match="gave no answer: it took too long"):
            channel.send(message_of(notice))
        channel.close()


def test_an_address_that_is_not_allowed_is_not_posted_to(
    receiver: Receiver, notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = receiver.url.replace("127.0.0.1", "private.example")
    channel = WebhookChannel(url, clock=FakeClock(), allow_private=False)
    resolved = [(2, 1, 6, "", ("127.0.0.1", int(url.rpartition(":")[2].partition("/")[0])))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: resolved)

    with pytest.raises(NotifyError, match=r"private\.example resolves to 127.0.0.1, a private address"):
        channel.send(message_of(notice))

    assert receiver.bodies == []


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "localhost", "[::1]", "[::ffff:192.168.0.1]", "shop.LOCALHOST."]
)
def test_an_address_that_is_not_allowed_is_refused_where_it_is_stated(host: str) -> None:
    with pytest.raises(NotifyError, match=r"expected a public address, or the setting notify.allow_private"):
        WebhookChannel(f"https://{host}/secret", clock=FakeClock(), allow_private=False)


def test_an_address_of_credentials_is_refused_where_it_is_stated() -> None:
    with pytest.raises(NotifyError, match=r"link-local address, .*: expected a public address$"):
        WebhookChannel("http://169.254.169.254/latest", clock=FakeClock(), allow_private=True)


def test_goes_through_the_proxy_of_the_environment(
    receiver: Receiver, notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", receiver.url.removesuffix("/hook"))
    monkeypatch.setenv("no_proxy", "")
    channel = WebhookChannel("http://hooks.example/x", clock=FakeClock())

    channel.send(message_of(notice))
    channel.close()

    assert receiver.requests[0]["path"] == "http://hooks.example/x"


def test_neither_path_nor_query_nor_password_nor_headers_are_shown() -> None:
    """P13."""
    channel = WebhookChannel(
        "https://me:pass@hooks.example:8443/services/T0?token=s3cret",
        clock=FakeClock(),
        headers={"Authorization": "Bearer t0ken"},
    )

    assert repr(channel) == "https://hooks.example:8443/…"


def test_an_address_of_version_6_is_shown_in_brackets() -> None:
    assert repr(WebhookChannel("http://[::1]/x", clock=FakeClock())) == "http://[::1]/…"


def test_our_calls_are_not_logged_with_their_url(
    receiver: Receiver, hook: WebhookChannel, notice: Notice, caplog: pytest.LogCaptureFixture
) -> None:
    """P13."""
    caplog.set_level("INFO")

    hook.send(message_of(notice))

    assert caplog.records == []
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize("url", ["ftp://host/", "https://", "//host", "http://host:port/", "http://[::1/"])
def test_a_url_that_is_not_one_of_http_is_refused(url: str) -> None:
    with pytest.raises(NotifyError, match="expected http:// or https:// with a host"):
        WebhookChannel(url, clock=FakeClock())


def test_a_url_that_cannot_be_posted_to_is_not_tried_again(notice: Notice) -> None:
    channel = WebhookChannel("http://host/\x01", clock=FakeClock())

    with pytest.raises(NotifyError, match="cannot be posted to") as caught:
        channel.send(message_of(notice))

    assert caught.value.retry_after_s is None


def test_a_child_process_opens_connections_of_its_own(
    receiver: Receiver, hook: WebhookChannel, notice: Notice
) -> None:
    hook.send(message_of(notice))
    before = hook._poster._pools[""]

    hook.after_fork()
    hook.send(message_of(notice))

    assert hook._poster._pools[""] is not before
    assert len(receiver.bodies) == 2
    before.close()
