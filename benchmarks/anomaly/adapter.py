"""The detector as the scorer of the labelled series wants it: a range to ignore, one score a row."""

from __future__ import annotations

from otel_monitoring.analytics.anomaly.stream import Detector

__all__ = ["Detector"]
