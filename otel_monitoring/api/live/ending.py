"""Whether the server that runs this process has begun to end.

A server waits for its requests to end before it tells the application of the end, and a stream never ends by
itself: without this, one open page of a browser would hold up a deployment. Uvicorn, and gunicorn with its
workers, notes the signal on the object whose method handles it, which is where we look; nothing is patched.
"""

from __future__ import annotations

import signal
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def is_ending() -> bool:
    """Return whether a handler of a signal says that its server is to exit; never raises."""
    return any(_has_heard(signal.getsignal(one)) for one in _SIGNALS)


def _has_heard(handler: object) -> bool:
    server = getattr(handler, "__self__", None)
    return getattr(server, "should_exit", False) is True
