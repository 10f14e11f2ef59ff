"""The Go text templates of labels and annotations (alerting semantics S4)."""

from __future__ import annotations

from otel_monitoring.templates.expand import Data, Template
from otel_monitoring.templates.functions import Context
from otel_monitoring.templates.lexer import TemplateError

__all__ = ["Context", "Data", "Template", "TemplateError"]
