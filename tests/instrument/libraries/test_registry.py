"""When and whether libraries are instrumented."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import pytest
from opentelemetry.instrumentation import _semconv

from otel_monitoring.instrument.libraries import DISABLED, OPT_IN, Library
from tests.instrument.libraries.fake_world import METERS, TRACERS, FakeWorld, state


def test_a_library_that_is_not_installed_is_not_reported(world: FakeWorld) -> None:
    libraries = world.instrument(Library("absent", "absent_library", "absent_otel:Instrumentor"))

    assert libraries.reports() == ()


def test_a_library_is_instrumented_when_the_application_imports_it(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_late"))
    before = state(libraries), "fake_late" in sys.modules, "fake_late_otel" in sys.modules

    fake_late = importlib.import_module("fake_late")

    assert before == ("waiting", False, False)
    assert fake_late.Client().call("word") == "traced plain word"
    assert state(libraries) == "on"


def test_a_library_that_was_imported_before_is_instrumented_at_once(world: FakeWorld) -> None:
    library = world.library("fake_early")
    fake_early = importlib.import_module("fake_early")

    world.instrument(library)

    assert fake_early.Client().call("word") == "traced plain word"


def test_the_instrumentor_is_given_the_providers(world: FakeWorld) -> None:
    world.instrument(world.library("fake_given"))

    importlib.import_module("fake_given")

    given = sys.modules["fake_given_otel"].FakeInstrumentor.given
    assert given == [{"tracer_provider": TRACERS, "meter_provider": METERS}]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"disabled": ["fake_off"]}, "instrumentation.disabled"),
        ({"environ": {DISABLED: "other, fake_off"}}, DISABLED),
        ({"environ": {DISABLED: "*"}}, DISABLED),
    ],
)
def test_a_disabled_library_is_left_alone(world: FakeWorld, options: dict[str, Any], reason: str) -> None:
    libraries = world.instrument(world.library("fake_off"), **options)

    fake_off = importlib.import_module("fake_off")

    (report,) = libraries.reports()
    assert fake_off.Client().call("word") == "plain word"
    assert report.state == "off"
    assert reason in report.reason


@pytest.mark.parametrize(
    ("opt_in", "expected"),
    [("http,database", "on"), ("", "warn"), ("http", "warn"), ("http,database/dup", "warn")],
)
def test_other_names_than_the_stable_ones_are_a_warning(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch, opt_in: str, expected: str
) -> None:
    settled = _semconv._OpenTelemetrySemanticConventionStability
    monkeypatch.setenv(OPT_IN, opt_in)
    monkeypatch.setattr(settled, "_initialized", False)
    monkeypatch.setattr(settled, "_OTEL_SEMCONV_STABILITY_SIGNAL_MAPPING", {})
    libraries = world.instrument(world.library("fake_names", names="database"))

    importlib.import_module("fake_names")

    assert state(libraries) == expected


def test_a_library_that_is_off_by_default_says_why(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_default", off="something else records it"))

    (report,) = libraries.reports()
    assert (report.state, report.reason) == ("off", "something else records it")


def test_a_missing_instrumentor_is_named_by_its_package(world: FakeWorld) -> None:
    world.library("fake_bare")
    entry = "opentelemetry.instrumentation.fake_bare:Instrumentor"

    libraries = world.instrument(Library("fake_bare", "fake_bare", entry))

    (report,) = libraries.reports()
    assert report.reason == "opentelemetry-instrumentation-fake-bare is not installed"


def test_a_version_that_the_instrumentor_does_not_take_is_reported(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_newer", needs=("pytest < 2",)))

    importlib.import_module("fake_newer")

    (report,) = libraries.reports()
    assert report.state == "off"
    assert "pytest < 2" in report.reason


def test_what_somebody_else_instrumented_is_left_so(world: FakeWorld) -> None:
    library = world.library("fake_other")
    instrumentor = importlib.import_module("fake_other_otel").FakeInstrumentor
    instrumentor().instrument(hook="theirs")

    libraries = world.instrument(library)
    libraries_said = libraries.reports()
    libraries.uninstrument()

    assert libraries_said[0].state == "on"
    assert "somebody else" in libraries_said[0].reason
    assert (instrumentor.given, instrumentor.undone) == ([{"hook": "theirs"}], 0)


def test_an_instrumentor_that_raises_does_not_break_the_import(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_broken", extra="raise KeyError('broken')"))

    fake_broken = importlib.import_module("fake_broken")

    assert fake_broken.Client().call("word") == "plain word"
    assert world.guard.counts() == {"KeyError": 1}
    assert state(libraries) == "off"


def test_an_instrumentor_that_raises_does_not_stop_the_others(world: FakeWorld) -> None:
    broken = world.library("fake_first", extra="raise KeyError('broken')")
    whole = world.library("fake_second")
    importlib.import_module("fake_first")
    importlib.import_module("fake_second")

    libraries = world.instrument(broken, whole)

    assert [report.state for report in libraries.reports()] == ["off", "on"]


def test_nothing_is_instrumented_after_the_end(world: FakeWorld) -> None:
    world.instrument(world.library("fake_ended")).uninstrument()

    fake_ended = importlib.import_module("fake_ended")

    assert fake_ended.Client().call("word") == "plain word"


def test_the_end_undoes_what_was_instrumented(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_undone"))
    importlib.import_module("fake_undone")

    libraries.uninstrument()

    assert sys.modules["fake_undone_otel"].FakeInstrumentor.undone == 1
