from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.frame import seal, unseal

KNOWN = frozenset({3})


def opened(data: bytes) -> bytes:
    version, body = unseal(data, kind=7, versions=KNOWN)
    assert version == 3
    return bytes(body)


@given(st.binary())
def test_a_body_comes_back(body: bytes) -> None:
    assert opened(seal(body, kind=7, version=3)) == body


@given(st.binary(max_size=60), st.data())
def test_a_changed_byte_is_found(body: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(body, kind=7, version=3))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(DamagedError):
        opened(bytes(sealed))


@given(st.binary(max_size=60), st.data())
def test_a_cut_end_is_found(body: bytes, data: st.DataObject) -> None:
    sealed = seal(body, kind=7, version=3)

    with pytest.raises(DamagedError):
        opened(sealed[: data.draw(st.integers(0, len(sealed) - 1))])


def test_says_that_the_checksum_differs() -> None:
    sealed = seal(b"samples", kind=7, version=3)

    with pytest.raises(DamagedError, match=r"checksum of 15 bytes is [0-9a-f]{8}, expected [0-9a-f]{8}"):
        opened(sealed[:-1] + b"z")


def test_says_what_it_is_instead() -> None:
    sealed = seal(b"samples", kind=2, version=9)

    with pytest.raises(DamagedError, match="kind 2 version 9, expected kind 7 version 3"):
        opened(sealed)


def test_says_that_it_is_something_else_altogether() -> None:
    with pytest.raises(DamagedError, match="begins with 7b22, expected f54d"):
        opened(b'{"samples": 1}')
