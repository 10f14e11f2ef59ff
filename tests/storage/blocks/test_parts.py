from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.blocks.parts import Part, parts


def test_series_of_a_metric_share_a_block_in_the_order_of_their_ids() -> None:
    found = list(parts([(3, "b"), (9, "a"), (1, "b"), (2, "b")], series_max=2))

    assert found == [Part("a", 0, (9,)), Part("b", 0, (1, 2)), Part("b", 1, (3,))]


@given(st.dictionaries(st.integers(), st.sampled_from("abc")), st.integers(1, 5))
def test_every_series_is_in_one_part_of_its_metric(metrics: dict[int, str], series_max: int) -> None:
    found = list(parts(metrics.items(), series_max=series_max))

    assert sorted((one, part.metric) for part in found for one in part.series) == sorted(metrics.items())
    assert all(0 < len(part.series) <= series_max for part in found)
    assert len({(part.metric, part.number) for part in found}) == len(found)
