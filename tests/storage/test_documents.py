from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.model.labels import Labels
from otel_monitoring.storage.documents import (
    digest,
    pack,
    pack_labels,
    pack_series,
    plain,
    unpack,
    unpack_labels,
    unpack_series,
)
from otel_monitoring.storage.errors import StorageError

ANY_TEXT = st.text(st.characters(), max_size=20)
LABELS = st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4).map(Labels.of)


@given(st.recursive(ANY_TEXT | st.floats(allow_nan=False) | st.integers() | st.none(), st.lists))
def test_a_document_comes_back_as_it_was(document: object) -> None:
    text = pack(document)

    assert unpack(text) == document
    assert text.isascii()
    assert "\0" not in text


def test_a_document_keeps_values_that_json_has_no_word_for() -> None:
    values = unpack(pack([math.nan, math.inf, -math.inf, -0.0]))

    assert [repr(value) for value in values] == ["nan", "inf", "-inf", "-0.0"]


@pytest.mark.parametrize("text", ["", "{", "[1,", "nothing"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(StorageError, match="is no document"):
        unpack(text)


@given(LABELS)
def test_a_label_set_comes_back_as_the_same_object(labels: Labels) -> None:
    assert unpack_labels(pack_labels(labels)) is labels


@given(st.dictionaries(st.integers(0, 2**31), LABELS))
def test_numbered_series_come_back(series: dict[int, Labels]) -> None:
    assert unpack_series(pack_series(series)) == series


def test_series_that_repeat_each_other_take_little() -> None:
    series = {
        number: Labels.of(__name__="http_server_request_duration_seconds_bucket", le=str(number))
        for number in range(1000)
    }

    assert len(pack_series(series)) < 10_000


@pytest.mark.parametrize("data", [b"", b"damaged", pack_series({})[:-1]])
def test_what_is_no_series_is_refused(data: bytes) -> None:
    with pytest.raises(StorageError, match="no packed label sets"):
        unpack_series(data)


@given(st.lists(ANY_TEXT), st.lists(ANY_TEXT))
def test_digests_are_equal_for_what_is_equal_alone(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)
    assert len(digest(*one)) == 32


@given(st.text(st.characters(), max_size=50), st.integers(1, 20))
def test_a_plain_text_is_what_a_server_takes(text: str, most: int) -> None:
    found = plain(text, most)

    assert "\0" not in found
    assert len(found) <= most
    assert json.loads(json.dumps(found)).encode() == found.encode()


def test_a_plain_text_is_left_as_it_is() -> None:
    assert plain("Straße ☃ 100 %") == "Straße ☃ 100 %"
