from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.model.labels import Labels
from otel_monitoring.storage.blocks import label_sets
from otel_monitoring.storage.blocks.errors import DamagedError

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
ANY = st.lists(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4).map(Labels.of), max_size=6)
LIKE_A_SERVICE = [
    Labels.of(
        __name__="http_server_request_duration_seconds_bucket",
        instance="1f2e3d4c-0000-4000-8000-000000000000",
        http_route=f"/things/{at // 15}",
        le=str(at % 15),
    )
    for at in range(600)
]


@given(ANY)
def test_any_label_sets_come_back(found: list[Labels]) -> None:
    assert label_sets.decode(label_sets.encode(found)) == found


def test_take_less_than_ten_bytes_each() -> None:
    assert len(label_sets.encode(LIKE_A_SERVICE)) / len(LIKE_A_SERVICE) < 10


def test_every_changed_byte_is_found() -> None:
    data = label_sets.encode(LIKE_A_SERVICE[:20])

    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0x10
        with pytest.raises(DamagedError):
            label_sets.decode(bytes(damaged))
