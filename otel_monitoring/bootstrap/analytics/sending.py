"""Reports on their way: to the receivers of alerts, over every channel that has a place for one."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.alert import Notice
from otel_monitoring.model.document import Document
from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.summary.words import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.alerts.routing.config import RoutingConfig
    from otel_monitoring.bootstrap.storage.voice import Voice
    from otel_monitoring.notify.delivery.record import Delivery
    from otel_monitoring.notify.delivery.retry import Deliver
    from otel_monitoring.reports.summary.shelf import Kept

_ONLY_INCIDENTS = frozenset({"pagerduty", "sentry"})
"""Kinds of channels that know incidents alone: a report is none."""

_PATIENCE_S = 30.0


class ReportSender:
    """Send reports.

    Args:
        deliver: Brings notices to channels.
        voice: Writes down what is told before it is; ``None`` where nothing outlives the process.
        config: Returns the routes in force.
        receivers: Who gets reports; without any it is the receiver of the default route.
    """

    def __init__(
        self,
        deliver: Deliver,
        *,
        voice: Voice | None,
        config: Callable[[], RoutingConfig],
        receivers: Sequence[str] = (),
    ) -> None:
        self._deliver = deliver
        self._voice = voice
        self._config = config
        self._receivers = tuple(receivers)

    def hand_over(self, report: Kept, *, done: Callable[[], object]) -> None:
        """Begin to send a report that came due; ``done`` is called when all channels have decided.

        Raises:
            NotifyError: There is nobody to send it to.
        """
        notices = self._notices(report)
        decided = _Countdown(len(notices), done)
        for notice in notices:
            if self._voice is None:
                self._deliver(notice, decided, is_firm=True)
            else:
                self._voice.take(notice, decided)

    def once(self, report: Kept) -> list[Delivery]:
        """Send a report by hand, tried once on each channel, and return what became of it.

        Raises:
            NotifyError: There is nobody to send it to.
        """
        by_hand = secrets.token_hex(8)  # the same report may be sent by hand as often as one likes
        found: list[Delivery] = []
        for notice in self._notices(report):
            one = replace(notice, key=f"{notice.key}/{by_hand}")
            found += self._deliver.once(one, timeout_s=_PATIENCE_S).values()
        return found

    def _notices(self, report: Kept) -> list[Notice]:
        config = self._config()
        wanted = self._receivers or (config.route.receiver,)
        known = {one.name: one for one in self._deliver.receivers()}
        unknown = [name for name in wanted if name not in known]
        if unknown:
            msg = f"analytics.reports_to has {unknown[0]!r}: expected receivers, of {', '.join(known)}"
            raise NotifyError(msg)
        found = [
            _notice(report, receiver=name, channel=channel.name)
            for name in wanted
            for channel in known[name].channels
            if channel.kind not in _ONLY_INCIDENTS
        ]
        if not found:
            msg = f"{', '.join(wanted)}: expected a receiver with a channel that takes reports"
            raise NotifyError(msg)
        return found


class _Countdown:
    """Call back once, when so many have decided."""

    def __init__(self, count: int, done: Callable[[], object]) -> None:
        self._left = count
        self._done = done
        self._lock = threading.Lock()

    def __call__(self, _taken: bool) -> None:  # noqa: FBT001 - the protocol of ``done``
        with self._lock:
            self._left -= 1
            is_last = self._left == 0
        if is_last:
            self._done()


def _notice(report: Kept, *, receiver: str, channel: str) -> Notice:
    day = moment(report.start_ms, report.document["timeZone"])[:10]
    return Notice(
        key=f"report/{report.kind}/{report.end_ms}/{receiver}/{channel}",
        receiver=receiver,
        channel=channel,
        group_key=f'{{}}:{{report="{report.kind}"}}',
        group_labels=Labels.of(report=report.kind),
        alerts=(),
        document=Document(
            name=f"report-{report.kind}-{day}",
            title=report.title,
            lines=report.lines,
            html=report.html,
            markdown=report.markdown,
            body=report.document,
        ),
    )
