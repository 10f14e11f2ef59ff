"""The metrics that the built-in rules ask for are those that a real application has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from otel_monitoring.alerts.rules.load import default_rules
from otel_monitoring.promql.language.nodes import Node, Selector, children
from otel_monitoring.promql.language.parse import parse
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = Path(__file__).with_name("whole_app.py")
CONDITIONAL = {
    "otel_monitoring_anomaly_active": "where a series is not as usual",
    "otel_monitoring_capacity_exhaustion_seconds": "where a limit is ahead",
    "otel_monitoring_regression": "where a release is worse than the one before",
    "otel_monitoring_cardinality_overflow": "where a metric has reached its limit of attribute sets",
    "otel_monitoring_instance_crash_time_seconds": "where a process crashed that shares a storage",
    "otel_monitoring_export_dropped_total": "where telemetry was dropped",
}
"""Metrics that an application has only when something is wrong."""


def selectors(node: Node) -> Iterator[Selector]:
    if isinstance(node, Selector):
        yield node
    for child in children(node):
        yield from selectors(child)


def asked() -> set[str]:
    """Return the names of the metrics in the built-in rules."""
    rules = [rule for group in default_rules(check_expr=parse).groups for rule in group.rules]
    return {
        matcher.value
        for rule in rules
        for selector in selectors(parse(rule.expr))
        for matcher in selector.matchers
        if matcher.name == "__name__"
    }


def served(url: str) -> set[str]:
    """Return the names of the metrics that the application has after a request."""
    try:
        httpx.get(f"{url}/count", timeout=30).raise_for_status()
        headers = {"Authorization": "Bearer whole"}
        text = httpx.get(f"{url}/monitoring/metrics", headers=headers, timeout=30).raise_for_status().text
    except httpx.TransportError:
        return set()
    return set(re.findall(r"^(\w+)[{ ]", text, flags=re.MULTILINE))


@pytest.mark.integration
def test_a_real_application_has_the_metrics_of_the_built_in_rules(tmp_path: Path) -> None:
    """A2."""
    (port,) = free_ports(1)
    wanted = asked() - CONDITIONAL.keys()
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    environment = {
        **os.environ,
        "OTEL_EXPORTER_OTLP_ENDPOINT": nobody,
        "OTEL_MONITORING_STORAGE__URL": f"sqlite:///{tmp_path}/storage.db",
    }
    with (tmp_path / "app.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(APP), str(port)], env=environment, stdout=log, stderr=log
        )
        try:
            missing: list[set[str]] = [wanted]

            def all_there() -> bool:
                missing.append(wanted - served(f"http://127.0.0.1:{port}"))
                return not missing[-1]

            try:
                eventually(all_there, timeout_s=90)
            except pytest.fail.Exception:
                pytest.fail(f"the application has no {', '.join(sorted(missing[-1]))}")
        finally:
            process.terminate()
            process.wait(20)
    assert asked() >= CONDITIONAL.keys()
