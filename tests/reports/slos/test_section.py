"""Service levels in reports."""

from __future__ import annotations

import pytest

from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.slos.section import SlosSection
from otel_monitoring.reports.slos.slo import SLO, availability
from otel_monitoring.reports.summary.period import Period
from tests.reports.slos.recorded import DAY_MS, NOW_MS, Recorded, between

CHECKOUT = SLO(name="checkout", target=0.999, sli=availability())
EMPTY = SLO(name="empty", target=0.99, sli=availability(route="/none"), window="7d")
TODAY = Period.ending("daily", NOW_MS)


def test_a_day_in_breach_is_not_kept() -> None:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=31, traffic=between(NOW_MS - DAY_MS, NOW_MS, (1000, 2), (1000, 0)))

    section = SlosSection(Engine(recorded.store), lambda: [CHECKOUT, EMPTY]).section(TODAY)

    assert section is not None
    assert [(one.label, one.value, one.before) for one in section.figures] == [
        ("Kept", 1, 2),
        ("Not kept", 1, 0),
    ]
    first, second = section.tables[0].rows
    assert first[:4] == ("checkout", "99.9% over 30d", "99.8%", 288 * 2)
    assert first[4] == pytest.approx(1 - 2 / 30)
    assert second == ("empty", "99% over 7d", "no events", 0, None)


def test_without_service_levels_there_is_no_section() -> None:
    assert SlosSection(Engine(Recorded().store), tuple).section(TODAY) is None
