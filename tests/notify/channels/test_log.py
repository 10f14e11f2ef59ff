"""The channel that writes to the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.message import message_of

if TYPE_CHECKING:
    import pytest

    from otel_monitoring.model.alert import Notice


def test_every_alert_is_one_line_with_what_which_and_the_value(
    notice: Notice, caplog: pytest.LogCaptureFixture
) -> None:
    """P20."""
    caplog.set_level(logging.INFO, "otel_monitoring.alerts")

    LogChannel().send(message_of(notice))

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "alert firing: HighCpu - CPU is at 97% (job='a' severity='critical', value 0.97)"),
        ("INFO", "alert resolved: HighCpu - CPU is at 96% (job='b' severity='critical', value 0.96)"),
    ]


def test_an_alert_that_is_not_critical_is_a_warning(notice: Notice, caplog: pytest.LogCaptureFixture) -> None:
    message = message_of(notice)
    alert = message.alerts[0]
    del alert.labels["severity"]  # type: ignore[attr-defined]

    LogChannel().send(message)

    assert caplog.records[0].levelname == "WARNING"


def test_a_cut_message_says_how_many_more_there_are(notice: Notice, caplog: pytest.LogCaptureFixture) -> None:
    LogChannel().send(message_of(notice, most_alerts=1))

    assert caplog.records[-1].getMessage() == 'and 1 more alerts of group {}:{alertname="HighCpu"}'


def test_no_text_can_begin_a_line_of_its_own(notice: Notice, caplog: pytest.LogCaptureFixture) -> None:
    message = message_of(notice, most_alerts=1)
    message.alerts[0].annotations["summary"] = "a\r\nERROR b\x85c"  # type: ignore[index]
    message.alerts[0].labels["job"] = "x\ny"  # type: ignore[index]

    LogChannel().send(message)

    assert len(caplog.records[0].getMessage().splitlines()) == 1
