"""Channels made from options as a configuration states them."""

from __future__ import annotations

from typing import Any

from otel_monitoring.model.receiver import ChannelSpec
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_spec
from otel_monitoring.testing import FakeClock

CLOCK = FakeClock(1_700_000_300_000)


def make(kind: str, **options: Any) -> Any:
    """Return the channel of an entry ``<kind>_configs``."""
    spec = ChannelSpec(name=f"{kind}[0]", kind=kind, options=options, source="am.yml:3:5")
    return channel_from_spec(spec, ChannelOptions(clock=CLOCK, timeout_s=5))
