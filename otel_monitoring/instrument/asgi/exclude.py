"""Which requests stay out of all telemetry: probes, health checks, static noise."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = 256
_ACCESS_LOGGERS = ("uvicorn.access", "gunicorn.access")
_UVICORN_ARGS = 5


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


class AccessLogFilter(logging.Filter):
    """Keep requests that are left out of telemetry out of the server's access log too.

    Args:
        exclusions: What is left out.
        prefix: The path under which our own pages lie.
    """

    def __init__(self, exclusions: Exclusions, *, prefix: str) -> None:
        super().__init__()
        self._exclusions = exclusions
        self._prefix = prefix

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line stays; what is no access record stays."""
        path = _logged_path(record.args)
        if path is None:
            return True
        is_ours = path == self._prefix or path.startswith(self._prefix + "/")
        return not is_ours and not self._exclusions.path(path)

    def install(self) -> None:
        """Put the filter on the access loggers of uvicorn and gunicorn, once."""
        for name in _ACCESS_LOGGERS:
            logger = logging.getLogger(name)
            if not any(isinstance(one, AccessLogFilter) for one in logger.filters):
                logger.addFilter(self)

    def remove(self) -> None:
        """Take the filter off again."""
        for name in _ACCESS_LOGGERS:
            logging.getLogger(name).removeFilter(self)


def _logged_path(args: object) -> str | None:
    """Return the path of an access record: uvicorn's third argument, gunicorn's atom ``U``."""
    if isinstance(args, tuple) and len(args) == _UVICORN_ARGS and isinstance(args[2], str):
        return args[2].partition("?")[0]
    if isinstance(args, Mapping) and isinstance(args.get("U"), str):
        return str(args["U"])
    return None
