"""Limits of the application and of our own pages, as settings say."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.bootstrap.api.limits import CHECK, OWN, own_rules
from otel_monitoring.bootstrap.setup import running
from otel_monitoring.errors import SettingsError
from tests.integration.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.monitoring.instance import Monitoring

TOKEN = "a-token-of-this-test"
HEADERS = {"authorization": f"Bearer {TOKEN}"}
USER_KEY = "a-key-of-this-test"


def gold(_scope: Any) -> str:
    """Return the tier of everyone."""
    return "gold"


NOT_CALLABLE = 1


@pytest.fixture
def serve(fresh_process: pytest.MonkeyPatch) -> Iterator[Callable[..., TestClient]]:
    made: list[Monitoring] = []

    def start(**settings: Any) -> TestClient:
        app = FastAPI()

        @app.get("/orders/{order_id}")
        @app.get("/health")
        def answer(order_id: int = 0) -> int:
            return order_id

        options = {"storage": {"url": "memory"}, "api": {"token": TOKEN}, **settings}
        made.append(setup_telemetry(app, service_name="limited", **options))
        return TestClient(app, client=("192.0.2.1", 5000))

    yield start
    for one in made:
        one.shutdown()


def now_running() -> Monitoring:
    """Return the instance of this test."""
    found = running()
    assert found is not None
    return found.monitoring


def statuses(client: TestClient, path: str, count: int, **headers: str) -> list[int]:
    """Return what an address answers, one request after the other."""
    return [client.get(path, headers={**HEADERS, **headers}).status_code for _ in range(count)]


def test_without_rules_nothing_is_limited(serve: Callable[..., TestClient]) -> None:
    """And answers say nothing of limits."""
    client = serve()

    assert not {name for name in client.get("/orders/1").headers if "ratelimit" in name}


def test_a_list_of_rules_switches_limits_on(serve: Callable[..., TestClient]) -> None:
    """The shortest way to say it."""
    assert statuses(serve(rate_limits=["2/minute by ip"]), "/orders/1", 3) == [200, 200, 429]


def test_a_rule_may_be_a_table(serve: Callable[..., TestClient]) -> None:
    """For tiers, which do not fit into a line; the function of the application says who has which."""
    table = {"limit": "1/minute", "tiers": {"gold": "2/minute"}}
    client = serve(rate_limits={"rules": [table], "tier": f"{__name__}:gold"})

    assert statuses(client, "/orders/1", 3) == [200, 200, 429]


def test_the_environment_separates_rules_by_semicolons(
    serve: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Costs are pairs."""
    monkeypatch.setenv("OTEL_MONITORING_RATE_LIMITS__RULES", "4/minute; 9/hour on /other")
    monkeypatch.setenv("OTEL_MONITORING_RATE_LIMITS__COSTS", "/orders/*=2")

    assert statuses(serve(), "/orders/1", 3) == [200, 200, 429]


def test_pretending_to_be_a_probe_is_no_way_around(serve: Callable[..., TestClient]) -> None:
    """Telemetry leaves out user agents of probes; limits do not, since anyone may send one."""
    client = serve(rate_limits=["1/minute"])

    assert statuses(client, "/orders/1", 2, **{"user-agent": "kube-probe/1.30"}) == [200, 429]


def test_paths_of_probes_are_exempt(serve: Callable[..., TestClient]) -> None:
    """An application that is busy is not one to restart."""
    assert statuses(serve(rate_limits=["1/minute by global"]), "/health", 3) == [200, 200, 200]


def test_only_listed_proxies_say_for_whom_they_ask(serve: Callable[..., TestClient]) -> None:
    """As telemetry does."""
    settings = {"rate_limits": ["1/minute"], "http": {"trusted_proxies": ["192.0.2.0/24"]}}
    client = serve(**settings)

    found = [statuses(client, "/orders/1", 1, **{"x-forwarded-for": f"203.0.113.{n}"}) for n in (1, 2, 1)]

    assert found == [[200], [200], [429]]


def test_our_own_pages_are_no_requests_of_the_application(serve: Callable[..., TestClient]) -> None:
    """They have limits of their own."""
    assert statuses(serve(rate_limits=["1/minute by global"]), "/monitoring/status", 3) == [200, 200, 200]


def test_our_own_pages_have_limits_for_each_caller(serve: Callable[..., TestClient]) -> None:
    """The 51st look at the dashboard within a minute is one too many; other pages are not touched."""
    client = serve()

    found = statuses(client, "/monitoring/dashboard", 51)

    assert found == [200] * 50 + [429]
    assert statuses(client, "/monitoring/status", 1) == [200]


def test_a_refused_page_is_a_problem_like_any_other(serve: Callable[..., TestClient]) -> None:
    """With the headers that every page has."""
    client = serve(rate_limits={"own": {"dashboard": "1/minute"}})
    statuses(client, "/monitoring/dashboard", 1)

    answer = client.get("/monitoring/dashboard", headers=HEADERS)

    assert answer.json()["type"] == "urn:otel-monitoring:problem:too-many-requests"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert int(answer.headers["retry-after"]) in range(1, 61)


def test_who_may_not_come_in_uses_up_nothing(serve: Callable[..., TestClient]) -> None:
    """The gate comes first: a stranger cannot keep an owner out."""
    client = serve(rate_limits={"own": {"dashboard": "1/minute"}})

    strangers = [client.get("/monitoring/dashboard").status_code for _ in range(3)]

    assert strangers == [401, 401, 401]
    assert statuses(client, "/monitoring/dashboard", 1) == [200]


