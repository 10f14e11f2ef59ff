"""Rules and pages that ask a real Prometheus."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.analysis import Analysis
from otel_monitoring.errors import QueryError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.remote.query import RemoteQuery
from otel_monitoring.settings import load_settings
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from tests.integration.servers import Prometheus

T_MS = 1_700_000_000_000


@pytest.mark.parametrize(
    "expr",
    [
        "1 / 3",
        "vector(time())",
        '"text"',
        "vector(0) / 0",
        'label_replace(vector(1), "a", "b", "", "")',
        "nobody",
    ],
)
def test_a_real_server_and_the_engine_give_the_same_result(prometheus: Prometheus, expr: str) -> None:
    engine = Engine(SeriesStore())
    with contextlib.closing(RemoteQuery(prometheus.url, clock=SystemClock())) as remote:
        theirs, ours = remote(expr, T_MS), engine(expr, T_MS)

    assert (theirs.kind, str(theirs.samples)) == (ours.kind, str(ours.samples))
    assert (theirs.text, str(theirs.scalar)) == (ours.text, str(ours.scalar))


def test_a_range_has_the_same_points(prometheus: Prometheus) -> None:
    span = (T_MS, T_MS + 60_000, 15_000)
    with contextlib.closing(RemoteQuery(prometheus.url, clock=SystemClock())) as remote:
        theirs = remote("vector(time())", *span)

    ours = Engine(SeriesStore())("vector(time())", *span)
    assert theirs.series[0].times_ms.tolist() == ours.series[0].times_ms.tolist()
    assert theirs.series[0].values.tolist() == ours.series[0].values.tolist()


def test_an_error_says_which_server_said_what(prometheus: Prometheus) -> None:
    with (
        contextlib.closing(RemoteQuery(prometheus.url, clock=SystemClock())) as remote,
        pytest.raises(QueryError, match=rf"{prometheus.url} answered 400: bad_data: .*parse error"),
    ):
        remote("sum(", T_MS)


def test_one_setting_makes_rules_ask_a_server(
    prometheus: Prometheus, fresh_process: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {"url": prometheus.url}
    builder = parts.begin(load_settings(settings=None, environ={}, service_name="shop", query=told), {})
    analysis = Analysis(builder)

    found = Asking(analysis.ask)("vector(7)", T_MS)
    analysis.stop(1)

    assert [(one.labels, one.value) for one in found] == [(Labels.of(), 7.0)]
    assert analysis.remote is not None
    assert analysis.remote.stats()["queries"] == 1
