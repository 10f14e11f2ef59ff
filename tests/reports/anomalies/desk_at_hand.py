"""A desk over a watch whose events are kept as they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.record import EVENT, Record
from otel_monitoring.model.sample import Metadata
from otel_monitoring.reports.anomalies.desk import AnomaliesDesk
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.testing import FakeClock
from tests.reports.anomalies.watching import START_MS, Watching, series

if TYPE_CHECKING:
    from collections.abc import Sequence

A, B = series(host="a"), series(host="b")


class Desk(AnomaliesDesk):
    """A desk over a watch whose events are kept as they were told."""

    def __init__(self, watching: Watching) -> None:
        self.watching = watching
        super().__init__(
            query=watching.engine,
            subjects=Subjects(metadata=lambda: {"load": Metadata("load", "gauge", "", "{job}")}),
            clock=FakeClock(watching.now_ms),
            events=self._events,
            lasting=watching.watch.lasting,
            is_watching=lambda: watching.is_speaking,
        )

    def _events(
        self, name: str, *, since_ms: int, until_ms: int | None = None, most: int = 500
    ) -> Sequence[Record]:
        end_ms = START_MS * 2 if until_ms is None else until_ms
        records = [
            Record(EVENT, at_ms, name, {"body": body, "attributes": dict(attributes)})
            for (name, body, attributes), at_ms in zip(self.watching.told, self.watching.told_ms, strict=True)
            if since_ms <= at_ms < end_ms
        ]
        return records[::-1][:most]
