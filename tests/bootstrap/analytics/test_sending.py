"""Reports reach the receivers of alerts, on schedule and by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.routing.plain import plain_config
from otel_monitoring.bootstrap.analytics.sending import ReportSender
from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.delivery.retry import Deliver
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.reports.made_up import END_MS

if TYPE_CHECKING:
    from otel_monitoring.notify.message import Message
    from otel_monitoring.reports.summary.shelf import Kept


class Channel:
    """Takes messages into a list, or refuses them."""

    def __init__(self, kind: str = "webhook", *, refuses: bool = False) -> None:
        self.kind = kind
        self.taken: list[Message] = []
        self.refuses = refuses

    def send(self, message: Message, /) -> None:
        if self.refuses:
            msg = "not today"
            raise NotifyError(msg)
        self.taken.append(message)


@pytest.fixture
def report() -> Kept:
    return ReportsDesk(Engine(SeriesStore()), FakeClock(END_MS)).kept("daily", end_ms=END_MS)


def sender(*receivers: str, **channels: Channel) -> tuple[ReportSender, Deliver]:
    config = plain_config(urls=["log://"], repeat_interval_s=3600)
    known = {config.route.receiver: {"a": channels.get("a", Channel())}, "team": channels}
    deliver = Deliver(receivers=known, clock=FakeClock())
    return ReportSender(deliver, voice=None, config=lambda: config, receivers=receivers), deliver


def test_a_report_that_came_due_goes_over_each_channel_once(report: Kept) -> None:
    mail, hook, pager = Channel(), Channel(), Channel("pagerduty")
    sending, deliver = sender("team", a=mail, b=hook, c=pager)
    done: list[bool] = []

    for _ in range(2):
        sending.hand_over(report, done=lambda: done.append(True))
        assert deliver.flush(10)

    assert [len(one.taken) for one in (mail, hook, pager)] == [1, 1, 0]
    assert mail.taken[0].document is not None
    assert mail.taken[0].document.name == "report-daily-2025-12-31"
    assert done == [True, True]


def test_without_receivers_it_goes_to_that_of_the_default_route(report: Kept) -> None:
    default = Channel()
    sending, _ = sender(a=default)

    (delivery,) = sending.once(report)

    assert (delivery.outcome, delivery.status) == ("delivered", "report")
    assert len(default.taken) == 1


def test_by_hand_it_is_sent_as_often_as_one_likes_and_says_what_became_of_it(report: Kept) -> None:
    fine, broken = Channel(), Channel(refuses=True)
    sending, _ = sender("team", a=fine, b=broken)

    outcomes = [[one.outcome for one in sending.once(report)] for _ in range(2)]

    assert outcomes == [["delivered", "failed"]] * 2
    assert len(fine.taken) == 2


def test_a_receiver_that_does_not_exist_is_said(report: Kept) -> None:
    with pytest.raises(NotifyError, match=r"analytics\.reports_to has 'nobody'"):
        sender("nobody", a=Channel())[0].once(report)


def test_a_receiver_that_knows_incidents_alone_gets_no_report(report: Kept) -> None:
    with pytest.raises(NotifyError, match="a channel that takes reports"):
        sender("team", a=Channel("pagerduty"))[0].once(report)
