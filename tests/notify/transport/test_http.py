"""Requests as all channels of the web make them: addresses, redirects, secrets, authorization."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.webhook import SIGNATURE, signature
from otel_monitoring.notify.message import message_of
from otel_monitoring.notify.transport.http import HttpOptions, Poster, _check_downgrade
from otel_monitoring.notify.transport.target import basic, target_of
from otel_monitoring.testing import FakeClock
from tests.notify.channels.making import CLOCK, make
from tests.notify.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.model.alert import Notice
    from tests.notify.receiver import Receiver


def test_connects_to_the_address_that_was_checked(
    receiver: Receiver, notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves otherwise the second time leads nowhere else."""
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def rebinding_fake(host: str, *arguments: object, **more: object) -> object:
        asked.append(host)
        known = "127.0.0.1" if host == "hooks.example" else host
        return resolve(known, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding_fake)
    channel = make("webhook", url=receiver.url.replace("127.0.0.1", "hooks.example"))

    channel.send(message_of(notice))
    channel.close()

    assert asked.count("hooks.example") == 1
    assert receiver.requests[0]["host"].startswith("hooks.example:")


def test_a_redirect_that_repeats_the_request_is_followed_without_our_secrets(
    receiver: Receiver, notice: Notice
) -> None:
    with receiving() as first:
        first.statuses, first.headers = [307], {"Location": receiver.url}
        basic = {"username": "me", "password": "pw"}
        channel = make("webhook", url=first.url, hmac_secret="s", http_config={"basic_auth": basic})
        channel.send(message_of(notice))
        channel.close()

    assert len(receiver.bodies) == 1
    assert "authorization" in first.requests[0]
    assert not {"authorization", SIGNATURE.lower()} & receiver.requests[0].keys()


def test_a_redirect_to_where_messages_must_not_go_is_refused(receiver: Receiver, notice: Notice) -> None:
    receiver.statuses, receiver.headers = [308], {"Location": "http://169.254.169.254/latest"}
    channel = make("webhook", url=receiver.url)

    with pytest.raises(NotifyError, match="where clouds keep credentials"):
        channel.send(message_of(notice))
    channel.close()


@pytest.mark.parametrize(("status", "follows"), [(302, True), (307, False)])
def test_other_redirects_are_failures(receiver: Receiver, notice: Notice, status: int, follows: bool) -> None:
    receiver.statuses, receiver.headers = [status], {"Location": receiver.url}
    channel = make("webhook", url=receiver.url, http_config={"follow_redirects": follows})

    with pytest.raises(NotifyError, match=f"answered {status}"):
        channel.send(message_of(notice))
    channel.close()


def test_an_answer_cut_off_half_way_may_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        port = server.getsockname()[1]
        poster = Poster(clock=FakeClock(), options=HttpOptions(timeout_s=5))

        def cut() -> None:
            connection, _ = server.accept()
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 20")
            connection.close()

        thread = threading.Thread(target=cut, daemon=True)
        thread.start()
        with pytest.raises(NotifyError, match="gave no answer") as caught:
            poster.post(f"http://127.0.0.1:{port}/s3cret", b"{}", headers={})
        thread.join(10)
        poster.close()

    assert caught.value.retry_after_s == 0
    assert "s3cret" not in str(caught.value)


