"""Who notes what it counts, and what becomes of it at the end of a process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.lazy import LazyAnalysis
from otel_monitoring.bootstrap.storage import inheritance
from otel_monitoring.settings import load_settings
from otel_monitoring.storage.ledger import Ledger, claim_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.bootstrap.parts import Builder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/shm")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "ledgers"
    monkeypatch.setattr(inheritance, "ledger_folder", lambda *_words: found)
    return found


def built(**settings: Any) -> Builder:
    return parts.begin(load_settings(settings=None, environ={}, service_name="shop", **settings), {})


@pytest.fixture
def builder(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> Builder:
    return built(storage={"url": f"sqlite:///{tmp_path}/storage.db"})


@pytest.fixture
def analysis(builder: Builder) -> Iterator[LazyAnalysis]:
    made = LazyAnalysis(builder)
    yield made
    made.stop(5)


def served(ledger: Ledger, builder: Builder) -> None:
    """Count one request, which opens the file."""
    histogram = builder.providers.meter.get_meter("m").create_histogram("d", unit="s")
    ledger.bind(histogram, {})


def ledgers(folder: Path) -> int:
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_without_a_storage_nothing_is_noted(fresh_process: pytest.MonkeyPatch) -> None:
    assert inheritance.ledger(built(storage={"url": "memory"})) is None


def test_a_stop_that_wrote_everything_leaves_nothing(
    builder: Builder, analysis: LazyAnalysis, folder: Path
) -> None:
    ledger = inheritance.ledger(builder)
    assert ledger is not None
    inheritance.inherit(builder, analysis, ledger)
    (leaving,) = builder.services
    leaving.start()
    served(ledger, builder)
    before = ledgers(folder)

    analysis.has_said_all = True
    leaving.stop(1)

    assert (before, ledgers(folder)) == (1, 0)


def test_a_stop_that_could_not_write_everything_leaves_it_to_others_with_word_that_it_was_planned(
    builder: Builder, analysis: LazyAnalysis, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("last_exc", "last_value"):
        monkeypatch.delattr(sys, name, raising=False)
    ledger = inheritance.ledger(builder)
    assert ledger is not None
    inheritance.inherit(builder, analysis, ledger)
    (leaving,) = builder.services
    leaving.start()
    served(ledger, builder)

    leaving.stop(1)

    (claim,) = claim_all(folder)
    estate = claim.read()
    claim.release(is_settled=True)
    assert estate is not None
    assert estate.ended == "stopped"
    assert estate.resource["service.name"] == "shop"


def test_each_collection_looks_for_those_who_are_gone(
    builder: Builder, analysis: LazyAnalysis, folder: Path
) -> None:
    ledger = inheritance.ledger(builder)
    inheritance.inherit(builder, analysis, ledger)
    folder.mkdir()
    (folder / "of-somebody.ledger").write_bytes(b"\0" * 64)
    (hear,) = builder.on_collect
    keeping = analysis.get().keeping
    assert keeping is not None
    keeping.writer.start()

    hear(None)
    for thread in _heirs():
        thread.join(30)

    assert keeping.writer.flush(10)
    assert not folder.exists()


def test_a_child_process_makes_an_heir_of_its_own(
    builder: Builder, analysis: LazyAnalysis, folder: Path
) -> None:
    ledger = inheritance.ledger(builder)
    inheritance.inherit(builder, analysis, ledger)
    (hear,) = builder.on_collect
    inheriting = builder.parts[-1]
    hear(None)
    before = inheriting._heir

    inheriting.after_fork()
    hear(None)

    assert before is not None
    assert inheriting._heir not in (None, before)
    assert ledgers(folder) == 0


def _heirs() -> list[Any]:
    import threading

    return [one for one in threading.enumerate() if one.name == "otel-monitoring-heir"]
