"""Times as Prometheus writes them."""

from __future__ import annotations

import pytest

from otel_monitoring.api.prometheus import encode


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (None, "0001-01-01T00:00:00Z"),
        (1_700_000_000_000, "2023-11-14T22:13:20Z"),
        (1_700_000_000_120, "2023-11-14T22:13:20.12Z"),
    ],
)
def test_a_time_is_written_as_go_writes_it(time_ms: int | None, text: str) -> None:
    assert encode.rfc3339(time_ms) == text