def test_a_signed_body_can_be_checked(receiver: Receiver, notice: Notice) -> None:
    channel = make("webhook", url=receiver.url, hmac_secret="shared")

    channel.send(message_of(notice))
    channel.close()

    sent = json.dumps(receiver.bodies[0]).encode()
    expected = signature("shared", sent, time_s=CLOCK.now_ms() // 1000)
    assert receiver.requests[0][SIGNATURE.lower()] == expected
    assert expected != signature("other", sent, time_s=CLOCK.now_ms() // 1000)


def test_at_most_so_many_alerts_are_sent(receiver: Receiver, notice: Notice) -> None:
    channel = make("webhook", url=receiver.url, max_alerts=1)

    channel.send(message_of(notice))
    channel.close()

    assert (len(receiver.bodies[0]["alerts"]), receiver.bodies[0]["truncatedAlerts"]) == (1, 1)


@pytest.mark.parametrize(
    ("config", "header", "expected"),
    [
        ({"authorization": {"credentials": "t"}}, "authorization", "Bearer t"),
        ({"authorization": {"type": "Key", "credentials": "t"}}, "authorization", "Key t"),
        ({"bearer_token": "t"}, "authorization", "Bearer t"),
        ({"basic_auth": {"username": "me", "password": "pw"}}, "authorization", "Basic bWU6cHc="),
        ({"http_headers": {"X-Team": {"values": ["web"]}}}, "x-team", "web"),
    ],
)
def test_says_who_we_are(
    receiver: Receiver, notice: Notice, config: dict[str, object], header: str, expected: str
) -> None:
    channel = make("webhook", url=receiver.url, http_config=config)

    channel.send(message_of(notice))
    channel.close()

    assert receiver.requests[0][header] == expected


def test_secrets_are_read_from_files(receiver: Receiver, notice: Notice, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(receiver.url + "\n")
    (tmp_path / "token").write_text("t0ken\n")
    token = {"credentials_file": str(tmp_path / "token")}
    channel = make("webhook", url_file=str(tmp_path / "url"), http_config={"authorization": token})

    channel.send(message_of(notice))
    channel.close()

    assert receiver.requests[0]["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "url: missing"),
        ({"url": "http://h/s3cret", "url_file": "/x"}, "url: at most one of url and url_file"),
        ({"url": "s3cret"}, "webhook URL: expected http:// or https:// with a host"),
        ({"url": "http://h/", "max_alerts": -1}, "max_alerts: -1: expected a whole number from 0 on"),
        ({"url": "http://h/", "timeout": "soon"}, "timeout: 'soon': expected a duration such as 1m30s"),
        ({"url": "http://h/", "http_config": 3}, "http_config: 3: expected options by name"),
    ],
)
def test_wrong_options_are_named(options: dict[str, object], expected: str) -> None:
    with pytest.raises(NotifyError) as caught:
        make("webhook", **options)

    assert str(caught.value).startswith("am.yml:3:5: webhook[0]: " + expected)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"bearer_token": {"a": "s3cret"}}, "http_config.bearer_token: a dict: expected a text"),
        ({"tls_config": {"ca_file": "/none"}}, "http_config.tls_config.ca_file"),
        ({"tls_config": {"x": 1}}, "http_config.tls_config.x: unknown option"),
        ({"tls_config": {"min_version": "SSL3"}}, "http_config.tls_config.min_version: 'SSL3': expected"),
        ({"http_headers": {"A": {"files": ["/x"]}}}, "http_config.http_headers: a dict: expected values"),
        ({"http_headers": "s3cret"}, "http_config.http_headers: a str: expected headers by name"),
        ({"proxy_url": "socks"}, "proxy_url: expected http:// or https://"),
        (
            {"bearer_token": "s3cret", "basic_auth": {"username": "a"}},
            "http_config.basic_auth, authorization",
        ),
    ],
)
def test_wrong_options_of_requests_are_named(config: object, expected: str) -> None:
    with pytest.raises(NotifyError) as caught:
        make("webhook", url="http://h/", http_config=config)

    assert str(caught.value).startswith("am.yml:3:5: webhook[0]: " + expected)
    assert "s3cret" not in str(caught.value)


def test_what_changes_nothing_is_ignored_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    make("webhook", url="http://h/", http_config={"enable_http2": True})

    (record,) = caplog.records
    assert (
        record.getMessage() == "am.yml:3:5: webhook[0]: http_config.enable_http2: not supported and ignored"
    )


