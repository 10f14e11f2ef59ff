"""``/export``: what is kept, as a file to take away, sent as it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Protocol

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from otel_monitoring.api import values
from otel_monitoring.api.export.rows import heads_of, rows_of
from otel_monitoring.api.export.samples import written
from otel_monitoring.api.export.slots import Slots
from otel_monitoring.api.export.text import chunks, csv_lines, json_line
from otel_monitoring.api.metrics.choosing import Names, Selection, matchers_of
from otel_monitoring.api.refused import CONFLICT, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation
from otel_monitoring.errors import MissingExtraError, QueryError
from otel_monitoring.ingest.names import DEFAULT_STRATEGY
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from otel_monitoring.api.export.rows import RowsSource
    from otel_monitoring.api.export.samples import SamplesSource
    from otel_monitoring.api.export.slots import Slot
    from otel_monitoring.api.windows import Window
    from otel_monitoring.ingest.names import Strategy
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.sample import Metadata

What = Literal["metrics", "alerts", "events", "health", "audit", "deliveries"]
Form = Literal["jsonl", "csv", "parquet", "openmetrics"]

_DAY_MS: Final = 86_400_000
_LONGEST_MS: Final = 730 * _DAY_MS
_MOST: Final = 1_000_000
_USUAL: Final = 100_000
_AT_ONCE: Final = 2
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME: Final = 100
_TYPES: Final[Mapping[Form, tuple[str, str]]] = {
    "jsonl": ("application/jsonl; charset=utf-8", "jsonl"),
    "csv": ("text/csv; charset=utf-8; header=present", "csv"),
    "parquet": ("application/vnd.apache.parquet", "parquet"),
    "openmetrics": ("application/openmetrics-text; version=1.0.0; charset=utf-8", "txt"),
}
_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, in the form that was asked for.",
        "content": {
            kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for kind, _ in _TYPES.values()
        },
    }
}


class SamplesBetween(Protocol):
    """Finds samples."""

    def __call__(self, *, start_ms: int, end_ms: int, matchers: Sequence[Matcher]) -> SamplesSource:
        """Return those with ``start_ms < time <= end_ms`` of the series that fulfil all matchers."""
        ...


@dataclass(frozen=True, slots=True)
class ExportSource:
    """Whom the route asks.

    Attributes:
        samples: Finds samples of metrics.
        rows: Finds everything else.
        metadata: What is known of the metrics, by Prometheus name.
        clock: Tells now.
        service: What the files are named after.
        strategy: How names are translated.
    """

    samples: SamplesBetween
    rows: RowsSource
    metadata: Callable[[], Mapping[str, Metadata]]
    clock: Clock
    service: str
    strategy: Strategy = DEFAULT_STRATEGY


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is wanted."""

    what: What
    form: Form
    window: Window
    limit: int
    names: list[str] | None
    selection: str | None


def export_router(source: ExportSource) -> APIRouter:
    """Return the route that gives out files; it runs in worker threads."""
    router, routes = APIRouter(tags=["storage"]), _Routes(source)
    router.get(
        "/export",
        summary="Metrics, alerts, events and the audit as a file",
        response_class=StreamingResponse,
        responses={**_ANSWER, **refusals(CONFLICT, UNPROCESSABLE)},
    )(routes.export)
    return router


class _Routes:
    def __init__(self, source: ExportSource) -> None:
        self._source = source
        self._slots = Slots(_AT_ONCE)

    def export(
        self,
        wants: WantsWindow,
        what: Annotated[What, Query(description="What is wanted.")] = "metrics",
        form: Annotated[
            Form,
            Query(
                alias="format",
                description="Lines of JSON, or CSV; of metrics also Parquet, or OpenMetrics text.",
            ),
        ] = "jsonl",
        names: Names = None,
        selection: Selection = None,
        limit: Annotated[
            int,
            Query(ge=1, le=_MOST, description="The most rows, or samples."),
        ] = _USUAL,
    ) -> StreamingResponse:
        """The last day unless another time is asked for. Metrics come by name, all else the newest first."""
        source = self._source
        window = wants.read(source.clock, usual_ms=_DAY_MS, longest_ms=_LONGEST_MS)
        if what != "metrics":
            _refuse_what_is_of_metrics(what, form, {"name": names, "match": selection})
        wanted = _Wanted(what, form, window, limit, names, selection)
        slot = self._slots.take()
        if slot is None:
            msg = f"{_AT_ONCE} exports are under way: expected fewer at a time, try again"
            raise RefusedError(msg, status=CONFLICT)
        try:
            pieces = self._begun(wanted)
        except BaseException:
            slot.release()
            raise
        headers = {
            "content-type": _TYPES[form][0],
            "content-disposition": f'attachment; filename="{self._file_name(wanted)}"',
            "cache-control": "no-store",
        }
        return StreamingResponse(_held(pieces, slot), headers=headers)

    def _begun(self, wanted: _Wanted) -> Iterator[bytes]:
        """Return the pieces of a file; the first is read: what cannot be done is told before any goes.

        Raises:
            RefusedError: It cannot be done.
        """
        try:
            pieces = self._pieces(wanted)
            first = next(pieces, b"")
        except MissingExtraError as error:
            raise RefusedError(str(error), field="query.format") from None
        except QueryError as error:
            raise RefusedError(str(error), field="query.match") from None
        except StorageError as error:
            raise RefusedError(str(error), status=CONFLICT) from None
        return chain([first], pieces)

    def _pieces(self, wanted: _Wanted) -> Iterator[bytes]:
        source, what, most = self._source, wanted.what, wanted.limit
        start_ms, end_ms = wanted.window.start_ms, wanted.window.end_ms
        if what == "metrics":
            matchers = matchers_of(
                wanted.names, wanted.selection, source.metadata(), strategy=source.strategy
            )
            # Samples are asked for with the end and without the beginning; windows are the other way round.
            samples = source.samples(start_ms=start_ms - 1, end_ms=end_ms - 1, matchers=matchers)
            return written(samples, wanted.form, most=most)
        rows = rows_of(what, source.rows, start_ms=start_ms, end_ms=end_ms, most=most)
        if wanted.form == "csv":
            heads = heads_of(what)
            return chunks(csv_lines(heads, ([row[head] for head in heads] for row in rows)))
        return chunks(map(json_line, rows))

    def _file_name(self, wanted: _Wanted) -> str:
        """Return what the file is called; the name of a service may hold what a header must not."""
        stamp = values.time(self._source.clock.now_ms()).strftime("%Y%m%dT%H%M%SZ")
        service = _ODD.sub("_", self._source.service)[:_LONGEST_NAME]
        return f"{service}-{wanted.what}-{stamp}.{_TYPES[wanted.form][1]}"


def _refuse_what_is_of_metrics(what: What, form: Form, chosen: Mapping[str, object]) -> None:
    if form in ("parquet", "openmetrics"):
        msg = f"query.format is {form!r} of {what}: expected jsonl or csv, only metrics come in other forms"
        raise RefusedError(msg, field="query.format")
    given = next((name for name, value in chosen.items() if value), None)
    if given is not None:
        msg = f"query.{given} is given for {what}: expected it with metrics alone"
        raise RefusedError(msg, field=f"query.{given}")


def _held(pieces: Iterator[bytes], slot: Slot) -> Iterator[bytes]:
    """Yield what is sent, and give the place back at the end."""
    try:
        yield from pieces
    finally:
        slot.release()
