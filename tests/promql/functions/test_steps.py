"""Many steps at once give what one window after the other gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.evaluation.series import unlimited, window
from otel_monitoring.promql.functions.steps import STEPPED
from otel_monitoring.promql.functions.windows import avg_over_time
from otel_monitoring.stores.block import ABSENT, Block

KERNELS = sorted(STEPPED, key=lambda kernel: kernel.__name__)
SAMPLES = st.one_of(st.none(), st.integers(0, 9), st.just(1e9))
STEP_MS = 10_000


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__)
@pytest.mark.parametrize("whole", [True, False])
@settings(max_examples=150, derandomize=True)
@given(
    columns=st.lists(st.lists(SAMPLES, min_size=12, max_size=12), min_size=1, max_size=4),
    range_steps=st.integers(1, 8),
    shift_ms=st.integers(-5_000, 5_000),
)
def test_steps_are_windows(
    kernel: object, *, whole: bool, columns: list[list[float | None]], range_steps: int, shift_ms: int
) -> None:
    filled = [[0.0 if v is None and whole else ABSENT if v is None else v for v in one] for one in columns]
    values = np.array(filled, dtype=float).T
    times_ms = np.arange(len(values), dtype=np.int64) * STEP_MS + 1_750_000_000_000
    labels = tuple(Labels.of(n=str(n)) for n in range(values.shape[1]))
    block = Block("self", labels, times_ms, values, whole)
    at_ms = times_ms[0] + np.arange(-2, 16, dtype=np.int64) * STEP_MS + shift_ms
    range_ms = range_steps * STEP_MS

    with np.errstate(all="ignore"):
        found, some = STEPPED[kernel](block, at_ms, range_ms, unlimited)  # type: ignore[index]
        present = np.ones(found.shape, dtype=bool) if some is None else some
        for step, end_ms in enumerate(at_ms.tolist()):
            one = window(block, start_ms=end_ms - range_ms, end_ms=end_ms, at_ms=end_ms)
            if one is None:
                assert not present[step].any()
                continue
            expected, has = kernel(one)  # type: ignore[operator]
            mask = np.ones(len(labels), dtype=bool) if has is None else has
            assert present[step].tolist() == mask.tolist()
            if kernel is avg_over_time:
                assert found[step][mask] == pytest.approx(expected[mask], rel=1e-13)
            else:
                assert found[step][mask].tolist() == expected[mask].tolist()
