"""Which requests stay out of all telemetry: probes, health checks, static noise."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = 256


class Exclusions:
    """Tell which paths and user agents are left out.

    Args:
        paths: Exact paths, or patterns in which ``*`` stands for anything.
        user_agents: Beginnings of the ``User-Agent`` of probes.
    """

    def __init__(self, *, paths: Iterable[str] = (), user_agents: Iterable[str] = ()) -> None:
        paths = tuple(paths)
        self._exact = frozenset(path for path in paths if "*" not in path)
        starred = [path for path in paths if "*" in path]
        self._below = tuple(path[:-1] for path in starred if path.index("*") == len(path) - 1)
        patterns = [translate(path) for path in starred if path.index("*") < len(path) - 1]
        self._match = re.compile("|".join(patterns)).match if patterns else None
        self._agents = tuple(agent.encode("latin-1") for agent in user_agents)
        self._known: dict[bytes, bool] = {}

    def path(self, path: str) -> bool:
        """Return whether ``path`` is left out."""
        if path in self._exact or path.startswith(self._below):
            return True
        return self._match is not None and self._match(path) is not None

    def user_agent(self, agent: bytes) -> bool:
        """Return whether the user agent ``agent`` is a probe's."""
        known = self._known.get(agent)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[agent] = agent.startswith(self._agents) if self._agents else False
        return known
