"""The routes of the desks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from otel_monitoring.bootstrap.analytics.desks import Desks


def routes(desks: Desks) -> Sequence[APIRouter]:  # noqa: ARG001 - each desk adds its line
    """Return one router for each desk."""
    return ()
