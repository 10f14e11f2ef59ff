"""An instance whose rules fire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.alerting.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def make(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Instance]]:
    made: list[Instance] = []

    def make(**settings: object) -> Instance:
        made.append(Instance(tmp_path, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.analysis.stop(5)


@pytest.fixture
def instance(make: Callable[..., Instance]) -> Instance:
    made = make()
    made.fire()
    return made
