"""``series``, ``labels``, ``label/<name>/values``, ``metadata`` and ``query_exemplars``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.prometheus.answer import ApiError, success
from otel_monitoring.api.prometheus.numbers import number
from otel_monitoring.api.prometheus.rows import seconds
from otel_monitoring.api.prometheus.selecting import matchers_of
from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.nodes import selectors_of
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from starlette.responses import Response

    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.sample import Metadata

_TRUNCATED = "results truncated due to limit"
_MISSING = "what is in the storage alone is missing: {}"
_EVER_MS = (-(1 << 62), 1 << 62)
_ESCAPED = re.compile(r"__|_([0-9a-fA-F]{1,6})_")


def series(sources: Sources, given: Parameters) -> Response:
    """Answer ``series``."""
    if not given.all("match[]"):
        msg = "no match[] parameter provided"
        raise ApiError(msg)
    warnings: list[str] = []
    found = sorted(_matched(sources, given, warnings), key=lambda labels: labels.pairs)
    return _limited([labels.as_dict() for labels in found], given, warnings)


def label_names(sources: Sources, given: Parameters) -> Response:
    """Answer ``labels``."""
    warnings: list[str] = []
    if _is_narrowed(given):
        found = {name for labels in _matched(sources, given, warnings) for name, _ in labels}
    else:
        found = {name for labels in _past(sources, [()], _EVER_MS, warnings) for name, _ in labels}
        found.update(sources.series.label_names())
    return _limited(sorted(found), given, warnings)


def label_values(sources: Sources, given: Parameters, *, name: str) -> Response:
    """Answer ``label/<name>/values``."""
    name = _unescaped(name)
    if not name:
        msg = f'invalid label name: "{name}"'
        raise ApiError(msg)
    warnings: list[str] = []
    if _is_narrowed(given):
        found = {labels.get(name) for labels in _matched(sources, given, warnings)}
    else:
        found = {labels.get(name) for labels in _past(sources, [()], _EVER_MS, warnings)}
        found.update(sources.series.label_values(name))
    return _limited(sorted(found - {""}), given, warnings)


def metadata(sources: Sources, given: Parameters) -> Response:
    """Answer ``metadata``."""
    wanted, limit = given.get("metric"), given.number("limit", default=-1)
    given.number("limit_per_metric", default=-1)
    warnings: list[str] = []
    known = {**_past_metadata(sources, warnings), **sources.series.metadata()}
    names = [name for name in sorted(known) if not wanted or name == wanted]
    if limit >= 0:
        names = names[:limit]
    rows = {name: known[name] for name in names}
    return success(
        {name: [{"type": one.type, "help": one.help, "unit": one.unit}] for name, one in rows.items()},
        warnings=warnings,
    )


def exemplars(sources: Sources, given: Parameters) -> Response:
    """Answer ``query_exemplars``."""
    now_ms = sources.clock.now_ms()
    start_ms, end_ms = given.time_ms("start", 0), given.time_ms("end", now_ms)
    if end_ms < start_ms:
        msg = "end timestamp must not be before start timestamp"
        raise ApiError(msg)
    try:
        selectors = selectors_of(sources.parse(given.get("query")))
    except QueryError as error:
        raise ApiError(str(error)) from None
    if sources.exemplars is None:
        return success([])
    found: dict[Labels, list[dict[str, Any]]] = {}
    for selector in selectors:
        for labels, several in sources.exemplars.select(selector.matchers, start_ms, end_ms):
            found[labels] = [
                {
                    "labels": one.labels.as_dict(),
                    "value": number(one.value),
                    "timestamp": seconds(one.time_ms),
                }
                for one in several
            ]
    rows = sorted(found.items(), key=lambda pair: pair[0].pairs)
    return success([{"seriesLabels": labels.as_dict(), "exemplars": several} for labels, several in rows])


def _is_narrowed(given: Parameters) -> bool:
    return any(given.all(name) for name in ("match[]", "start", "end"))


def _matched(sources: Sources, given: Parameters, warnings: list[str]) -> set[Labels]:
    """Return the label sets that one of ``match[]`` selects, with a sample in the time asked."""
    times_ms = given.time_ms("start", _EVER_MS[0]), given.time_ms("end", _EVER_MS[1])
    selected = matchers_of(sources, given.all("match[]"), name="match[]") or [()]
    found = {
        labels
        for matchers in selected
        for labels in _living(sources, matchers, start_ms=times_ms[0], end_ms=times_ms[1])
    }
    return found.union(_past(sources, selected, times_ms, warnings))


def _past(
    sources: Sources,
    selected: Sequence[Sequence[Matcher]],
    times_ms: tuple[int, int],
    warnings: list[str],
) -> Iterator[Labels]:
    """Yield the label sets of the storage that are selected, where the time reaches beyond memory."""
    start_ms, end_ms = times_ms
    if sources.past is None or sources.past.is_in_memory(start_ms - 1):
        return
    try:
        for matchers in selected:
            yield from sources.past.past_series(matchers, start_ms - 1, end_ms)
    except StorageError as error:
        warnings.append(_MISSING.format(error))


def _past_metadata(sources: Sources, warnings: list[str]) -> dict[str, Metadata]:
    if sources.past is None:
        return {}
    try:
        return sources.past.past_metadata()
    except StorageError as error:
        warnings.append(_MISSING.format(error))
        return {}


def _living(sources: Sources, matchers: Sequence[Matcher], *, start_ms: int, end_ms: int) -> Iterable[Labels]:
    if (start_ms, end_ms) == _EVER_MS:
        return sources.series.series(matchers)
    import numpy as np

    from otel_monitoring.stores.block import is_hole

    found: list[Labels] = []
    for block in sources.series.select(matchers, start_ms - 1, end_ms):
        empty: list[bool] = np.all(is_hole(block.values), axis=0).tolist()
        found += [labels for labels, is_empty in zip(block.labels, empty, strict=True) if not is_empty]
    return found


def _limited(rows: list[Any], given: Parameters, warnings: list[str]) -> Response:
    limit = given.limit()
    if limit and len(rows) > limit:
        return success(rows[:limit], warnings=[*warnings, _TRUNCATED])
    return success(rows, warnings=warnings)


def _unescaped(name: str) -> str:
    """Return a label name that was escaped for a URL: ``U__service_2e_name`` is ``service.name``."""
    if not name.startswith("U__"):
        return name
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else "_", name.removeprefix("U__"))
