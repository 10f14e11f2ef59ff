"""The loggers of uvicorn and gunicorn, brought to the root logger: one format, one place.

Only handlers that these servers installed themselves are taken away; what the program installed stays.
"""

from __future__ import annotations

import logging

SERVER_LOGGERS = (
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "uvicorn.asgi",
    "gunicorn.error",
    "gunicorn.access",
)


def capture_server_loggers(*, formatter: logging.Formatter | None = None) -> list[str]:
    """Let the servers' records go to the root logger, and return the names of the loggers changed.

    Call it again once the server is up: a server that configures its logging after the program has
    undone the first call. A second call that finds nothing to do changes nothing.

    Args:
        formatter: Given to the handlers of gunicorn that write to a file, which stay where they are.
    """
    return [name for name in SERVER_LOGGERS if _capture(logging.getLogger(name), formatter)]


def _capture(logger: logging.Logger, formatter: logging.Formatter | None) -> bool:
    # A server whose access log is switched off has taken its handler away, and that is respected.
    own = [handler for handler in logger.handlers if _is_servers_own(handler)]
    files = [handler for handler in own if isinstance(handler, logging.FileHandler)]
    is_changed = len(own) > len(files) or (bool(own) and not logger.propagate)
    for handler in own:
        if handler not in files:
            logger.removeHandler(handler)
        elif formatter is not None:
            handler.setFormatter(formatter)
    if own:
        logger.propagate = True
    return is_changed


def _is_servers_own(handler: logging.Handler) -> bool:
    if not isinstance(handler, logging.StreamHandler):
        return False
    is_gunicorns = bool(getattr(handler, "_gunicorn", False))
    return is_gunicorns or type(handler.formatter).__module__.startswith("uvicorn.")
