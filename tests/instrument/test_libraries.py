"""When and whether libraries are instrumented, with libraries and instrumentors made up for the test."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.instrumentation import _semconv
from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.guard import Guard
from otel_monitoring.instrument.libraries import DISABLED, LIBRARIES, OPT_IN, Libraries, Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRACERS, METERS = object(), object()

FAKE_LIBRARY = """
class Client:
    def call(self, word):
        return "plain " + word
"""

FAKE_INSTRUMENTOR = """
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor

class FakeInstrumentor(BaseInstrumentor):
    given = []
    undone = 0

    def instrumentation_dependencies(self):
        return {needs!r}

    def _instrument(self, **kwargs):
        self.given.append(kwargs)
        {extra}
        import {library}
        original = {library}.Client.call
        {library}.Client.call = lambda client, word: "traced " + original(client, word)

    def _uninstrument(self, **kwargs):
        type(self).undone += 1
"""


class FakeWorld:
    """Fake libraries and their fake instrumentors, on the path of the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.guard = Guard("tap.libraries.test")
        self.made: list[str] = []
        self.running: list[Libraries] = []

    def library(self, name: str, *, needs: tuple[str, ...] = (), extra: str = "pass", **more: Any) -> Library:
        self._write(name, FAKE_LIBRARY)
        self._write(f"{name}_otel", FAKE_INSTRUMENTOR.format(library=name, needs=needs, extra=extra))
        return Library(name, name, f"{name}_otel:FakeInstrumentor", **more)

    def instrument(self, *table: Library, **options: Any) -> Libraries:
        libraries = Libraries(
            tracer_provider=TRACERS,
            meter_provider=METERS,
            guard=self.guard,
            environ=options.pop("environ", {}),
            table=table,
            **options,
        )
        self.running.append(libraries)
        libraries.instrument()
        return libraries

    def _write(self, name: str, text: str) -> None:
        (self._folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
        self.made.append(name)
        importlib.invalidate_caches()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorld]:
    monkeypatch.syspath_prepend(str(tmp_path))
    made = FakeWorld(tmp_path)
    yield made
    for libraries in made.running:
        libraries.uninstrument()
    for name in made.made:
        sys.modules.pop(name, None)


def state(libraries: Libraries) -> str:
    (report,) = libraries.reports()
    return report.state


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


def test_a_watched_library_is_instrumented_by_the_first_call_and_records_it(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_watched", first_calls=("Client.call",)))
    fake_watched = importlib.import_module("fake_watched")
    before = state(libraries), "fake_watched_otel" in sys.modules

    said = [fake_watched.Client().call("first"), fake_watched.Client().call("second")]

    assert before == ("waiting", False)
    assert said == ["traced plain first", "traced plain second"]
    assert state(libraries) == "on"


def test_our_own_calls_do_not_count_as_the_first(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_ours", first_calls=("Client.call",)))
    fake_ours = importlib.import_module("fake_ours")

    with suppress_instrumentation():
        said = fake_ours.Client().call("export")

    assert said == "plain export"
    assert state(libraries) == "waiting"


def test_a_wrapper_that_came_after_the_watch_stays(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_wrapped", first_calls=("Client.call",)))
    fake_wrapped = importlib.import_module("fake_wrapped")
    inner = fake_wrapped.Client.call
    fake_wrapped.Client.call = lambda client, word: "theirs " + inner(client, word)

    said = [fake_wrapped.Client().call("first"), fake_wrapped.Client().call("second")]

    assert said == ["theirs plain first", "traced theirs plain second"]
    assert state(libraries) == "on"


def test_the_end_takes_the_watch_away(world: FakeWorld) -> None:
    libraries = world.instrument(world.library("fake_unwatched", first_calls=("Client.call",)))
    fake_unwatched = importlib.import_module("fake_unwatched")
    watched = fake_unwatched.Client.call

    libraries.uninstrument()

    assert fake_unwatched.Client.call is not watched
    assert fake_unwatched.Client().call("word") == "plain word"


def test_every_name_of_the_table_stands_for_one_library() -> None:
    names = [library.name for library in LIBRARIES]

    assert len(names) == len(set(names))


def test_the_table_agrees_with_the_entry_points_that_are_installed() -> None:
    points = {
        point.name: point.value
        for point in importlib.metadata.entry_points(group="opentelemetry_instrumentor")
    }

    known = {library.name: library.instrumentor for library in LIBRARIES}

    shared = points.keys() & known.keys() - {"sqlalchemy"}  # ours stands in for contrib's
    assert {"httpx", "redis", "psycopg"} <= shared
    assert {name: known[name] for name in shared} == {name: points[name] for name in shared}
