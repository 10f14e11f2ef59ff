"""Channels: the places that messages go to."""

from __future__ import annotations

from otel_monitoring.notify.channels.table import CHANNELS

__all__ = ["CHANNELS"]
