"""Each built-in rule: silent without data, and with words where something is worth knowing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.promql.language.parse import parse
from otel_monitoring.reports.insights.asking import ask
from otel_monitoring.reports.insights.load import insight_rules
from tests.reports.insights.scenes import DAY, engine, histogram
from tests.reports.made_up import END_MS, Shop

if TYPE_CHECKING:
    from otel_monitoring.reports.insights.rule import InsightRule

RULES = {rule.name: rule for rule in insight_rules()}
SERVER = "http_server_request_duration_seconds"
CLIENT = "http_client_request_duration_seconds"
QUERY = "db_client_operation_duration_seconds"
CART = 'http_request_method="GET",http_route="/cart"'
PAY = 'http_request_method="POST",http_route="/pay"'
SEARCH = 'http_request_method="GET",http_route="/search"'
OK = 'http_response_status_code="200"'
OPERATION = "otel_monitoring_operation_duration_seconds_count"
SOCKET = "otel_monitoring_websocket_connection_duration_seconds_count"
POOL = 'db_client_connection_pool_name="shop"'
HOURS = 8


def served(
    labels: str = CART, each: float = 100, *, seconds: float = 0.05, times: int = 24
) -> dict[str, str]:
    le = "0.1" if seconds < 0.1 else "5"
    return histogram(SERVER, f"{labels},{OK}", each, seconds=seconds, le=le, times=times)


def failed(labels: str = PAY, each: float = 5) -> dict[str, str]:
    return {f'{SERVER}_count{{{labels},http_response_status_code="500"}}': f"0+{each}x24"}


def two_days(name: str, before: float, now: float) -> dict[str, str]:
    """A counter that grew by ``before`` each time, and in the last hour by ``now``."""
    steady = DAY + 24
    return {name: f"0+{before}x{steady} {before * steady + now}+{now}x12"}


def grows(name: str) -> dict[str, str]:
    return {name: f"1000+20x{HOURS * 12}", 'process_uptime_seconds{instance="a"}': f"0+300x{HOURS * 12}"}


SCENES: dict[str, tuple[dict[str, str], str]] = {
    "ErrorHotSpot": ({**served(PAY), **failed()}, "4.76% of the requests to POST /pay failed"),
    "ErrorsInOnePlace": ({**served(), **failed(), **failed(CART, 1)}, "83.3% of all failures"),
    "RefusedRequests": (
        {**served(), f'{SERVER}_count{{{CART},http_response_status_code="403"}}': "0+50x24"},
        "33.3% of the requests to GET /cart were refused",
    ),
    "UnknownPaths": (
        {
            **served(),
            f'{SERVER}_count{{http_request_method="GET",http_response_status_code="404"}}': "0+50x24",
        },
        "33.3% of all requests",
    ),
    "SlowEndpoint": (served(seconds=3), "took longer than 4.8s"),
    "SlowerThanYesterday": (
        {
            **two_days(f"{SERVER}_count{{{CART},{OK}}}", 10, 10),
            **two_days(f"{SERVER}_sum{{{CART},{OK}}}", 1, 3),
        },
        "GET /cart takes 3 times as long as at this time yesterday: 300ms against 100ms",
    ),
    "TimeInOnePlace": (
        {**served(seconds=3), **served(PAY), **served(SEARCH)},
        "GET /cart takes 96.8% of all the time",
    ),
    "LongTail": (
        {
            f'{SERVER}_bucket{{{CART},le="{le}"}}': f"0+{count}x24"
            for le, count in (("0.01", 97), ("0.1", 97), ("1", 97), ("5", 100), ("+Inf", 100))
        }
        | {f"{SERVER}_count{{{CART}}}": "0+100x24"},
        "The slowest hundredth of the requests to GET /cart",
    ),
    "LargeResponses": (
        {
            f"http_server_response_body_size_bytes_sum{{{CART}}}": "0+30000000x24",
            f"http_server_response_body_size_bytes_count{{{CART}}}": "0+10x24",
        },
        "GET /cart sends 2.861MiB a response",
    ),
    "FewerRequests": (two_days(f"{SERVER}_count{{{CART}}}", 100, 10), "90% fewer requests"),
    "MoreRequests": (two_days(f"{SERVER}_count{{{CART}}}", 100, 400), "4 times as many requests"),
    "UnevenWorkers": (
        {
            f'{SERVER}_count{{instance="{name}"}}': f"0+{each}x24"
            for name, each in (("a", 200), ("b", 10), ("c", 10))
        }
        | {f'process_uptime_seconds{{instance="{name}"}}': "0+300x24" for name in "abc"},
        "as the 3 processes do in the mean",
    ),
    "SlowDependency": (
        histogram(CLIENT, 'server_address="bank"', 10, seconds=3, le="5"),
        "One in twenty calls to bank took longer than 4.8s",
    ),
    "FailingDependency": (
        {
            f'{CLIENT}_count{{server_address="bank"}}': "0+9x24",
            f'{CLIENT}_count{{server_address="bank",error_type="500"}}': "0+1x24",
        },
        "10% of the calls to bank failed in the last hour: 12 of 120",
    ),
    "TimeOuts": (
        {f'{CLIENT}_count{{server_address="bank",error_type="httpx.ReadTimeout"}}': "0+2x24"},
        "24 calls to bank ran out of time",
    ),
    "RetryStorm": (
        {
            **two_days(f"{SERVER}_count{{{CART}}}", 100, 100),
            **two_days(f'{CLIENT}_count{{server_address="bank"}}', 100, 300),
            **two_days(f'{CLIENT}_count{{server_address="bank",error_type="500"}}', 1, 100),
        },
        "that looks like retries",
    ),
    "ManyQueriesPerRequest": (
        {
            **served(each=10),
            f'{QUERY}_count{{db_operation_name="SELECT",db_collection_name="items"}}': "0+400x24",
        },
        "A request runs SELECT on items 40 times in the mean.",
    ),
    "SlowQueries": (
        histogram(QUERY, 'db_operation_name="SELECT"', 10, seconds=3, le="5"),
        "One in twenty of SELECT took longer than 4.8s",
    ),
    "FailingQueries": (
        {
            f'{QUERY}_count{{db_operation_name="INSERT"}}': "0+9x24",
            f'{QUERY}_count{{db_operation_name="INSERT",error_type="Deadlock"}}': "0+1x24",
        },
        "10% of INSERT failed",
    ),
    "TimeInTheDatabase": (
        {**served(), f'{QUERY}_sum{{db_operation_name="SELECT"}}': "0+4x24"},
        "80% of the time that requests take",
    ),
    "PoolExhausted": (
        {
            f'db_client_connection_count{{{POOL},db_client_connection_state="used"}}': "10x24",
            f'db_client_connection_count{{{POOL},db_client_connection_state="idle"}}': "0x24",
        },
        "100% of the connections of the pool shop",
    ),
    "EventLoopBlocked": ({'otel_monitoring_asyncio_loop_lag_seconds{instance="a"}': "0.3x24"}, "300ms late"),
    "GarbageCollection": ({'cpython_gc_collections_total{cpython_gc_generation="2"}': "0+300x24"}, "1 times"),
    "UncollectableObjects": ({"cpython_gc_uncollectable_objects_total": "0+1x24"}, "12 objects"),
    "CpuNearItsLimit": ({"otel_monitoring_cpu_utilization_ratio": "0.9x24"}, "90% busy"),
    "CpuThrottled": ({"otel_monitoring_cpu_throttled_time_seconds_total": "0+30x24"}, "for 10% of"),
    "CpuUnused": (
        {"otel_monitoring_cpu_utilization_ratio": f"0.01x{DAY}", "otel_monitoring_cpu_limit": f"4x{DAY}"},
        "used to 1% in the mean of a day, of 4 CPUs",
    ),
    "MemoryNearItsLimit": ({"otel_monitoring_memory_utilization_ratio": "0.9x24"}, "reached 90%"),
    "MemoryGrows": (grows('process_memory_usage_bytes{instance="a"}'), "times what it held five hours ago"),
    "FilesStayOpen": (
        grows('process_unix_file_descriptor_count{instance="a"}'),
        "file descriptors now",
    ),
    "ThreadsStay": (grows('process_thread_count{instance="a"}'), "threads now"),
    "TasksStay": (grows('otel_monitoring_asyncio_tasks_count{instance="a"}'), "tasks of the event loop now"),
    "DiskAlmostFull": (
        {'system_filesystem_utilization_ratio{system_filesystem_mountpoint="/data"}': "0.9x3"},
        "The disk at /data is 90% full",
    ),
    "DiskBusy": ({'system_disk_io_time_seconds_total{system_device="sda"}': "0+290x24"}, "sda was busy"),
    "SwapInUse": (
        {'system_paging_utilization_ratio{system_paging_state="used"}': "0.5x24"},
        "50% of the swap",
    ),
    "NetworkDrops": (
        {'system_network_packet_dropped_total{network_interface_name="eth0"}': "0+500x24"},
        "eth0 dropped 6k packets",
    ),
    "ProcessesCrash": ({'otel_monitoring_instances{state="crashed"}': "2x3"}, "2 processes crashed"),
    "FailingOperation": (
        {
            f'{OPERATION}{{otel_monitoring_operation_name="price"}}': "0+9x24",
            f'{OPERATION}{{otel_monitoring_operation_name="price",error_type="E"}}': ("0+1x24"),
        },
        "10% of the runs of price failed",
    ),
    "WebSocketErrors": (
        {
            f'{SOCKET}{{http_route="/ws"}}': "0+9x24",
            f'{SOCKET}{{http_route="/ws",error_type="E"}}': "0+1x24",
        },
        "10% of the WebSocket connections to /ws",
    ),
    "TelemetryDropped": (
        {'otel_monitoring_export_dropped_total{signal="spans",reason="queue_full"}': "0+1x24"},
        "12 spans were lost",
    ),
    "RecordsLost": (
        {'otel_monitoring_records_dropped_total{kind="event",reason="storage"}': "0+1x24"},
        "12 records of the kind event",
    ),
    "StorageLosesData": (
        {'otel_monitoring_storage_writes_total{outcome="dropped"}': "0+1x24"},
        "were dropped",
    ),
    "TooManySeries": (
        {'otel_monitoring_cardinality_overflow{metric="m",attribute="user"}': "1x3"},
        "user is to blame",
    ),
    "OwnErrors": (
        {'otel_monitoring_errors_total{place="tap",error_type="KeyError"}': "0+1x24"},
        "12 errors of its own in tap (KeyError)",
    ),
    "MessagesNotDelivered": (
        {'otel_monitoring_notify_messages_total{receiver="team",kind="slack",outcome="failed"}': "0+1x80"},
        "to team (slack) were not delivered",
    ),
    "ExportQueueFull": (
        {
            "otel_sdk_processor_span_queue_size": "90x24",
            "otel_sdk_processor_span_queue_capacity": "100x24",
        },
        "90% full",
    ),
}


def test_each_rule_has_a_scene() -> None:
    assert RULES.keys() == SCENES.keys()


@pytest.mark.parametrize("name", SCENES)
def test_a_rule_says_what_it_found(name: str) -> None:
    series, words = SCENES[name]

    found = ask(RULES[name], engine(series), END_MS)

    assert words in found[0].sentence
    assert found[0].effect > 0
    assert found[0].advice
    assert found[0].why
    assert "<error" not in found[0].sentence + found[0].advice + found[0].why
    assert "no value" not in found[0].sentence


def test_processes_that_ended_or_have_just_begun_do_not_wait_for_the_busiest() -> None:
    scene = {
        f'{SERVER}_count{{instance="{name}"}}': f"0+{each}x24"
        for name, each in (("a", 200), ("ended", 10), ("begun", 10))
    }
    uptimes = {
        'process_uptime_seconds{instance="a"}': "0+300x24",
        'process_uptime_seconds{instance="ended"}': "0+300x18 stale",
        'process_uptime_seconds{instance="begun"}': "_x18 0+300x5",
    }

    assert ask(RULES["UnevenWorkers"], engine({**scene, **uptimes}), END_MS) == []


def test_one_process_that_crashed_is_no_plural() -> None:
    found = ask(
        RULES["ProcessesCrash"], engine({'otel_monitoring_instances{state="crashed"}': "1x3"}), END_MS
    )

    assert found[0].sentence == "One process crashed in the last hour."


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_there_is_no_advice_without_data(rule: InsightRule) -> None:
    assert ask(rule, engine({}), END_MS) == []


def test_a_shop_that_does_well_has_nothing_to_be_told() -> None:
    quiet = Shop(routes=(Shop().routes[0],), days=1.5).engine()

    assert [one for rule in RULES.values() for one in ask(rule, quiet, END_MS - 12 * 3_600_000)] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_expressions_are_promql_and_ask_for_rounds_of_data(rule: InsightRule) -> None:
    for expr in (rule.expr, rule.minimum, *rule.values.values()):
        if expr:
            parse(rule.asked(expr))
