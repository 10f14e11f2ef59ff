"""Matchers on the command line: ``severity=page``, ``team=~"web|db"``; a word alone is the name of a rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.matcher import parse_matcher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.matcher import Matcher

_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*").fullmatch


def matchers_of(texts: Sequence[str]) -> list[Matcher]:
    """Return the matchers that texts of the command line stand for.

    Raises:
        BadParameter: One of them is none.
    """
    try:
        return [parse_matcher(f'alertname="{text}"' if _NAME(text) else text) for text in texts]
    except RoutingError as error:
        raise typer.BadParameter(str(error), param_hint="MATCHER") from None
