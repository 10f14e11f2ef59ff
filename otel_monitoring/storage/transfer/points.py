"""One series over some time: what every format of samples writes and reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels


@dataclass(frozen=True, slots=True)
class Points:
    """Samples of one series.

    Attributes:
        labels: The label set, metric name included.
        times_ms: Unix times in milliseconds, strictly increasing, shape (t,).
        values: The samples; a staleness marker says where the series ends, shape (t,).
    """

    labels: Labels
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
