"""Metrics of the machine, of this process and of its container.

One daemon thread looks at the machine every so many seconds and leaves a snapshot behind; the
instruments of the meter only read the newest snapshot, so that a collection never waits for the machine.
"""

from __future__ import annotations

from otel_monitoring.instrument.system.metrics import METRICS, SystemMetrics
from otel_monitoring.instrument.system.sampler import SystemSampler

__all__ = ["METRICS", "SystemMetrics", "SystemSampler"]