@pytest.mark.parametrize("probe", ["live", "ready"])
def test_probes_of_ours_are_never_refused(serve: Callable[..., TestClient], probe: str) -> None:
    """Whatever the short health has been asked before."""
    client = serve(rate_limits={"own": {"health": "1/minute"}})
    statuses(client, "/monitoring/health", 3)

    assert 429 not in statuses(client, f"/monitoring/health/{probe}", 5)


def test_the_seeds_are_the_limits_of_our_pages() -> None:
    """As they are documented."""
    assert {rule.name: str(rule.rates[0]) for rule in own_rules({})} == {
        "pages health": "100/minute",
        "pages dashboard": "50/minute",
        "pages alerts": "30/minute",
        "pages resolve": "20/minute",
        "pages detect": "10/minute",
        "pages recommendations": "20/minute",
        "pages cleanup": "5/minute",
    }


def test_single_limits_of_our_pages_can_be_changed() -> None:
    """One by its name, all by `all`, and each may be off."""
    said = {rule.name: str(rule.rates[0]) for rule in own_rules({"all": "off", "cleanup": "1/hour"})}

    assert said == {"pages cleanup": "1/hour"}
    assert len(own_rules({"cleanup": "off"})) == len(OWN) - 1


def test_all_limits_of_our_pages_can_be_off(serve: Callable[..., TestClient]) -> None:
    """One word."""
    assert 429 not in statuses(serve(rate_limits={"own": "off"}), "/monitoring/health", 102)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"rules": ["5/fortnight"]}, r"rate_limits: rate limit '5/fortnight'"),
        ({"rules": [{"limit": "5/minute", "by": "moon"}]}, r"rate_limits: scope 'moon'"),
        ({"rules": ["5/minute"], "costs": {"/search": 9}}, r"cost 9 of '/search': expected 1 to 5"),
        ({"rules": ["5/minute"], "redis_url": "http://cache"}, r"scheme 'http', expected one of redis"),
        ({"rules": ["5/minute"], "tier": "nowhere:tier"}, r"rate_limits.tier = 'nowhere:tier'"),
        ({"rules": ["5/minute"], "tier": f"{__name__}:NOT_CALLABLE"}, r"expected a function, found int"),
        ({"rules": ["5/minute"], "tier": "no place"}, r"rate_limits.tier"),
        ({"rules": [{"limit": "5/minute", "per": "ip"}]}, r"rate_limits.rules"),
        ({"own": {"dash": "5/minute"}}, r"rate_limits.own = 'dash': expected names among health, dashboard"),
        ({"own": {"dashboard": "many"}}, r"rate_limits.own: rate 'many'"),
        (
            {"rules": ["5/minute by user"], "redis_url": "redis://cache"},
            r"needs correlation.user_hash_key",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_at_set_up(
    serve: Callable[..., TestClient], said: dict[str, Any], complaint: str
) -> None:
    """With the setting, the value and what was expected."""
    with pytest.raises(SettingsError, match=complaint):
        serve(rate_limits=said)


def test_rules_that_anyone_gets_around_are_warned_of(
    serve: Callable[..., TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    """Keys that nobody has checked, and users whom nobody names."""
    with caplog.at_level(logging.WARNING):
        serve(rate_limits=["5/minute by api_key", "5/minute by user"])

    assert "a name that anyone may make up" in caplog.text
    assert "users are known by their addresses alone" in caplog.text


def test_a_redis_that_is_away_is_seen(serve: Callable[..., TestClient]) -> None:
    """In the report of health and in metrics; the rule holds as it says."""
    [port] = free_ports(1)
    url = f"redis://:hunter2@127.0.0.1:{port}"
    client = serve(rate_limits={"rules": ["1/minute away closed"], "redis_url": url, "redis_retry_s": 60})

    answer = client.get("/orders/1")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    found = now_running()
    check: Any = found.health._entries[CHECK].terms.check
    assert check().status == "degraded"
    assert "ConnectionError" in check().message
    found.collect()
    text = client.get("/monitoring/metrics", headers=HEADERS).text
    assert "otel_monitoring_ratelimit_decisions_total{" in text
    assert 'outcome="closed"' in text
    assert "hunter2" not in text


def test_refused_requests_are_measured_and_become_events(serve: Callable[..., TestClient]) -> None:
    """As requests of their route, and as one event of a security kind."""
    client = serve(rate_limits=["1/minute by ip"])
    statuses(client, "/orders/7", 4)
    found = now_running()
    found.collect()
    for name in ("rate limits", "records"):
        [job] = [one for one in found.loop.jobs if one.name == name]
        job.run(0)

    text = client.get("/monitoring/metrics", headers=HEADERS).text
    counts = [line for line in text.splitlines() if "request_duration_seconds_count" in line]
    [refused] = [line for line in counts if 'status_code="429"' in line]
    assert 'http_route="/orders/{order_id}"' in refused
    assert refused.endswith(" 3.0")
    [event] = client.get("/monitoring/events", headers=HEADERS).json()["events"]
    assert event["name"] == "security.rate_limit"
    assert event["attributes"]["otel_monitoring.ratelimit.count"] == 3
