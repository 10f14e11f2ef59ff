"""What each route asks of who calls it: one table, read by the gate in front of all routes.

Whatever is not named asks for a viewer where it only reads (``GET``, ``HEAD``), and for an admin otherwise: a
route that is forgotten is closed rather than open. A test compares the table with the routes that there are;
each one that is not read by ``GET`` is named.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.api.access.caller import Role

Asked: TypeAlias = Literal["public", "viewer", "admin"]
"""``public`` asks for nothing."""

READING: Final = frozenset({"GET", "HEAD"})

_QUESTIONS: Final = (
    "query",
    "query_range",
    "query_exemplars",
    "format_query",
    "parse_query",
    "series",
    "labels",
)

_CHANGING: Final = (
    "POST /alerts/{fingerprint}/acknowledge",
    "DELETE /alerts/{fingerprint}/acknowledge",
    "POST /alerts/{fingerprint}/resolve",
    "POST /silences",
    "PUT /silences/{id}",
    "DELETE /silences/{id}",
    "POST /alerts",
    "POST /rules",
    "DELETE /rules/{name}",
    "PUT /rules/{name}/mode",
    "POST /rules/reload",
    "POST /notifications/reload",
    "POST /receivers/{name:path}/test",
    "POST /reports/{kind}/send",
    "POST /health/checks/{name}/run",
    "POST /metrics",
    "POST /cleanup",
    "POST /dashboards",
    "POST /dashboards/import",
    "PUT /dashboards/{id}",
    "DELETE /dashboards/{id}",
    "POST /alertmanager/api/v2/alerts",
    "POST /alertmanager/api/v2/silences",
    "DELETE /alertmanager/api/v2/silence/{silence_id}",
)

ROLES: Final[Mapping[str, Asked]] = MappingProxyType(
    {
        "GET /health": "public",
        "GET /health/live": "public",
        "GET /health/ready": "public",
        "GET /sign-in": "public",
        "POST /sign-in": "public",
        "POST /": "public",
        "GET /act": "public",
        "POST /act": "public",
        "POST /sign-out": "viewer",
        "POST /anomalies/detect": "viewer",
        "POST /silences/preview": "viewer",
        "POST /rules/backtest": "viewer",
        **{f"POST /prometheus/api/v1/{one}": "viewer" for one in _QUESTIONS},
        **dict.fromkeys(_CHANGING, "admin"),
    }
)
"""By method and template of the path; a ``GET`` stands for its ``HEAD`` too."""

_RANKS: Final[Mapping[str, int]] = MappingProxyType({"public": 0, "viewer": 1, "admin": 2})
_PARAMETER: Final = re.compile(r"\{[^}]*\}")


def asked_of(method: str, path: str) -> Asked:
    """Return what a request asks for.

    Args:
        method: As it was sent; one in lower case is none of those that read.
        path: Below the prefix, decoded, as the routes are matched with it.
    """
    wanted = "GET" if method == "HEAD" else method
    named = ROLES.get(f"{wanted} {path}") or _matching(wanted, path)
    if named is not None:
        return named
    return "viewer" if method in READING else "admin"


def is_enough(role: Role, asked: Asked) -> bool:
    """Tell whether a role opens what asks for ``asked``."""
    return _RANKS[role] >= _RANKS[asked]


def _matching(method: str, path: str) -> Asked | None:
    for pattern, asked in _PATTERNS:
        if pattern.fullmatch(f"{method} {path}"):
            return asked
    return None


def _pattern(template: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in _PARAMETER.split(template)]
    return re.compile("[^/]+".join(parts))


_PATTERNS: Final = tuple((_pattern(name), asked) for name, asked in ROLES.items() if "{" in name)
