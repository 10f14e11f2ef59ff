"""Tools for tests, ours and those of users.

``FakeClock`` is here. What needs the store and the engine is imported from its own module, since both stand
on numpy: ``from otel_monitoring.testing.rules import RuleBench``.
"""

from __future__ import annotations

from otel_monitoring.testing.clock import FakeClock

__all__ = ["FakeClock"]
