"""The Go text templates of labels and annotations (alerting semantics S4)."""

from __future__ import annotations

from otel_monitoring.alerts.template.expand import Data, Template
from otel_monitoring.alerts.template.functions import Context
from otel_monitoring.alerts.template.lexer import TemplateError

__all__ = ["Context", "Data", "Template", "TemplateError"]
