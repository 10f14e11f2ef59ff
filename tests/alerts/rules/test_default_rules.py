"""Each built-in rule on made-up data: it fires when it should, and is quiet when little is wrong (A2)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from otel_monitoring.alerts.rules.load import default_rules
from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.testing.rules import RuleBench

GROUPS = default_rules(check_expr=parse).groups
REQUESTS = "http_server_request_duration_seconds"
QUERIES = "db_client_operation_duration_seconds"


@dataclass(frozen=True, slots=True)
class Case:
    """Series under which a rule fires, others under which it does not, and the minutes that this takes."""

    fires: dict[str, str]
    quiet: dict[str, str]
    minutes: int = 12


def requests(bad: str, good: str) -> dict[str, str]:
    """Return counters of requests that fail and of others."""
    return {
        f'{REQUESTS}_count{{job="shop",http_route="/pay",http_response_status_code="{status}"}}': values
        for status, values in (("500", bad), ("200", good))
    }


def histogram(name: str, labels: str, *, fast: str, all_: str) -> dict[str, str]:
    """Return a histogram whose quick observations are below any threshold."""
    buckets = {f'{name}_bucket{{{labels},le="{le}"}}': fast for le in ("0.1", "0.5", "1", "2.5")}
    return {
        **buckets,
        f'{name}_bucket{{{labels},le="10"}}': all_,
        f'{name}_bucket{{{labels},le="+Inf"}}': all_,
        f"{name}_count{{{labels}}}": all_,
    }


def latency(seconds: str, count: str) -> dict[str, str]:
    return {f'{REQUESTS}_sum{{job="shop"}}': seconds, f'{REQUESTS}_count{{job="shop"}}': count}


CHECK = 'otel_monitoring_health_status{check="%s",critical="%s"}'
ROUTE = 'job="shop",http_route="/pay"'
SELECT = 'job="shop",db_system_name="sqlite",db_operation_name="SELECT"'
CPU, MEMORY = "otel_monitoring_cpu_utilization_ratio", "otel_monitoring_memory_utilization_ratio"
DISK = 'system_filesystem_utilization_ratio{system_filesystem_mountpoint="/"}'
POOL = (
    'db_client_connection_count{job="shop",db_client_connection_pool_name="p",'
    'db_client_connection_state="%s"}'
)
DROPPED = 'otel_monitoring_export_dropped_total{job="shop",signal="traces",reason="queue_full"}'
REGRESSION = 'otel_monitoring_regression{version="2.0",http_route="/cart",what="latency"}'
ANOMALY = 'otel_monitoring_anomaly_active{job="shop",metric="http.p95",http_route="/cart"}'
EXHAUSTION = 'otel_monitoring_capacity_exhaustion_seconds{resource="disk",bound="%s"}'
GIVEN_UP = 'otel_monitoring_notify_messages_total{job="shop",receiver="ops",kind="slack",outcome="failed"}'
CRASH = (
    'otel_monitoring_instance_crash_time_seconds{instance="b",crashed_service="shop",crashed_version="1.2",'
    'crashed_host="web-1",crashed_pid="4711",reason="killed by SIGKILL"}'
)
AVAILABLE = 'otel_monitoring_storage_available{job="shop",instance="a",reason="full"}'
SET_ASIDE = 'otel_monitoring_storage_troubles_total{job="shop",instance="a",kind="set_aside"}'
LEFT_OUT = 'otel_monitoring_storage_writes_total{job="shop",outcome="dropped"}'
CASES = {
    "HighCpu": Case({CPU: "0.85x12"}, {CPU: "0.8x12"}),
    "CriticalCpu": Case({CPU: "0.96x12"}, {CPU: "0.95x12"}),
    "HighMemory": Case({MEMORY: "0.9x12"}, {MEMORY: "0.85x12"}),
    "CriticalMemory": Case({MEMORY: "0.96x12"}, {MEMORY: "0.95x12"}),
    "DiskAlmostFull": Case({DISK: "0.91x12"}, {DISK: "0.9x12"}),
    "DiskFullWithinADay": Case({DISK: "0.5+0.001x240"}, {DISK: "0.2+0.0001x240"}, minutes=240),
    "MemoryGrowsTowardsItsLimit": Case({MEMORY: "0.4+0.003x120"}, {MEMORY: "0.6+0.0001x120"}, minutes=120),
    "HighErrorRate": Case(requests("0+3x12", "0+30x12"), requests("0+1x12", "0+1x12")),
    "SlowResponses": Case(
        histogram(REQUESTS, ROUTE, fast="0+5x12", all_="0+10x12"),
        histogram(REQUESTS, ROUTE, fast="0+0x12", all_="0+2x12"),
    ),
    "HighLatency": Case(latency("0+20x12", "0+10x12"), latency("0+6x12", "0+3x12")),
    "SlowQueries": Case(
        histogram(QUERIES, SELECT, fast="0+5x12", all_="0+10x12"),
        histogram(QUERIES, SELECT, fast="0+0x12", all_="0+2x12"),
    ),
    "ManyDatabaseConnections": Case(
        {POOL % "used": "60x12", POOL % "idle": "41x12"}, {POOL % "used": "60x12", POOL % "idle": "40x12"}
    ),
    "RestartLoop": Case(
        {'process_uptime_seconds{instance="a"}': "60 5 60 5 60 5 60"},
        {'process_uptime_seconds{instance="a"}': "60 5 60 5 60+60x8"},
        minutes=6,
    ),
    "InstanceCrashed": Case(
        {CRASH: "1700000000x12"},
        {'otel_monitoring_instances{instance="a",state="stopped"}': "1x12"},
    ),
    "EventLoopBlocked": Case(
        {"otel_monitoring_asyncio_loop_lag_seconds": "0.6x12"},
        {"otel_monitoring_asyncio_loop_lag_seconds": "0.5x12"},
    ),
    "ServiceDown": Case(
        {CHECK % ("orders-db", "true"): "0x12"},
        {CHECK % ("orders-db", "true"): "0.5x12", CHECK % ("pay", "false"): "0x12"},
    ),
    "DependencyDown": Case(
        {CHECK % ("pay", "false"): "0x12"},
        {CHECK % ("orders-db", "true"): "0x12", CHECK % ("disk", "false"): "0x12"},
    ),
    "CollectorPipelineDown": Case(
        {'otel_monitoring_export_circuit_open{signal="traces"}': "1x12"},
        {'otel_monitoring_export_circuit_open{signal="traces"}': "0x12"},
    ),
    "TelemetryDropped": Case({DROPPED: "0+5x12"}, {DROPPED: "5x12"}),
    "StorageUnavailable": Case({AVAILABLE: "0x12"}, {AVAILABLE: "1x12"}),
    "StorageDamaged": Case({SET_ASIDE: "1x12"}, {SET_ASIDE: "0x12"}),
    "StorageLosesData": Case({LEFT_OUT: "0+1x12"}, {LEFT_OUT: "7x12"}),
    "AnomalyDetected": Case({ANOMALY: "1x12"}, {ANOMALY: "0x12"}),
    "WorseSinceRelease": Case({REGRESSION: "0.3x12"}, {REGRESSION: "-0.1x12"}),
    "LimitReachedWithinThreeDays": Case(
        {EXHAUSTION % "high": "200000x80", EXHAUSTION % "expected": "150000x80"},
        {EXHAUSTION % "high": "259200x80", EXHAUSTION % "expected": "150000x80"},
        minutes=70,
    ),
    "NotificationsFailing": Case({GIVEN_UP: "0+1x12"}, {GIVEN_UP: "7x12"}),
    "CardinalityOverflow": Case(
        {'otel_monitoring_cardinality_overflow{metric="m",attribute="user"}': "1x12"},
        {'otel_monitoring_cardinality_overflow{metric="m",attribute="user"}': "0x12"},
    ),
}


def fired(name: str, series: dict[str, str], minutes: int) -> set[str]:
    """Return the texts of what fired under one name in the course of some minutes."""
    bench = RuleBench(GROUPS)
    for one, values in series.items():
        bench.load(one, values)
    texts: set[str] = set()
    for _ in range(minutes):
        bench.advance("1m")
        assert bench.errors() == []
        texts |= {text for alert in bench.firing(name) for text in alert.annotations.values()}
    return texts


def test_every_built_in_rule_is_tried() -> None:
    rules = [rule for group in GROUPS for rule in group.rules]

    assert {rule.name for rule in rules if isinstance(rule, AlertingRule)} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_built_in_rule_fires_when_it_should(name: str) -> None:
    """A2, S4.4: and its texts expand."""
    texts = fired(name, CASES[name].fires, CASES[name].minutes)

    assert texts
    assert not [text for text in texts if "<error" in text or "no value" in text or "NaN" in text]


@pytest.mark.parametrize("name", CASES)
def test_a_built_in_rule_is_quiet_at_its_threshold_or_with_little_traffic(name: str) -> None:
    """A2."""
    assert fired(name, CASES[name].quiet, CASES[name].minutes) == set()


@pytest.mark.parametrize("name", CASES)
def test_a_built_in_rule_is_quiet_where_there_is_no_data(name: str) -> None:
    """A2, S3.10."""
    assert fired(name, {}, 3) == set()


def test_a_damaged_storage_is_told_of_for_an_hour() -> None:
    bench = RuleBench(GROUPS)
    bench.load(SET_ASIDE, "1x120")
    firing = []

    for _ in range(100):
        bench.advance("1m")
        firing.append(bool(bench.firing("StorageDamaged")))

    assert firing[2:59] == [True] * 57
    assert firing[61:] == [False] * 39
