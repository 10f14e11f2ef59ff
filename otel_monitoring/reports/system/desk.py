"""How a machine, a process and its runtime do now and did over a window, in five queries altogether."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.reports.system.figures import FIGURES, OWN, RANGE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.system.figures import Figure, Section

_FIGURE: Final = "figure"
_INSTANCE: Final = "instance"
_COLLECTIONS: Final = 4
_POINTS: Final = 240
"""How often a figure that is no plain series is looked at within a window, at most."""

_Found: TypeAlias = "Mapping[tuple[str, Labels], float]"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said of one figure and one set of labels.

    Attributes:
        figure: Which one.
        labels: Those of ``figure.by``.
        value: The newest one, in its unit.
        limit: What it cannot exceed; ``None`` for nothing.
        least: The lowest of the window; ``None`` where there is none.
        mean: The mean of the window.
        most: The highest of the window.
    """

    figure: Figure
    labels: Labels
    value: float
    limit: float | None
    least: float | None
    mean: float | None
    most: float | None


class SystemDesk:
    """Answer how machines, processes and their runtimes do.

    Args:
        query: Answers PromQL.
        interval_s: The distance of collections.
    """

    def __init__(self, *, query: Query, interval_s: float) -> None:
        self._query = query
        self._interval_ms = max(round(interval_s * 1000), 1)

    def readings(
        self, *, instance: str, start_ms: int, end_ms: int, sections: Collection[Section] = ()
    ) -> list[Reading]:
        """Return all that is known, in the order of the figures.

        Args:
            instance: The ``service.instance.id`` of the process.
            start_ms: Where the window begins, Unix milliseconds.
            end_ms: Where it ends: the newest values are those of this time.
            sections: Which ones; none means all.

        Raises:
            QueryError: Nobody answers.
        """
        chosen = [one for one in FIGURES if not sections or one.section in sections]
        span_ms = max(end_ms - start_ms, self._interval_ms)
        step_ms = max(self._interval_ms, span_ms // _POINTS)
        filled = _Filled(instance, rate_ms=max(_COLLECTIONS * self._interval_ms, 2 * step_ms))

        def over(function: str, combine: str) -> _Found:
            def expr(figure: Figure) -> str:
                if figure.series:
                    inner = f"{function}({figure.series}[{span_ms}ms])"
                    return f"{combine} by ({', '.join(figure.by)}) ({inner})"
                return f"{function}(({figure.expr})[{span_ms}ms:{step_ms}ms])"

            return self._ask(chosen, expr, filled, end_ms)

        now = self._ask(chosen, _newest, filled, end_ms)
        limits = self._ask([one for one in chosen if one.limit], lambda one: one.limit, filled, end_ms)
        least, mean, most = (
            over("min_over_time", "min"),
            over("avg_over_time", "avg"),
            over("max_over_time", "max"),
        )
        places = {figure.name: place for place, figure in enumerate(chosen)}
        keys = sorted(now, key=lambda key: (places[key[0]], key[1].pairs))
        return [
            Reading(
                figure=chosen[places[key[0]]],
                labels=key[1],
                value=now[key],
                limit=limits.get(key, limits.get((key[0], Labels.of()))),
                least=least.get(key),
                mean=mean.get(key),
                most=most.get(key),
            )
            for key in keys
        ]

    def _ask(
        self, figures: Collection[Figure], expr: Callable[[Figure], str], filled: _Filled, at_ms: int
    ) -> _Found:
        """Return the values of all figures by name and labels; they are asked for in one go."""
        if not figures:
            return {}
        named = (f'label_replace({expr(one)}, "{_FIGURE}", "{one.name}", "", "")' for one in figures)
        result = self._query(filled(" or ".join(named)), at_ms)
        found = {}
        for labels, value in result.samples:
            pairs = labels.as_dict()
            found[pairs.pop(_FIGURE), Labels.of(pairs)] = value
        return found


class _Filled:
    """Put an instance and a range into an expression.

    Args:
        instance: The ``service.instance.id``.
        rate_ms: How far rates look back, in milliseconds.
    """

    def __init__(self, instance: str, *, rate_ms: int) -> None:
        self._own = str(Matcher(_INSTANCE, "=", instance))
        self._range = f"{rate_ms}ms"

    def __call__(self, expr: str) -> str:
        return expr.replace(RANGE, self._range).replace(OWN, self._own)


def _newest(figure: Figure) -> str:
    return figure.expr or f"max by ({', '.join(figure.by)}) ({figure.series})"
