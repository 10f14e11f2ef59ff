"""SQLAlchemy statements: one client span each, their duration, and how full the pools are.

This stands in for ``opentelemetry-instrumentation-sqlalchemy``, which takes no SQLAlchemy 2.1, imports the
asynchronous extension whether it is used or not, has no duration metric, and lets the driver's own
instrumentation record every statement once more.

A statement runs inside of the span, with the instrumentation of the driver suppressed, so that nothing
outlives it, whatever it raises.

Source of names: OpenTelemetry semantic conventions 1.44, database client calls.
"""

from __future__ import annotations

import weakref
from collections import Counter
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from opentelemetry.context import attach, detach, get_current
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]
from opentelemetry.instrumentation.utils import is_instrumentation_enabled, suppress_instrumentation
from opentelemetry.metrics import CallbackOptions, Observation, get_meter
from opentelemetry.trace import INVALID_SPAN, SpanKind, StatusCode, get_tracer, set_span_in_context

from otel_monitoring._version import __version__
from otel_monitoring.context import stack
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.libraries.sql_summary import Summary, summary
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from opentelemetry.context import Context
    from opentelemetry.metrics import Meter
    from opentelemetry.trace import Span, Tracer

SCOPE = "otel_monitoring.sqlalchemy"
SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"

DURATION_BUCKETS_S = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""Bounds of the duration histogram in seconds, as the convention names them."""

METRICS = (
    MetricDescription(
        "db.client.connection.count",
        "{connection}",
        "updowncounter",
        "Connections in SQLAlchemy's pools by state.",
        ("db.client.connection.pool.name", "db.client.connection.state"),
    ),
    MetricDescription(
        "db.client.connection.max",
        "{connection}",
        "updowncounter",
        "Most connections that SQLAlchemy's pools open; absent where they have no limit.",
        ("db.client.connection.pool.name",),
    ),
)
"""What is emitted here and described nowhere else."""

_SYSTEMS = {"mssql": "microsoft.sql_server", "oracle": "oracle.db"}
"""Names of the convention where they differ from SQLAlchemy's."""

_HOOKS = ("do_connect", "do_execute", "do_executemany", "do_execute_no_params")
_SILENT = (
    "connect",
    "initialize",
    "do_ping",
    "do_begin",
    "do_commit",
    "do_rollback",
    "do_close",
    "do_terminate",
    "get_isolation_level",
    "set_isolation_level",
    "reset_isolation_level",
)
"""What a dialect asks of its driver beside statements: the driver's instrumentation is not to record it."""


class SqlAlchemyInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """Instrument every engine of this process, those that exist already too."""

    _statements: Statements | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """Return the versions of SQLAlchemy that this takes."""
        return ("sqlalchemy >= 1.4, < 3",)

    def _instrument(self, **kwargs: Any) -> None:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        self._statements = Statements(
            get_tracer(SCOPE, __version__, kwargs.get("tracer_provider"), SCHEMA_URL),
            get_meter(SCOPE, __version__, kwargs.get("meter_provider"), SCHEMA_URL),
        )
        for name in _HOOKS:
            event.listen(Engine, name, getattr(self._statements, name))

    def _uninstrument(self, **_kwargs: Any) -> None:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        for name in _HOOKS:
            event.remove(Engine, name, getattr(self._statements, name))
        if self._statements is not None:
            self._statements.close()
        self._statements = None


@dataclass(frozen=True, slots=True)
class _Call:
    """One statement under way."""

    span: Span
    context: Context
    measured: Mapping[str, Any]


