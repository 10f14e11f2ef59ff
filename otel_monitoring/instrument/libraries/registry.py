"""Instrument the libraries that the application uses, each by its OpenTelemetry instrumentor.

Nothing is imported ahead of the application: a library is instrumented at the moment the application
imports it, or at once where it has been imported already. Those that our own exporters import as well wait
for the first call that the application makes, so that exporting alone costs no instrumentation.

What the application or ``opentelemetry-instrument`` has instrumented stays as it is.
"""

from __future__ import annotations

import functools
import sys
import weakref
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from wrapt import register_post_import_hook

from otel_monitoring.instrument.libraries.first_call import on_first_call
from otel_monitoring.instrument.libraries.table import LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.libraries.table import Library, Names

DISABLED = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
OPT_IN = "OTEL_SEMCONV_STABILITY_OPT_IN"

State = Literal["on", "waiting", "warn", "off"]


@dataclass(frozen=True, slots=True)
class LibraryReport:
    """Whether a library is instrumented.

    Attributes:
        name: The library.
        state: ``on``; ``waiting`` for the application to use it; ``warn``, on with a reservation; ``off``.
        reason: Why, in one sentence without a full stop.
    """

    name: str
    state: State
    reason: str


class Libraries:
    """The libraries of this process, and which of them are instrumented.

    Args:
        tracer_provider: Where their spans go.
        meter_provider: Where their metrics go.
        guard: Catches what an instrumentor raises, so that no import of the application fails by it.
        disabled: Names of libraries to leave alone.
        environ: The environment, with what else is disabled.
        table: The libraries that are known.
    """

    def __init__(
        self,
        *,
        tracer_provider: Any,
        meter_provider: Any,
        guard: Guard,
        disabled: Iterable[str] = (),
        environ: Mapping[str, str],
        table: Iterable[Library] = LIBRARIES,
    ) -> None:
        self._providers = {"tracer_provider": tracer_provider, "meter_provider": meter_provider}
        self._guard = guard
        self._disabled = _names(disabled)
        self._disabled_by_variable = _names(environ.get(DISABLED, "").split(","))
        self._opt_in = environ.get(OPT_IN, "")
        self._table = tuple(table)
        self._reports: dict[str, LibraryReport] = {}
        self._begun: dict[str, object] = {}
        self._undo: list[Callable[[], object]] = []
        self._is_open = True

    def instrument(self) -> None:
        """Instrument what has been imported, and what will be when it is."""
        for library in self._table:
            with self._guard:
                self._prepare(library)

    def uninstrument(self) -> None:
        """Undo what :meth:`instrument` did, now and later."""
        self._is_open = False
        while self._undo:
            with self._guard:
                self._undo.pop()()
        self._reports.clear()

    def reports(self) -> tuple[LibraryReport, ...]:
        """Return how each library stands that is installed here, in the order of the table."""
        return tuple(self._reports[library.name] for library in self._table if library.name in self._reports)

    def _prepare(self, library: Library) -> None:
        if not _is_installed(library.module):
            return
        refusal = self._refusal(library)
        if refusal:
            self._report(library, "off", refusal)
            return
        self._report(library, "waiting", f"the application has not imported {library.module} yet")
        reach = weakref.WeakMethod(self._imported)  # the hook outlives us

        def imported(module: ModuleType) -> None:
            call = reach()
            if call is not None:
                call(library, module)

        register_post_import_hook(imported, library.module)

    def _refusal(self, library: Library) -> str:
        """Return why ``library`` is left alone, or nothing."""
        if {library.name, library.module} & self._disabled:
            return "named in instrumentation.disabled"
        if library.name in self._disabled_by_variable or "*" in self._disabled_by_variable:
            return f"named in {DISABLED}"
        if library.off:
            return library.off
        package = library.instrumentor.partition(":")[0]
        if not _is_installed(package):
            missing = package.replace(".", "-").replace("_", "-")
            return f"{missing} is not installed"
        return ""

    def _imported(self, library: Library, module: ModuleType) -> None:
        if not self._is_open:
            return
        if not library.first_calls:
            self._start(library)
            return
        self._report(library, "waiting", "imported; the application has not called it yet")
        with self._guard:
            for path in library.first_calls:
                self._undo.append(on_first_call(module, path, functools.partial(self._start, library)))

    def _start(self, library: Library) -> None:
        """Let the instrumentor of ``library`` do its work, once."""
        mine = object()
        if not self._is_open or self._begun.setdefault(library.name, mine) is not mine:
            return
        self._report(library, "off", "its instrumentor failed; the log says how")
        with self._guard:
            self._run(library)

    def _run(self, library: Library) -> None:
        from opentelemetry.instrumentation.dependencies import DependencyConflictError

        package, _, name = library.instrumentor.partition(":")
        instrumentor = getattr(import_module(package), name)()
        if instrumentor.is_instrumented_by_opentelemetry:
            self._report(library, "on", "instrumented before by somebody else, and left so")
            return
        try:
            instrumentor.instrument(raise_exception_on_conflict=True, **self._providers)
        except DependencyConflictError as error:
            self._report(library, "off", str(error).rstrip("."))
            return
        self._undo.append(instrumentor.uninstrument)
        mode = _names_in_use(library.names)
        if mode == library.names:
            self._report(library, "on", f"by {package}")
        else:
            reason = f"names in use: {mode}; {OPT_IN} came too late or says so: {self._opt_in!r}"
            self._report(library, "warn", reason)

    def _report(self, library: Library, state: State, reason: str) -> None:
        self._reports[library.name] = LibraryReport(library.name, state, reason)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.strip() for name in names if name.strip())


def _is_installed(module: str) -> bool:
    """Return whether ``module`` can be imported, without importing it."""
    if module in sys.modules:
        return True
    # A dotted name imports its parents, which is fine for ours and for contrib's alone.
    is_instrumentor = module.startswith((f"{__package__}.", "opentelemetry.instrumentation."))
    return find_spec(module if is_instrumentor else module.partition(".")[0]) is not None


def _names_in_use(names: Names | None) -> str | None:
    """Return the mode in which the contrib packages name what is ``names``: it is settled once a process."""
    if names is None:
        return None
    from opentelemetry.instrumentation import _semconv

    settled = _semconv._OpenTelemetrySemanticConventionStability  # noqa: SLF001 - it stands nowhere else
    kind = _semconv._OpenTelemetryStabilitySignalType(names)  # noqa: SLF001 - likewise
    mode = settled._get_opentelemetry_stability_opt_in_mode(kind)  # noqa: SLF001 - likewise
    return str(mode.value)
