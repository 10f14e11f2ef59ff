"""Durations in expressions that depend on the time that is shown; they are called as Grafana calls them."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL: Final[Mapping[str, str]] = MappingProxyType(
    {"__rate_interval": "5m", "__interval": "1m", "__range": "1h"}
)
"""What stands for each of them where no time is shown, such as where an expression is looked at."""

_VARIABLE: Final = re.compile(r"\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?::\w+)?\}|\[\[([A-Za-z_]\w*)\]\]")


def filled(expr: str, values: Mapping[str, str] = USUAL) -> str:
    """Return an expression with what its variables stand for; those that are not known stay as they are."""
    return _VARIABLE.sub(lambda found: values.get(_name(found), found[0]), expr)


def names(expr: str) -> list[str]:
    """Return the variables of an expression, each once, in order."""
    return list(dict.fromkeys(_name(found) for found in _VARIABLE.finditer(expr)))


def _name(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[3]
