"""Which series a request chooses: by the names of metrics, and as PromQL selects them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from fastapi import Query

from otel_monitoring.api.exposition.families import PARTS
from otel_monitoring.api.refused import RefusedError
from otel_monitoring.errors import QueryError
from otel_monitoring.ingest.names import DEFAULT_STRATEGY
from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.catalogue import called
from otel_monitoring.promql.language.nodes import Selector
from otel_monitoring.promql.language.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.ingest.names import Strategy
    from otel_monitoring.model.sample import Metadata

_MOST_NAMES: Final = 50
_LONGEST: Final = 4096

Names: TypeAlias = Annotated[
    list[str] | None,
    Query(
        alias="name",
        description="Only metrics of this name, of OpenTelemetry or Prometheus; `*` stands for anything. "
        "May be repeated.",
        examples=["http.server.request.duration", "process_*"],
    ),
]
Selection: TypeAlias = Annotated[
    str | None,
    Query(
        alias="match",
        max_length=_LONGEST,
        description="Only series that PromQL selects so.",
        examples=['{http_route="/cart"}'],
    ),
]


def matchers_of(
    names: Sequence[str] | None,
    selection: str | None,
    metadata: Mapping[str, Metadata],
    *,
    strategy: Strategy = DEFAULT_STRATEGY,
) -> tuple[Matcher, ...]:
    """Return what series have to fulfil.

    Args:
        names: Names of metrics, with ``*`` for anything; any of them will do.
        selection: A selector of PromQL.
        metadata: What is known of metrics, by Prometheus name.
        strategy: How names are translated.

    Raises:
        RefusedError: A name or the selector is not valid.
    """
    chosen = _selected(selection) if selection is not None else ()
    if names:
        chosen = (*chosen, _named(names, metadata, strategy))
    return chosen


def _selected(selection: str) -> tuple[Matcher, ...]:
    expected = 'expected a selector such as up or {http_route="/cart"}'
    try:
        node = parse(selection)
    except QueryError as error:
        msg = f"query.match is {selection[:100]!r}: {expected}; {error}"
        raise RefusedError(msg, field="query.match") from None
    if not isinstance(node, Selector) or node.range_ms is not None:
        msg = f"query.match is {selection[:100]!r}: {expected}"
        raise RefusedError(msg, field="query.match")
    return tuple(node.matchers)


def _named(names: Sequence[str], metadata: Mapping[str, Metadata], strategy: Strategy) -> Matcher:
    if len(names) > _MOST_NAMES:
        msg = f"query.name is given {len(names)} times: expected {_MOST_NAMES} times at most"
        raise RefusedError(msg, field="query.name")
    patterns = [_pattern(name, metadata, strategy) for name in names]
    return Matcher(NAME, "=~", "|".join(dict.fromkeys(patterns)))


def _pattern(name: str, metadata: Mapping[str, Metadata], strategy: Strategy) -> str:
    """Return a name as a regular expression; that of a histogram stands for its series."""
    if not 0 < len(name) <= _LONGEST // 16:
        msg = f"query.name is {name[:40]!r}: expected a name of {_LONGEST // 16} characters at most"
        raise RefusedError(msg, field="query.name")
    if "*" in name:
        return ".*".join(re.escape(part) for part in name.replace(".", "_").split("*"))
    known = called(name, metadata, strategy=strategy)
    if known is None:
        return re.escape(name)
    if known.type != "histogram":
        return re.escape(known.name)
    return f"{re.escape(known.name)}(?:{'|'.join(PARTS)})"