class Statements:
    """Run statements within spans, in place of SQLAlchemy's dialect events.

    Args:
        tracer: Starts the spans.
        meter: Creates the instruments.
    """

    def __init__(self, tracer: Tracer, meter: Meter) -> None:
        self._tracer = tracer
        self._guard = Guard("instrument.sqlalchemy")
        self._engines: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()
        self._dialects: weakref.WeakSet[Any] = weakref.WeakSet()
        self._duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS_S,
        )
        meter.create_observable_up_down_counter(
            "db.client.connection.count",
            [self._observe_pools],
            unit="{connection}",
            description="Connections in SQLAlchemy's pools by state.",
        )
        meter.create_observable_up_down_counter(
            "db.client.connection.max",
            [self._observe_limits],
            unit="{connection}",
            description="Most connections that SQLAlchemy's pools open.",
        )

    def close(self) -> None:
        """Let the dialects speak to their drivers as before."""
        for dialect in list(self._dialects):
            for name in _SILENT:
                if isinstance(vars(dialect).get(name), _Silent):
                    delattr(dialect, name)
        self._dialects.clear()

    def do_connect(self, dialect: Any, *_: Any) -> None:
        """Silence the driver of a dialect that is about to connect; the connecting is left to others."""
        with self._guard:
            self._silence(dialect)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        """Run a statement with parameters; return whether it was run."""
        return self._run(
            context, statement, lambda: context.dialect.do_execute(cursor, statement, parameters, context)
        )

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        """Run a statement for several sets of parameters; return whether it was run."""
        return self._run(
            context,
            statement,
            lambda: context.dialect.do_executemany(cursor, statement, parameters, context),
            batch_size=len(parameters),
        )

    def do_execute_no_params(self, cursor: Any, statement: str, context: Any) -> bool:
        """Run a statement without parameters; return whether it was run."""
        return self._run(
            context, statement, lambda: context.dialect.do_execute_no_params(cursor, statement, context)
        )

    def _run(self, context: Any, statement: str, execute: Callable[[], None], *, batch_size: int = 0) -> bool:
        if not is_instrumentation_enabled():
            return False
        call = self._guard.call(self._begin, context, statement, batch_size)
        if call is None:
            return False
        failure: BaseException | None = None
        token = attach(call.context)
        started_s = perf_counter()
        try:
            with suppress_instrumentation():
                execute()
        except BaseException as error:
            failure = error
            raise
        finally:
            duration_s = perf_counter() - started_s
            with self._guard:
                self._end(call, duration_s, failure)
            detach(token)
        return True

    def _begin(self, context: Any, statement: str, batch_size: int) -> _Call:
        engine = context.root_connection.engine
        shared = self._engines.get(engine)
        if shared is None:
            shared = self._engines[engine] = _attributes(engine)
            self._silence(engine.dialect)
        found = summary(statement)
        measured = {**shared, **_named(found)}
        span: Span = INVALID_SPAN
        if getattr(context, "_otel_span", None) is None:  # contrib's instrumentation records this engine
            span = self._tracer.start_span(
                found.text or shared["db.system.name"],
                kind=SpanKind.CLIENT,
                attributes={
                    **measured,
                    "db.query.text": statement,
                    **({"db.query.summary": found.text} if found.text else {}),
                    **({"db.operation.batch.size": batch_size} if batch_size > 1 else {}),
                },
            )
        within = get_current() if span is INVALID_SPAN else set_span_in_context(span)
        return _Call(span, within, measured)

    def _end(self, call: _Call, duration_s: float, failure: BaseException | None) -> None:
        measured = dict(call.measured)
        if failure is not None:
            measured["error.type"] = stack.type_name(failure)
            code = getattr(failure, "sqlstate", None) or getattr(failure, "pgcode", None)
            if code:
                measured["db.response.status_code"] = str(code)
        self._duration.record(duration_s, measured, call.context)
        if failure is not None and call.span.is_recording():
            call.span.set_attributes(
                {name: measured[name] for name in measured.keys() - call.measured.keys()}
            )
            call.span.set_status(StatusCode.ERROR, f"{measured['error.type']}: {stack.message(failure)}")
        call.span.end()

    def _silence(self, dialect: Any) -> None:
        if dialect in self._dialects:
            return
        self._dialects.add(dialect)
        for name in _SILENT:
            method = getattr(dialect, name, None)
            if method is not None:
                setattr(dialect, name, _Silent(method))

    def _observe_pools(self, _options: CallbackOptions) -> Iterable[Observation]:
        counts: Counter[tuple[str, str]] = Counter()
        for engine, shared in list(self._engines.items()):
            used, idle = getattr(engine.pool, "checkedout", None), getattr(engine.pool, "checkedin", None)
            if used is not None and idle is not None:
                name = _pool_name(shared)
                counts[(name, "used")] += used()
                counts[(name, "idle")] += idle()
        for (name, state), count in counts.items():
            yield Observation(
                count, {"db.client.connection.pool.name": name, "db.client.connection.state": state}
            )

    def _observe_limits(self, _options: CallbackOptions) -> Iterable[Observation]:
        limits: dict[str, int | None] = {}
        for engine, shared in list(self._engines.items()):
            name, limit = _pool_name(shared), _limit(engine.pool)
            known = limits.get(name, 0)
            limits[name] = None if limit is None or known is None else known + limit
        for name, total in limits.items():
            if total is not None:
                yield Observation(total, {"db.client.connection.pool.name": name})


def _limit(pool: Any) -> int | None:
    """Return how many connections a pool opens at most; ``None`` where no limit is known."""
    size, overflow = getattr(pool, "size", None), getattr(pool, "_max_overflow", None)
    if size is None or not isinstance(overflow, int) or overflow < 0 or not size():
        return None
    return int(size()) + overflow


class _Silent:
    """A method of a dialect, with instrumentation suppressed."""

    __slots__ = ("_method",)

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with suppress_instrumentation():
            return self._method(*args, **kwargs)


def _attributes(engine: Any) -> dict[str, Any]:
    """Return what all statements of an engine have in common."""
    url, system = engine.url, str(engine.dialect.name)
    database = url.database or ""
    if system == "sqlite":
        database = database.rpartition("/")[2]  # the file says enough, the folders are the machine's affair
    found = {
        "db.system.name": _SYSTEMS.get(system, system),
        "db.namespace": database,
        "server.address": url.host,
        "server.port": url.port,
    }
    return {name: value for name, value in found.items() if value}


def _named(found: Summary) -> dict[str, str]:
    named = {"db.operation.name": found.operation, "db.collection.name": found.collection}
    return {name: value for name, value in named.items() if value}


def _pool_name(shared: Mapping[str, Any]) -> str:
    address, port = shared.get("server.address", ""), shared.get("server.port", "")
    server = f"{address}:{port}" if port else address
    return f"{server or shared['db.system.name']}/{shared.get('db.namespace', '')}".rstrip("/")
