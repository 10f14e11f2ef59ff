"""What is installed on the root logger."""

from __future__ import annotations

import io

from otel_monitoring.context.redact import Redactor
from otel_monitoring.measure.logs import (
    configure_logging,
    default_redactor,
    installed_handler,
    installed_redactor,
)


def test_tells_who_is_installed() -> None:
    redactor = Redactor()
    before = installed_handler()

    handler = configure_logging(stream=io.StringIO(), redactor=redactor, capture_uvicorn=False)

    assert before is None
    assert installed_handler() is handler
    assert installed_redactor() is redactor
    assert default_redactor() is default_redactor()
