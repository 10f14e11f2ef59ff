"""Note what is counted where a storage is shared, and settle what killed processes left.

Source: decision 0026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.storage.ends import own_end_reason
from otel_monitoring.storage.ledger import Ledger, ledger_folder
from otel_monitoring.storage.service import Service

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.heir import Heir
    from otel_monitoring.bootstrap.storage.keeping import Keeping


def ledger(builder: Builder) -> Ledger | None:
    """Return what notes the requests that were served; ``None`` where nobody could settle it."""
    folder = _folder(builder)
    if folder is None:
        return None
    made = Ledger(
        folder=folder,
        resource=lambda: builder.redactor.attributes(builder.resource.attributes),
        bind=builder.aggregations.bind,
    )
    builder.parts.append(made)
    return made


def inherit(builder: Builder, analysis: LazyAnalysis, ledger: Ledger | None) -> None:
    """Look with each collection whether a process of this host is gone.

    The ledger ends last, after the storage has everything.
    """
    folder = _folder(builder)
    if ledger is None or folder is None:
        return
    inheriting = _Inheriting(builder, analysis, folder)
    builder.on_collect.append(inheriting.hear)
    builder.parts.append(inheriting)
    builder.services.append(_Leaving(ledger, analysis))


class _Leaving:
    """Leaves the ledger to others where the end came before the storage had everything."""

    def __init__(self, ledger: Ledger, analysis: LazyAnalysis) -> None:
        self._ledger = ledger
        self._analysis = analysis

    def start(self) -> None:
        self._ledger.start()

    def stop(self, timeout_s: float) -> None:  # noqa: ARG002 - there is nothing to wait for
        self._ledger.stop(is_settled=self._analysis.has_said_all, reason=own_end_reason())


class _Inheriting:
    """Makes the heir when there is something that it can write to."""

    def __init__(self, builder: Builder, analysis: LazyAnalysis, folder: Path) -> None:
        self._builder = builder
        self._analysis = analysis
        self._folder = folder
        self._heir: Heir | None = None

    def hear(self, _data: Any) -> None:
        """Look; the data are the analysis's."""
        keeping = self._analysis.get().keeping
        if self._heir is None and keeping is not None:
            self._heir = self._made(keeping)
        if self._heir is not None:
            self._heir.look()

    def after_fork(self) -> None:
        """Start anew in a child process."""
        if self._heir is not None:
            self._heir.after_fork()
        self._heir = None

    def _made(self, keeping: Keeping) -> Heir:
        from otel_monitoring.bootstrap.storage.heir import Heir
        from otel_monitoring.ingest.convert import Converter

        builder, made = self._builder, self._analysis.get()
        store = builder.settings.store
        return Heir(
            folder=self._folder,
            keeping=keeping,
            store=made.store,
            converter=lambda: Converter(
                strategy=store.translation_strategy,
                scope_labels=store.scope_labels,
                redact=builder.redactor.attributes,
            ),
            export=self._export,
            clock=builder.clock,
        )

    def _export(self, data: Any) -> None:
        """Hand metrics to every exporter that takes cumulative ones as they are."""
        shaped = self._builder.plan.metrics_form is not None
        for pipeline in self._builder.exports.of("metrics"):
            if not (shaped and pipeline.name == "metrics"):
                pipeline.put(data)


def _folder(builder: Builder) -> Path | None:
    url = builder.storage_url
    return None if url is None else ledger_folder(url, Service.of(builder.resource.attributes).key)
