"""The deliveries of other monitors, with a monitor made up for the test and with Sentry's real transport."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.instrumentation.utils import is_http_instrumentation_enabled

from otel_monitoring.guard import Guard
from otel_monitoring.instrument.libraries.monitors import DELIVERIES, hush

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAKE_MONITOR = """
from opentelemetry.instrumentation.utils import is_http_instrumentation_enabled

class Transport:
    def send(self, word):
        return word, is_http_instrumentation_enabled()
"""


@pytest.fixture
def fake_monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    (tmp_path / "fake_monitor.py").write_text(FAKE_MONITOR, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield "fake_monitor", "Transport.send"
    sys.modules.pop("fake_monitor", None)


def transport() -> Any:
    return importlib.import_module("fake_monitor").Transport()


def test_a_delivery_is_not_recorded(fake_monitor: tuple[str, str]) -> None:
    close = hush(guard=Guard("tap.monitors.test"), deliveries=[fake_monitor])

    said = transport().send("event")
    close()

    assert said == ("event", False)
    assert is_http_instrumentation_enabled()


def test_the_end_takes_it_back(fake_monitor: tuple[str, str]) -> None:
    close = hush(guard=Guard("tap.monitors.test"), deliveries=[fake_monitor])
    made = transport()

    close()

    assert made.send("event") == ("event", True)


def test_nothing_is_hushed_after_the_end(fake_monitor: tuple[str, str]) -> None:
    hush(guard=Guard("tap.monitors.test"), deliveries=[fake_monitor])()

    assert transport().send("event") == ("event", True)


def test_a_monitor_that_changed_its_insides_is_imported_all_the_same(fake_monitor: tuple[str, str]) -> None:
    guard = Guard("tap.monitors.test")
    close = hush(guard=guard, deliveries=[(fake_monitor[0], "Moved.send")])

    said = transport().send("event")
    close()

    assert said == ("event", True)
    assert guard.counts() == {"AttributeError": 1}


def test_sentrys_transport_has_the_method_that_is_named() -> None:
    paths = dict(DELIVERIES)
    holder, _, name = paths["sentry_sdk.transport"].partition(".")

    sentry = importlib.import_module("sentry_sdk.transport")

    assert name in vars(getattr(sentry, holder))
