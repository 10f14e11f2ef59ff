"""What may leave the process, and what may not: the one place that takes secrets and personal data out."""

from __future__ import annotations

from otel_monitoring.context.limits import Limits, clip, clip_middle
from otel_monitoring.context.redact.patterns import MARK
from otel_monitoring.context.redact.redactor import Redactor

__all__ = ["MARK", "Limits", "Redactor", "clip", "clip_middle"]
