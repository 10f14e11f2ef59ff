"""Libraries and instrumentors made up for a test."""

from __future__ import annotations

import importlib
import textwrap
from typing import TYPE_CHECKING, Any

from otel_monitoring.guard import Guard
from otel_monitoring.instrument.libraries import Libraries, Library

if TYPE_CHECKING:
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


def state(libraries: Libraries) -> str:
    (report,) = libraries.reports()
    return report.state
