"""The libraries that the application uses: which are known, and which of them are instrumented."""

from __future__ import annotations

from otel_monitoring.instrument.libraries.registry import DISABLED, OPT_IN, Libraries, LibraryReport
from otel_monitoring.instrument.libraries.table import LIBRARIES, Library

__all__ = ["DISABLED", "LIBRARIES", "OPT_IN", "Libraries", "Library", "LibraryReport"]
