"""The libraries that are known."""

from __future__ import annotations

import importlib.metadata

from otel_monitoring.instrument.libraries import LIBRARIES


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
