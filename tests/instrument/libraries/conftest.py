"""A world of fake libraries for each test that asks for one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.instrument.libraries.fake_world import FakeWorld

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorld]:
    monkeypatch.syspath_prepend(str(tmp_path))
    made = FakeWorld(tmp_path)
    yield made
    for libraries in made.running:
        libraries.uninstrument()
    for name in made.made:
        sys.modules.pop(name, None)
