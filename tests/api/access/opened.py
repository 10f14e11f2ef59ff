"""Access as tests need it: opened by one token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.api.access.admission import Access
from otel_monitoring.api.access.forwarding import Forwarding
from otel_monitoring.api.access.lockout import Lockout
from otel_monitoring.api.access.sessions import Sessions
from otel_monitoring.api.access.tokens import TokenVerifier
from otel_monitoring.api.access.trail import Trail
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from otel_monitoring.model.clock import Clock


def opened_by(
    token: str | Callable[[], Collection[str]] | None, *, clock: Clock | None = None, **more: Any
) -> Access:
    """Return an access that takes a token, which counts as one that can be guessed."""
    clock = clock or FakeClock()
    parts: dict[str, Any] = {
        "guessable": [TokenVerifier(token)],
        "sessions": Sessions(secrets=lambda: ("secret",), clock=clock, session_s=3600),
        "lockout": Lockout(clock=clock, failures=10, window_s=60, lock_s=30, longest_s=3600),
        "forwarding": Forwarding(),
        "trail": Trail(clock=clock),
    }
    return Access(clock=clock, **{**parts, **more})
