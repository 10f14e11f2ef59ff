"""Mail as it is written; how it is handed in is tested against a real server."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.evidence import Curve, Evidence
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_url
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import CLOCK, make

if TYPE_CHECKING:
    from email.message import EmailMessage

    from otel_monitoring.model.alert import Notice

OPTIONS = {"to": "a@x.org, B <b@x.org>", "from": "Monitor <m@x.org>", "smarthost": "mail.x.org:587"}


def written(notice: Notice, **options: object) -> EmailMessage:
    mail: EmailMessage = make("email", **OPTIONS, **options).mail(message_of(notice, external_url="http://m"))
    return mail


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def test_says_what_happened_in_text_and_in_html(notice: Notice) -> None:
    """P20."""
    mail = written(notice)

    assert mail["Subject"] == "[FIRING:1] HighCpu (critical)"
    assert (mail["From"], mail["To"]) == ("Monitor <m@x.org>", "a@x.org, B <b@x.org>")
    assert "CPU is at 97%\nSeries: job=a severity=critical\nValue: 0.97" in part(mail, "plain")
    assert "<h1" in part(mail, "html")
    assert "CPU is at 97%" in part(mail, "html")


def test_mails_of_a_group_are_one_thread_and_the_same_try_is_the_same_mail(notice: Notice) -> None:
    first, again, later = written(notice), written(notice), written(replace(notice, key="other"))

    assert first["Message-ID"] == again["Message-ID"] == "<k@x.org>"
    assert later["Message-ID"] == "<other@x.org>"
    assert first["References"] == later["References"]
    assert first["In-Reply-To"] == first["References"]


def test_threads_can_be_switched_off(notice: Notice) -> None:
    assert written(notice, threading={"enabled": False})["References"] is None


def test_no_header_can_be_smuggled_in(notice: Notice) -> None:
    evil = "x\r\nBcc: evil@x.org"
    alerts = tuple(
        replace(one, labels=one.labels.of(one.labels.as_dict(), team=evil)) for one in notice.alerts
    )
    mail = written(replace(notice, alerts=alerts), headers={"X-Team": "{{ .CommonLabels.team }}"})

    assert mail["Bcc"] is None
    assert mail["X-Team"] == "x Bcc: evil@x.org"
    assert b"\nBcc:" not in mail.as_bytes()


def test_templates_of_the_user_take_the_place_of_our_texts(notice: Notice) -> None:
    mail = written(
        notice,
        html="<p>{{ .CommonLabels.alertname }} {{ print `<b>` }}</p>",
        text="{{ .Status }}!",
        headers={"subject": "[{{ .Status | toUpper }}]"},
    )

    assert (mail["Subject"], part(mail, "plain")) == ("[FIRING]", "firing!\n")
    assert part(mail, "html") == "<p>HighCpu &lt;b&gt;</p>\n"


def test_a_chart_travels_inside_the_mail(notice: Notice) -> None:
    curve = Curve(times_ms=(0, 1, 2), values=(1.0, 5.0, 2.0), threshold=4.0)
    message = message_of(notice)
    alert = replace(message.alerts[0], evidence=Evidence(curve=curve))
    mail: EmailMessage = make("email", **OPTIONS).mail(replace(message, alerts=(alert,)))

    (image,) = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert image["Content-ID"] == f"<{alert.fingerprint}@chart>"
    assert f"cid:{alert.fingerprint}@chart" in part(mail, "html")
    assert b"PNG" in image.get_content()[:8]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"smarthost": "mail"}, "smarthost: 'mail': expected host:port"),
        ({"to": "nobody"}, "to: to: 'nobody': expected addresses"),
        ({"from": ""}, "from: missing"),
        ({"require_tls": "yes"}, "require_tls: 'yes': expected true or false"),
        ({"text": "{{ nope }}"}, "text: template"),
        ({"headers": {"Message-Id": "s3cret"}}, "headers: a dict: expected others than Message-Id"),
        ({"auth_pasword": "s3cret"}, "auth_pasword: unknown option, expected one of"),
        ({"auth_password": ["s3cret"]}, "auth_password: a list: expected a text"),
        ({"auth_password_file": "/no/s"}, "auth_password_file: '/no/s' cannot be read: FileNotFoundError"),
        ({"headers": {"a b": "x"}}, "headers: a dict: expected a header's name"),
    ],
)  # fmt: skip
def test_wrong_options_are_named_without_secrets(options: dict[str, object], expected: str) -> None:
    with pytest.raises(NotifyError) as caught:
        make("email", **{**OPTIONS, **options})

    assert str(caught.value).startswith("am.yml:3:5: email[0]: " + expected)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mailto://me%40x.org:pw@mail/?to=a@x.org", ("mail", 587, "starttls", "me@x.org", "pw")),
        ("mailto://mail:2525/?to=a@x.org&from=m@x.org&starttls=no", ("mail", 2525, "none", "", "")),
        ("mailtos://mail/?to=a@x.org&from=m@x.org", ("mail", 465, "tls", "", "")),
    ],
)
def test_a_url_says_it_all(url: str, expected: tuple[object, ...]) -> None:
    server = channel_from_url(url, ChannelOptions(clock=CLOCK))._server  # type: ignore[attr-defined]

    assert (server.host, server.port, server.encryption, server.user, server.password) == expected


@pytest.mark.parametrize(
    "url", ["mailto://", "mailto://mail:x/", "mailto://mail/?to=a@x.org&form=x", "mailto://s3/?to=x"]
)
def test_a_url_that_says_too_little_is_refused(url: str) -> None:
    with pytest.raises(NotifyError, match=r"^mailto://: expected user:password@host:port") as caught:
        channel_from_url(url, ChannelOptions(clock=CLOCK))

    assert "s3" not in str(caught.value)


def test_a_server_that_cannot_be_reached_is_tried_again(notice: Notice) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    channel = make("email", **{**OPTIONS, "smarthost": f"127.0.0.1:{port}"})

    with pytest.raises(NotifyError, match="gave no answer: Connection refused") as caught:
        channel.send(message_of(notice))
    assert caught.value.retry_after_s == 0
