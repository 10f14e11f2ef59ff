"""What every test of logging needs: a root logger that is left as it was."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def untouched_root() -> Iterator[None]:
    """Leave the root logger as it was before."""
    logger = logging.getLogger()
    handlers, level = [*logger.handlers], logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)
