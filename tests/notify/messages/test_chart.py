"""Small charts."""

from __future__ import annotations

import math
import struct
import zlib

from hypothesis import example, given
from hypothesis import strategies as st

from otel_monitoring.model.evidence import Curve
from otel_monitoring.notify.messages import chart


def curve(*values: float, threshold: float | None = None) -> Curve:
    return Curve(times_ms=tuple(range(len(values))), values=values, threshold=threshold)


def pixels(png: bytes, *, width: int, height: int) -> list[bytes]:
    """Decode the rows of one of our pictures, checking every chunk."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", png[at + 8 + size : at + 12 + size])
        assert check == zlib.crc32(kind + body)
        if kind == b"IHDR":
            assert struct.unpack(">II", body[:8]) == (width, height)
        data += body if kind == b"IDAT" else b""
        at += 12 + size
    raw = zlib.decompress(data)
    return [raw[row * (width + 1) + 1 : (row + 1) * (width + 1)] for row in range(height)]


def test_a_line_of_characters_goes_from_the_lowest_to_the_highest() -> None:
    assert chart.sparkline(curve(0, 7, math.nan, 3.5)) == "▁█ ▅"


def test_a_line_of_one_value_is_flat() -> None:
    assert chart.sparkline(curve(5, 5)) == "▁▁"


def test_a_peak_survives_thinning() -> None:
    values = [0.0] * 1000
    values[501] = 9.0

    assert chart.sparkline(curve(*values), width=10).count("█") == 1


def test_nothing_is_drawn_of_nothing() -> None:
    assert chart.sparkline(curve(math.nan)) == ""
    assert chart.png(curve()) == b""


def test_a_picture_shows_the_line_and_the_threshold() -> None:
    rows = pixels(chart.png(curve(0, 10, threshold=5), width=60, height=40), width=60, height=40)

    assert rows[33][6] == 2  # starts at the bottom left
    assert rows[6][53] == 2  # ends at the top right
    assert 3 in rows[20]  # half-way up


@example(values=[-1.7e308, 1.7e308], threshold=0.0)
@example(values=[0.0, 5e-324], threshold=0.0)
@given(
    values=st.lists(st.floats(), min_size=1, max_size=300),
    threshold=st.floats(allow_nan=False, allow_infinity=False),
)
def test_whatever_the_values_the_picture_is_whole(values: list[float], threshold: float) -> None:
    one = curve(*values, threshold=threshold)
    png = chart.png(one)

    assert bool(png) is any(map(math.isfinite, values))
    if png:
        pixels(png, width=960, height=240)
    assert len(chart.sparkline(one)) <= 24
