"""Fixtures of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notify.receiver import Receiver, make_notice, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.model.alert import Notice


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server that takes webhooks."""
    with receiving() as running:
        yield running


@pytest.fixture
def notice() -> Notice:
    """One firing and one resolved alert of a group."""
    return make_notice()