def test_a_redirect_on_the_same_server_keeps_what_we_say_of_ourselves(
    receiver: Receiver, notice: Notice
) -> None:
    receiver.statuses, receiver.headers = [308], {"Location": "/moved"}
    basic = {"username": "me", "password": "pw"}
    channel = make("webhook", url=receiver.url, hmac_secret="s", http_config={"basic_auth": basic})

    channel.send(message_of(notice))
    channel.close()

    first, second = receiver.requests
    assert (first["path"], second["path"]) == ("/hook", "/moved")
    assert first["authorization"] == second["authorization"]
    assert first[SIGNATURE.lower()] == second[SIGNATURE.lower()]


def test_what_is_encrypted_is_not_sent_on_in_the_clear() -> None:
    encrypted, clear = target_of("https://h/s3cret"), target_of("http://h/s3cret")

    with pytest.raises(NotifyError, match="could be read on the way") as caught:
        _check_downgrade(encrypted, clear)

    assert "s3cret" not in str(caught.value)


def test_redirects_in_a_circle_end(receiver: Receiver, notice: Notice) -> None:
    receiver.statuses, receiver.headers = [307] * 9, {"Location": receiver.url}
    channel = make("webhook", url=receiver.url)

    with pytest.raises(NotifyError, match="answered 307"):
        channel.send(message_of(notice))
    channel.close()

    assert len(receiver.bodies) == 6


@pytest.mark.parametrize(
    ("host", "allow_private", "expected"),
    [("169.254.169.254", True, "where clouds keep credentials"), ("10.0.0.1", False, "a private address")],
)
def test_a_proxy_is_asked_for_no_address_that_is_refused(
    receiver: Receiver, host: str, expected: str, *, allow_private: bool
) -> None:
    proxy = receiver.url.removesuffix("/hook")
    options = HttpOptions(proxy_url=proxy, allow_private=allow_private)
    poster = Poster(clock=FakeClock(), options=options)

    with pytest.raises(NotifyError, match=expected):
        poster.post(f"http://{host}/", b"{}", headers={})

    assert receiver.bodies == []


def test_a_proxy_that_wants_a_login_gets_it(receiver: Receiver, notice: Notice) -> None:
    proxy = receiver.url.removesuffix("/hook").replace("http://", "http://me:p%20w@")
    channel = make("webhook", url="http://hooks.example/x", http_config={"proxy_url": proxy})

    channel.send(message_of(notice))
    channel.close()

    assert receiver.requests[0]["proxy-authorization"] == basic("me", "p w")["Authorization"]


def test_a_proxy_that_does_not_connect_is_no_answer(receiver: Receiver) -> None:
    receiver.statuses = [403]
    poster = Poster(clock=FakeClock(), options=HttpOptions(proxy_url=receiver.url))

    with pytest.raises(NotifyError, match="gave no answer") as caught:
        poster.post("https://hooks.example/s3cret", b"{}", headers={})
    poster.close()

    assert caught.value.retry_after_s == 0
    assert "s3cret" not in str(caught.value)


def test_headers_of_the_configuration_take_the_place_of_ours(receiver: Receiver) -> None:
    headers = {"user-agent": "theirs", "content-length": "1", "transfer-encoding": "chunked"}
    poster = Poster(clock=FakeClock(), options=HttpOptions(headers=headers))

    poster.post(receiver.url, b'{"a": 1}', headers={})
    poster.close()

    assert receiver.bodies == [{"a": 1}]
    assert receiver.requests[0]["user-agent"] == "theirs"
    assert "transfer-encoding" not in receiver.requests[0]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("7", 7),
        ("Tue, 14 Nov 2023 22:18:30 GMT", 10),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0),
        ("9" * 400, 3600),
        ("soon", 0),
        ("-5", 0),
        ("²", 0),
        ("", 0),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(asked: str, expected: float) -> None:
    clock = FakeClock(1_700_000_300_000)  # 14 November 2023, 22:18:20

    assert Poster(clock=clock).wait_s(asked) == expected
