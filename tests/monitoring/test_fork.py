"""What a fork waits for."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from otel_monitoring.monitoring import fork

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SLOW = """
import sys

entered, released = sys.hold_of_a_slow_module
entered.set()
released.wait(30)
"""
LONG_S = 30.0


def importing(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[threading.Thread, threading.Event]:
    """Return a thread of ``name`` in the middle of an import, and what lets it go on."""
    entered, released = threading.Event(), threading.Event()
    monkeypatch.setattr(sys, "hold_of_a_slow_module", (entered, released), raising=False)
    module = f"slow_{name.replace('-', '_')}"
    (folder / f"{module}.py").write_text(SLOW)
    monkeypatch.syspath_prepend(folder)
    thread = threading.Thread(target=__import__, args=(module,), name=name)
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
