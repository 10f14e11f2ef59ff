"""Releases and budgets in reports and among the insights."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from otel_monitoring.errors import QueryError
from otel_monitoring.reports.budgets.budget import parse_budgets
from otel_monitoring.reports.budgets.desk import BudgetStanding
from otel_monitoring.reports.feeds.releases import ReleasesFeed
from otel_monitoring.reports.releases.findings import Regression
from otel_monitoring.reports.releases.versions import Release
from otel_monitoring.reports.summary.period import Period

if TYPE_CHECKING:
    from otel_monitoring.reports.budgets.desk import BudgetsDesk
    from otel_monitoring.reports.releases.desk import ReleasesDesk

END_MS = 1_700_006_400_000
HOUR_MS = 3_600_000
PERIOD = Period.ending("daily", END_MS)
OLD = Release("shop", "1.0", END_MS - 20 * HOUR_MS, END_MS - 5 * HOUR_MS, is_first=True)
NEW = Release("shop", "1.1", END_MS - 5 * HOUR_MS, END_MS, is_first=False)
SLOWER = Regression(
    job="shop",
    version="1.1",
    before="1.0",
    method="GET",
    route="/cart",
    what="latency",
    size=0.2,
    found_ms=END_MS - 4 * HOUR_MS,
    since_ms=NEW.first_ms,
    text="Since 1.1 GET /cart is 20% slower, compared with 1.0.",
)


def standing(value: float, *, kept: float) -> BudgetStanding:
    budget = parse_budgets({"GET /cart": "p95 < 300ms"})[0]
    return BudgetStanding(
        budget=budget, job="shop", method="GET", route="/cart", value=value, worst=0.5, kept=kept, points=300
    )


def feed(
    *, releases: Any = (), regressions: Any = (), standings: Any = (), fails: bool = False
) -> ReleasesFeed:
    def asked() -> Any:
        if fails:
            msg = "too slow"
            raise QueryError(msg)
        return releases

    releases_fake = SimpleNamespace(releases=asked, regressions=lambda: regressions)
    budgets_fake = SimpleNamespace(budgets=[one.budget for one in standings], standings=lambda **_: standings)
    return ReleasesFeed(cast("ReleasesDesk", releases_fake), cast("BudgetsDesk", budgets_fake))


def test_a_report_lists_new_releases_what_got_worse_and_budgets() -> None:
    section = feed(releases=[NEW, OLD], regressions=[SLOWER], standings=[standing(0.4, kept=0.9)]).section(
        PERIOD
    )

    assert section is not None
    new, worse, budgets = section.tables
    assert [row[:2] for row in new.rows] == [("1.1", "shop")]
    assert [row[2] for row in worse.rows] == [SLOWER.text]
    assert budgets.rows == (("GET /cart", "p95", "300ms", "500ms", 0.9),)


def test_a_quiet_period_has_no_section() -> None:
    assert feed(releases=[OLD]).section(PERIOD) is None


def test_where_it_cannot_be_asked_the_section_says_why() -> None:
    section = feed(fails=True).section(PERIOD)

    assert section is not None
    assert section.notes == ("No data, because the question could not be answered: too slow.",)


def test_a_regression_of_today_is_an_insight_and_one_of_last_week_is_not() -> None:
    found = feed(regressions=[SLOWER])

    (insight,) = found.insights(END_MS)

    assert insight.sentence == SLOWER.text
    assert insight.kind == "latency"
    assert insight.since_ms == NEW.first_ms
    assert found.insights(END_MS + 48 * HOUR_MS) == []


def test_a_budget_that_is_not_kept_now_is_an_insight() -> None:
    over, fine, idle = standing(0.4, kept=0.5), standing(0.2, kept=0.5), standing(math.nan, kept=0.5)

    (insight,) = feed(standings=[over, fine, idle]).insights(END_MS)

    assert insight.labels.get("http_route") == "/cart"
    assert insight.evidence.values["budget"] == 0.3
