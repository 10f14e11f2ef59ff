"""The page that is scraped: what stays the same from one scrape to the next is kept, values are put in.

No times are written: the scraper stamps a sample with the time of its scrape, as for every other target.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.api.exposition import openmetrics, text
from otel_monitoring.api.exposition.escaping import escaped_families
from otel_monitoring.api.exposition.families import families_of, is_label_name, is_metric_name
from otel_monitoring.api.exposition.newest import newest_of
from otel_monitoring.api.exposition.rules import Rules
from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.api.exposition.families import Family
    from otel_monitoring.api.exposition.negotiate import Form
    from otel_monitoring.api.exposition.newest import Newest, SampleSource, Union
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.stores.exemplars import Exemplar

LOOKBACK_MS = 300_000
"""How old a sample may be, as in a query."""


class ExemplarsOf(Protocol):
    """Whose exemplars are exposed; ``ExemplarStore`` is one."""

    def all_newest(self) -> dict[Labels, Exemplar]:
        """Return the newest exemplar of every series that has one."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered to one scrape.

    Attributes:
        body: The text in UTF-8.
        content_type: Its header.
    """

    body: bytes
    content_type: str


class Pages:
    """Write what is scraped; thread-safe, called from worker threads.

    Args:
        store: The series.
        clock: Tells now.
        exemplars: Where exemplars come from, if any are kept.
        lookback_ms: How old a sample may be.
    """

    def __init__(
        self,
        *,
        store: SampleSource,
        clock: Clock,
        exemplars: ExemplarsOf | None = None,
        lookback_ms: int = LOOKBACK_MS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._exemplars = exemplars
        self._lookback_ms = lookback_ms
        self._union: Union | None = None
        self._layouts: dict[Form, _Layout] = {}

    def newest(self) -> tuple[Newest, dict[str, Metadata]]:
        """Return the newest samples and what is known of their metrics."""
        now_ms = self._clock.now_ms()
        blocks = self._store.select([], now_ms - self._lookback_ms, now_ms)
        newest = newest_of(blocks, known=self._union)
        self._union = newest.union
        return newest, self._store.metadata()

    def write(self, form: Form) -> Page:
        """Return the page in one form."""
        newest, metadata = self.newest()
        layout = self._layouts.get(form)
        if layout is None or not layout.fits(newest.union, metadata):
            layout = _Layout(newest.union, metadata, form=form, known=layout.prefixes if layout else {})
        unfit = layout.broken(newest.values, alive=newest.alive)
        if unfit:
            unfit |= layout.unfit
            layout = _Layout(newest.union, metadata, form=form, known=layout.prefixes, unfit=unfit)
        self._layouts[form] = layout
        exemplars = self._exemplars.all_newest() if form.openmetrics and self._exemplars else {}
        lines = layout.lines(newest.values, alive=newest.alive, exemplars=exemplars)
        body = "".join(lines) + (openmetrics.END if form.openmetrics else "")
        return Page(body.encode(errors="replace"), form.content_type(quoted=layout.quoted))


class _Layout:
    """What is written of a set of series whatever their values are.

    Args:
        union: The label sets.
        metadata: What is known of their metrics.
        form: How it is written.
        known: What stands before the values, of those that were there last time.
        unfit: Families whose values are not such as their type in OpenMetrics asks for.
    """

    def __init__(
        self,
        union: Union,
        metadata: Mapping[str, Metadata],
        *,
        form: Form,
        known: Mapping[Labels, str],
        unfit: Collection[str] = (),
    ) -> None:
        self._union = union
        self._metadata = metadata
        self.unfit = set(unfit)
        families, origins = escaped_families(
            families_of(union.labels, metadata),
            form.escaping,
            ends=openmetrics.ENDS if form.openmetrics else {},
        )
        if form.openmetrics:
            families = openmetrics.adapted(families, unfit=self.unfit)
        self._rules = Rules(families) if form.openmetrics else None
        header = openmetrics.header if form.openmetrics else text.header
        series = list(chain.from_iterable(family.series for family in families))
        self.prefixes = {labels: known.get(labels) or text.prefix(labels) for labels in series}
        self.quoted = form.escaping == "allow-utf-8" and not all(map(_needs_no_quotes, series))
        self._headers = [header(family) for family in families]
        self._ends = np.cumsum([len(family.series) for family in families]).tolist()
        self._starts = list(self.prefixes.values())
        self._order = np.array([union.place[origins[labels]] for labels in series], dtype=np.intp)
        self._takes_exemplars = _exemplar_places(families, origins) if form.openmetrics else {}

    def fits(self, union: Union, metadata: Mapping[str, Metadata]) -> bool:
        """Tell whether this is still the layout of these series."""
        return self._union is union and self._metadata == metadata

    def broken(self, values: NDArray[np.float64], *, alive: NDArray[np.bool_]) -> set[str]:
        """Return the names of the families whose values break a rule of their type.

        Args:
            values: The samples in the order of the union, shape (n,).
            alive: Which of them are there, shape (n,).
        """
        if self._rules is None:
            return set()
        return self._rules.broken(values[self._order], alive[self._order])

    def lines(
        self, values: NDArray[np.float64], *, alive: NDArray[np.bool_], exemplars: Mapping[Labels, Exemplar]
    ) -> list[str]:
        """Return the text in pieces.

        Args:
            values: The samples in the order of the union, shape (n,).
            alive: Which of them are there, shape (n,).
            exemplars: The newest exemplar of each series that has one.
        """
        values, alive = values[self._order], alive[self._order]
        numbers = list(map(repr, values.tolist()))
        for at in np.flatnonzero(~np.isfinite(values)).tolist():
            numbers[at] = text.number(float(values[at]))
        for labels, exemplar in exemplars.items():
            place = self._takes_exemplars.get(labels)
            if place is not None:
                numbers[place] += openmetrics.exemplar_text(exemplar)
        samples = [f"{start}{number}\n" for start, number in zip(self._starts, numbers, strict=True)]
        return self._with_headers(samples, None if alive.all() else alive.tolist())

    def _with_headers(self, samples: Sequence[str], alive: Sequence[bool] | None) -> list[str]:
        out: list[str] = []
        begin = 0
        for header, end in zip(self._headers, self._ends, strict=True):
            own = samples[begin:end]
            if alive is not None:
                own = [sample for sample, is_alive in zip(own, alive[begin:end], strict=True) if is_alive]
            if own:
                out.append(header)
                out.extend(own)
            begin = end
        return out


def _needs_no_quotes(labels: Labels) -> bool:
    return is_metric_name(labels.get(NAME)) and all(is_label_name(name) for name, _ in labels)


def _exemplar_places(families: Sequence[Family], origins: Mapping[Labels, Labels]) -> dict[Labels, int]:
    """Return where in the order of writing a series stands that may carry an exemplar, by its own labels."""
    found = {}
    at = 0
    for family in families:
        for labels in family.series:
            if openmetrics.takes_exemplars(family, labels):
                found[origins[labels]] = at
            at += 1
    return found
