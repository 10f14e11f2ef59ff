"""What an hour of series takes, as the operating system sees it, and what churn leaves behind."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

MEGABYTE = 1e6
HOUR_AT_MOST_MB = 25
CHURN_BYTES = 64_000_000
CHURN_AT_MOST_MB = 100
COLLECTIONS = 240
INTERVAL_MS = 15_000
SHORT_LIVED = 1_000_000
AT_ONCE = 1000
SERIES_OF_A_SENDER = 5
SENDER_AT_MOST_BYTES = 12_000
CURVE = (1_000, 10_000, 100_000)
EXPR = "sum by (route) (rate(http_requests_total[5m]))"


def label_sets(series: int) -> tuple[Labels, ...]:
    """Return counters of a web service: a hundred routes, five statuses, as many instances as it takes."""
    return tuple(
        Labels.of(
            __name__="http_requests_total",
            job="shop",
            instance=f"host-{at // 500}:8000",
            route=f"/r{at % 100}",
            status=str(200 + at // 100 % 5),
        )
        for at in range(series)
    )


def resident_bytes() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


def hour(series: int) -> dict[str, float]:
    """Keep an hour of ``series`` series; return what it took."""
    warm = SeriesStore()
    warm.append(Batch("self", 0, label_sets(1), [0.0]))
    Engine(warm).instant(EXPR, 0)
    before_bytes = resident_bytes()
    store = SeriesStore(max_series=series, max_bytes=1 << 30)
    labels = label_sets(series)
    steps = [float(at % 7 + 1) for at in range(series)]
    appended_s = 0.0
    for turn in range(COLLECTIONS):
        values = [step * turn for step in steps]
        began_s = time.process_time()
        store.append(Batch("self", turn * INTERVAL_MS, labels, values))
        appended_s += time.process_time() - began_s
    del values, steps
    after_bytes = resident_bytes()
    engine, at_ms = Engine(store), (COLLECTIONS - 1) * INTERVAL_MS
    result = engine.instant(EXPR, at_ms)
    expected = sum(at % 7 + 1 for at in range(0, series, 100)) / 15
    found = dict(result.samples)[Labels.of(route="/r0")]
    assert abs(found - expected) < 1e-6 * expected, (found, expected)
    queried_s = []
    for turn in range(9):
        began_s = time.process_time()
        engine.instant(EXPR, at_ms - turn * 1000)
        queried_s.append(time.process_time() - began_s)
    return {
        "mb": (after_bytes - before_bytes) / MEGABYTE,
        "append_ms": appended_s / COLLECTIONS * 1e3,
        "query_ms": min(queried_s) * 1e3,
    }


def churn() -> dict[str, float]:
    """Let a million series live for one collection each, beside a thousand that stay."""
    before_bytes = resident_bytes()
    store = SeriesStore(max_bytes=CHURN_BYTES)
    staying = label_sets(AT_ONCE)
    began_s = time.process_time()
    for turn in range(SHORT_LIVED // AT_ONCE):
        passing = [Labels.of(__name__="job_seconds", pod=f"pod-{turn}-{at}") for at in range(AT_ONCE)]
        store.append(Batch("self", turn * INTERVAL_MS, [*staying, *passing], [float(turn)] * 2 * AT_ONCE))
    took_s = time.process_time() - began_s
    stats = store.stats()
    now_ms = turn * INTERVAL_MS
    (block,) = store.select([Matcher("__name__", "=", "http_requests_total")], now_ms - 1, now_ms)
    assert len(block.labels) == AT_ONCE
    assert len(store.series([Matcher("pod", "=", "pod-0-0")])) == 0, "a series left a permanent row"
    return {
        "mb": (resident_bytes() - before_bytes) / MEGABYTE,
        "counted_mb": stats["size_bytes"] / MEGABYTE,
        "us_each": took_s / SHORT_LIVED * 1e6,
        "series": stats["series"],
        "dropped": stats["chunks_dropped"],
    }


def senders(sources: int) -> dict[str, float]:
    """Let ``sources`` senders of five series each append ten times; query over all of them."""
    Engine(SeriesStore()).instant(EXPR, 0)
    labels = label_sets(sources * SERIES_OF_A_SENDER)
    before_bytes = resident_bytes()
    store = SeriesStore(max_series=len(labels), max_bytes=1 << 30)
    began_s = time.process_time()
    for turn in range(10):
        for at in range(sources):
            own = labels[at * SERIES_OF_A_SENDER : (at + 1) * SERIES_OF_A_SENDER]
            store.append(Batch(f"sender-{at}", turn * INTERVAL_MS, own, [float(turn)] * len(own)))
    appended_s = time.process_time() - began_s
    after_bytes = resident_bytes()
    engine, at_ms = Engine(store), 9 * INTERVAL_MS
    result = engine.instant("count(http_requests_total)", at_ms)
    assert [value for _, value in result.samples] == [len(labels)]
    engine.instant(EXPR, at_ms)
    began_s = time.process_time()
    engine.instant(EXPR, at_ms - 1)
    return {
        "bytes": (after_bytes - before_bytes) / sources,
        "append_us": appended_s / (10 * sources) * 1e6,
        "query_us": (time.process_time() - began_s) / sources * 1e6,
    }


def apart(what: str, *words: str) -> dict[str, float]:
    """Run one of the above in a process of its own, whose memory is nobody else's."""
    code = (
        "import json; from benchmarks.stores import bench_memory as b; "
        f"print(json.dumps(b.{what}({', '.join(words)})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        check=True,
        timeout=110,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_hour_of_10k_series() -> None:
    """Budget: 25 MB, label sets and index included; the curve up to 100,000 series is printed."""
    found = {series: apart("hour", str(series)) for series in CURVE}

    print("\nan hour at 15 s")
    for series, one in found.items():
        print(
            f"{series:>8,} series {one['mb']:8.1f} MB {one['mb'] * 1e6 / series:7.0f} B each"
            f"  append {one['append_ms']:7.2f} ms  {EXPR} {one['query_ms']:7.2f} ms"
        )
    assert found[10_000]["mb"] <= HOUR_AT_MOST_MB


def test_a_million_short_lived_series() -> None:
    """Budget: with a limit of 64 MB the process grows by 100 MB at most, whatever has come and gone."""
    found = apart("churn")

    print(
        f"\na million series, each for one collection: {found['mb']:.1f} MB, {found['us_each']:.1f} us each, "
        f"{found['counted_mb']:.1f} MB by our own account, {found['series']:.0f} rows in the end"
    )
    assert found["dropped"] > 0
    assert found["mb"] <= CHURN_AT_MOST_MB


def test_five_thousand_small_sources() -> None:
    """Budget: 12 kB for a sender of five series, besides its label sets; the cost of a query is printed."""
    found = apart("senders", "5000")

    print(
        f"\n5,000 senders of five series: {found['bytes']:.0f} B each, append {found['append_us']:.1f} us, "
        f"{EXPR} {found['query_us']:.1f} us each"
    )
    assert found["bytes"] <= SENDER_AT_MOST_BYTES
