"""The whole way: a breach, pending, firing, a webhook, a resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.evaluation.evaluator import Evaluator
from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import Breach
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_url
from otel_monitoring.notify.delivery.retry import Deliver
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.model.sample import Batch
    from tests.notify.receiver import Receiver

RULES = """
groups:
- name: cpu
  interval: 30s
  rules:
  - alert: HighCpu
    expr: cpu > 0.8
    for: 1m
    labels: {severity: warning}
    annotations: {summary: "{{ $labels.host }} is at {{ $value | humanizePercentage }}"}
"""


class QueryFake:
    """Hold one series above the threshold, or not."""

    value: float | None = None

    def __call__(self, expr: str, at_ms: int) -> list[Breach]:
        return [] if self.value is None else [Breach(Labels.of(__name__="cpu", host="a"), self.value)]


def test_a_breach_becomes_one_firing_and_one_resolved_webhook(receiver: Receiver) -> None:
    clock, guard, query = FakeClock(1_700_000_000_000), Guard("alerts"), QueryFake()
    batches: list[Batch] = []
    channel = channel_from_url(receiver.url, ChannelOptions(clock=clock))
    deliver = Deliver(
        receivers={"default": {"hook": channel}}, clock=clock, external_url="http://shop/monitoring"
    )
    dispatcher = Dispatcher(deliver=deliver, clock=clock, guard=guard)
    evaluator = Evaluator(
        groups=parse_rules(RULES, source="rules.yml", check_expr=lambda _: None).groups,
        query=query,
        send=dispatcher.put,
        record=batches.append,
        clock=clock,
        guard=guard,
        external_labels={"env": "test"},
    )

    def run(seconds: int) -> list[str]:
        states = []
        for _ in range(seconds // 15):
            clock.advance(15)
            evaluator.tick(clock.now_ms())
            dispatcher.flush()
            assert deliver.flush(10)
            states.append(str(evaluator.groups()[0].rules[0].state))
        return states

    run(60)
    query.value = 0.93
    during = run(300)
    query.value = None
    after = run(1200)
    deliver.stop(10)

    assert list(dict.fromkeys(during)) == ["pending", "firing"]
    assert list(dict.fromkeys(after)) == ["inactive"]
    assert guard.counts() == {}
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]
    firing, resolved = receiver.bodies
    assert firing["groupKey"] == '{}:{alertname="HighCpu", env="test", host="a", severity="warning"}'
    assert firing["externalURL"] == "http://shop/monitoring"
    assert firing["alerts"][0]["annotations"] == {"summary": "a is at 93%"}
    assert firing["alerts"][0]["labels"] == {
        "alertname": "HighCpu",
        "env": "test",
        "host": "a",
        "severity": "warning",
    }
    assert firing["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"
    assert resolved["alerts"][0]["startsAt"] == firing["alerts"][0]["startsAt"]
    assert resolved["alerts"][0]["endsAt"] > resolved["alerts"][0]["startsAt"]
    assert {batch.source.split(";")[1] for batch in batches} == {"cpu"}
