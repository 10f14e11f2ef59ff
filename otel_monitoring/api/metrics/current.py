"""``GET /metrics/current``: the newest value of every series, metric by metric, page by page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api import values
from otel_monitoring.api.desk import fingerprint_of
from otel_monitoring.api.exposition.families import PARTS
from otel_monitoring.api.exposition.newest import newest_of
from otel_monitoring.api.listed import ListBody, read_cursor, written_cursor
from otel_monitoring.api.metrics.choosing import Names, Selection, matchers_of
from otel_monitoring.api.paging import Cursor, Limit  # noqa: TC001 - FastAPI reads the annotations
from otel_monitoring.api.refused import UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.errors import QueryError
from otel_monitoring.ingest.names import DEFAULT_STRATEGY
from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic.config import JsonDict

    from otel_monitoring.api.exposition.newest import Newest, SampleSource
    from otel_monitoring.ingest.names import Strategy
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata

Place: TypeAlias = int
"""Where a series lies among all that were read."""

_BUCKET = "_bucket"
_EXAMPLE: JsonDict = {
    "metrics": [
        {
            "name": "process_memory_usage_bytes",
            "type": "gauge",
            "unit": "By",
            "description": "Resident memory of this process.",
            "series": [{"labels": {"job": "shop"}, "value": 75673600.0, "at": "2026-03-02T09:14:07Z"}],
        }
    ],
    "total": 1,
    "next": None,
}


class ValueBody(BaseModel):
    """The newest value of one series."""

    labels: dict[str, str]
    value: float | None = Field(description="Empty where it is no finite number.")
    at: datetime = Field(description="When it was collected.")


class CurrentMetricBody(BaseModel):
    """One metric; that of a histogram comes in the series of its counts and sums."""

    name: str = Field(description="The name of its series.", examples=["process_memory_usage_bytes"])
    type: Literal["counter", "gauge", "histogram", "unknown"]
    unit: str = Field(description="In UCUM; empty where it is not known.", examples=["By"])
    description: str
    series: list[ValueBody]


class CurrentBody(ListBody):
    """A page of newest values, by name; a metric with many series goes on on the next page."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    metrics: list[CurrentMetricBody]
    total: int = Field(description="How many series there are, whatever the limit.")


@dataclass(frozen=True, slots=True)
class CurrentSource:
    """Whom the route asks.

    Attributes:
        store: The samples of all processes that are known.
        clock: Tells now.
        lookback_ms: How old the newest sample of a series may be.
        strategy: How names are translated.
    """

    store: SampleSource
    clock: Clock
    lookback_ms: int
    strategy: Strategy = DEFAULT_STRATEGY


def current_router(source: CurrentSource) -> APIRouter:
    """Return the route of newest values; it runs in worker threads."""
    router = APIRouter(tags=["metrics"])

    @router.get(
        "/metrics/current",
        summary="The newest value of all metrics, or of those that are chosen",
        response_model=CurrentBody,
        responses=refusals(UNPROCESSABLE),
    )
    def current(
        names: Names = None,
        selection: Selection = None,
        buckets: Annotated[  # noqa: FBT002 - a parameter of the query
            bool, Query(description="Whether the buckets of histograms are wanted, too.")
        ] = False,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> CurrentBody:
        """Those of every process on the storage; of a process that is gone, for as long as PromQL sees it."""
        metadata = source.store.metadata()
        matchers = matchers_of(names, selection, metadata, strategy=source.strategy)
        now_ms = source.clock.now_ms()
        try:
            newest = newest_of(source.store.select(matchers, now_ms - source.lookback_ms, now_ms))
        except QueryError as error:
            msg = f"query.match: {error}"
            raise RefusedError(msg, field="query.match") from None
        found = _by_name(newest, metadata, buckets=buckets)
        page, following = _page(found, newest.union.labels, limit=limit, cursor=cursor)
        return CurrentBody(
            metrics=[_metric(name, places, newest, metadata) for name, places in page.items()],
            total=sum(map(len, found.values())),
            next=following,
        )

    return router


def _by_name(newest: Newest, metadata: Mapping[str, Metadata], *, buckets: bool) -> dict[str, list[Place]]:
    """Return where the series of each metric lie that have a value now, by name."""
    found: dict[str, list[Place]] = {}
    labels = newest.union.labels
    for place in newest.alive.nonzero()[0].tolist():
        found.setdefault(labels[place].get(NAME), []).append(place)
    return {name: found[name] for name in sorted(found) if buckets or not _is_bucket(name, metadata)}


def _page(
    found: Mapping[str, list[Place]], labels: Sequence[Labels], *, limit: int, cursor: str | None
) -> tuple[dict[str, list[Place]], str | None]:
    """Return the series on a page, by name, and the cursor of the next one.

    Series of one metric are in the order of their fingerprints, which fit into a cursor whatever is in them.
    """
    after = ("", "") if cursor is None else read_cursor(cursor, like=("", ""))
    page: dict[str, list[Place]] = {}
    last, left = after, limit
    for name, places in found.items():
        if name < str(after[0]):
            continue
        keyed = sorted((fingerprint_of(labels[place]), place) for place in places)
        for key, place in keyed:
            if (name, key) <= after:
                continue
            if not left:
                return page, written_cursor(last)
            page.setdefault(name, []).append(place)
            last, left = (name, key), left - 1
    return page, None


def _metric(
    name: str, places: Sequence[Place], newest: Newest, metadata: Mapping[str, Metadata]
) -> CurrentMetricBody:
    known = _known(name, metadata)
    return CurrentMetricBody(
        name=name,
        type="unknown" if known is None else known.type,
        unit="" if known is None else known.unit,
        description="" if known is None else known.help,
        series=[_value(place, newest) for place in places],
    )


def _value(place: Place, newest: Newest) -> ValueBody:
    labels, value = newest.union.labels[place].as_dict(), float(newest.values[place])
    labels.pop(NAME, None)
    return ValueBody(
        labels=labels,
        value=value if math.isfinite(value) else None,
        at=values.time(int(newest.times_ms[place])),
    )


def _is_bucket(name: str, metadata: Mapping[str, Metadata]) -> bool:
    known = metadata.get(name.removesuffix(_BUCKET)) if name.endswith(_BUCKET) else None
    return known is not None and known.type == "histogram"


def _known(name: str, metadata: Mapping[str, Metadata]) -> Metadata | None:
    """Return what is known of the metric that a series belongs to."""
    if name in metadata:
        return metadata[name]
    families = (metadata.get(name.removesuffix(part)) for part in PARTS if name.endswith(part))
    return next((one for one in families if one is not None and one.type == "histogram"), None)
