"""The engine against the shared PromQL scripts; skipped where they are not beside the checkout."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.promql.adapter import Adapter

SCRIPTS = Path(__file__).parents[3] / "shared" / "conformance" / "promql"
FILES = sorted(SCRIPTS.glob("*.test")) if SCRIPTS.is_dir() else []

NATIVE_HISTOGRAMS = {("native_histograms.test", 'sum({idx="0"})')}
"""Cases that need a native histogram beside a float, which the store does not keep."""


START_TIMES = "start_timestamps.test"
"""Cases that need the time since when a counter counts: no sample is loaded with it."""


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Any:
    if not FILES:
        pytest.skip("../shared/conformance/promql is not there")
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("runner")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_core_case_passes_at_once_and_as_a_step_of_a_range(path: Path, runner: Any) -> None:
    adapter = Adapter(importlib.import_module("adapter_api"))
    options = argparse.Namespace(
        profile="core", annotations=False, messages=False, both_modes=True, trace=False
    )

    rows = runner.run_file(adapter, path, options)

    wrong = {(row["file"], row["expr"]) for row in rows if row["status"] != "pass"}
    assert wrong <= NATIVE_HISTOGRAMS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_experimental_case_passes_too(path: Path, runner: Any) -> None:
    adapter = Adapter(importlib.import_module("adapter_api"))
    options = argparse.Namespace(
        profile="all", annotations=False, messages=True, both_modes=False, trace=False
    )

    rows = runner.run_file(adapter, path, options)

    wrong = {(row["file"], row["expr"]) for row in rows if row["status"] != "pass"}
    assert {case for case in wrong if case[0] != START_TIMES} <= NATIVE_HISTOGRAMS
