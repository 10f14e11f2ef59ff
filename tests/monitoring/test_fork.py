"""What a fork waits for."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.monitoring import fork

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

SLOW = """
import sys

entered, released = sys.hold_of_a_slow_module
entered.set()
released.wait(30)
"""
LONG_S = 30.0


def imported_by_us(module: str) -> None:
    __import__(module)


def importing(
    name: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    by: Callable[[str], object] = __import__,
) -> tuple[threading.Thread, threading.Event]:
    """Return a thread of ``name`` in the middle of an import, and what lets it go on."""
    entered, released = threading.Event(), threading.Event()
    monkeypatch.setattr(sys, "hold_of_a_slow_module", (entered, released), raising=False)
    module = f"slow_{name.replace('-', '_')}"
    (folder / f"{module}.py").write_text(SLOW)
    monkeypatch.syspath_prepend(folder)
    thread = threading.Thread(target=by, args=(module,), name=name)
    thread.start()
    assert entered.wait(LONG_S)
    return thread, released


def test_a_fork_waits_for_an_import_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thread, released = importing("otel-monitoring-x", tmp_path, monkeypatch)

    while_it_imports = fork.wait_for_imports(0.01)
    released.set()

    assert not while_it_imports
    assert fork.wait_for_imports(LONG_S)
    thread.join()


def test_a_fork_waits_for_nobody_elses_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thread, released = importing("somebody", tmp_path, monkeypatch)

    waited = fork.wait_for_imports(0.0)
    released.set()

    assert waited
    thread.join()


def test_a_fork_waits_for_what_we_import_in_a_thread_of_the_application(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at a collection that the application asked for."""
    monkeypatch.setattr(fork, "_PACKAGE", str(Path(__file__).parent))
    thread, released = importing("somebody-else", tmp_path, monkeypatch, by=imported_by_us)

    while_it_imports = fork.wait_for_imports(0.01)
    released.set()

    assert not while_it_imports
    assert fork.wait_for_imports(LONG_S)
    thread.join()
