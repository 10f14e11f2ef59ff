"""A document, such as a report, over each channel that has a place for one."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.alert import Notice
from otel_monitoring.model.document import Document
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.message import message_of
from otel_monitoring.notify.messages import wording
from otel_monitoring.storage.repositories.notices import notice_of, notice_record
from tests.notify.channels.making import make
from tests.notify.receiver import receiving

if TYPE_CHECKING:
    from otel_monitoring.notify.message import Message

DOCUMENT = Document(
    name="report-daily-2026-01-01",
    title="Daily report: shop",
    lines=("Requests: 1,200", "5 < 6 & <!channel>"),
    html="<!DOCTYPE html><p>page</p>",
    markdown="# Daily report\n",
    body={"version": 1, "kind": "daily"},
)
NOTICE = Notice(
    key="k",
    receiver="team",
    group_key='{}:{report="daily"}',
    group_labels=Labels.of(report="daily"),
    alerts=(),
    document=DOCUMENT,
)


@pytest.fixture
def message() -> Message:
    return message_of(NOTICE)


def test_a_mail_holds_the_text_the_page_and_the_page_as_a_file(message: Message) -> None:
    mail = make("email", **{"from": "m@x.org", "to": "a@x.org", "smarthost": "127.0.0.1:25"}).mail(message)

    assert mail["Subject"] == "Daily report: shop"
    assert mail.get_body(("plain",)).get_content() == "# Daily report\n"
    assert mail.get_body(("html",)).get_content().strip() == DOCUMENT.html
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "report-daily-2026-01-01.html"
    assert attached.get_content().strip() == DOCUMENT.html


def test_a_webhook_gets_plain_values() -> None:
    with receiving() as receiver:
        make("webhook", url=receiver.url).send(message_of(NOTICE))
        receiver.wait()

    assert receiver.bodies == [
        {"version": "4", "receiver": "team", "report": {"version": 1, "kind": "daily"}}
    ]


def test_slack_gets_what_matters_most_and_takes_none_of_it_for_its_own(message: Message) -> None:
    body = make("slack", api_url="https://hooks.slack.com/services/T/B/x", title="{{ .Status }}").body(
        message
    )

    header, lines = body["attachments"][0]["blocks"]
    assert body["text"] == header["text"]["text"] == "Daily report: shop"
    assert lines["text"]["text"] == "• Requests: 1,200\n• 5 &lt; 6 &amp; &lt;!channel&gt;"


def test_the_log_and_short_services_get_what_matters_most(
    message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "otel_monitoring.alerts")

    LogChannel().send(message)

    assert caplog.messages == ["Daily report: shop: Requests: 1,200; 5 < 6 & <!channel>"]
    assert wording.plain(message) == "Daily report: shop\n\nRequests: 1,200\n5 < 6 & <!channel>\n"


def test_a_document_rests_in_the_outbox_as_it_was() -> None:
    assert notice_of(json.loads(json.dumps(notice_record(NOTICE)))) == NOTICE


def test_a_notice_of_an_older_version_has_no_document() -> None:
    record = notice_record(NOTICE)
    del record["document"]

    assert notice_of(record).document is None
