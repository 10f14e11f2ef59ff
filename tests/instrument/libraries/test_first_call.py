"""Libraries that wait for the first call that the application makes."""

from __future__ import annotations

import importlib
import sys

from opentelemetry.instrumentation.utils import suppress_instrumentation

from tests.instrument.libraries.fake_world import FakeWorld, state


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
