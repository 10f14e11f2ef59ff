"""The hash by which Prometheus tells label sets apart; ``limit_ratio`` takes its share by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.promql.vectors.values import LATE

if TYPE_CHECKING:
    from otel_monitoring.model.labels import Labels

_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_MASK = 0xFFFFFFFFFFFFFFFF
_STRIPE, _LANE = 32, 8
_LONG = 255


def hash64(labels: Labels) -> int:
    """Return the hash of a label set: XXH64 over its names and values, each behind its length."""
    return xxh64(b"".join(_sized(text.encode()) for pair in labels if pair[0] != LATE for text in pair))


def _sized(text: bytes) -> bytes:
    size = len(text)
    return (bytes([size]) if size < _LONG else bytes([_LONG]) + size.to_bytes(3, "little")) + text


def xxh64(data: bytes) -> int:
    """Return XXH64 with the seed 0. Source: the specification of xxHash, version 0.1.1."""
    size, at = len(data), 0
    if size >= _STRIPE:
        lanes = [(_P1 + _P2) & _MASK, _P2, 0, -_P1 & _MASK]
        while at + _STRIPE <= size:
            lanes = [
                _round(lane, int.from_bytes(data[at + _LANE * n : at + _LANE * (n + 1)], "little"))
                for n, lane in enumerate(lanes)
            ]
            at += _STRIPE
        value = sum(_turned(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
        for lane in lanes:
            value = ((value ^ _round(0, lane)) * _P1 + _P4) & _MASK
    else:
        value = _P5
    return _mixed(_tail((value + size) & _MASK, data[at:]))


def _tail(value: int, data: bytes) -> int:
    at = 0
    while at + _LANE <= len(data):
        value ^= _round(0, int.from_bytes(data[at : at + _LANE], "little"))
        value = (_turned(value, 27) * _P1 + _P4) & _MASK
        at += _LANE
    if at + 4 <= len(data):
        value ^= int.from_bytes(data[at : at + 4], "little") * _P1 & _MASK
        value = (_turned(value, 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in data[at:]:
        value = _turned(value ^ (byte * _P5 & _MASK), 11) * _P1 & _MASK
    return value


def _mixed(value: int) -> int:
    value = (value ^ value >> 33) * _P2 & _MASK
    value = (value ^ value >> 29) * _P3 & _MASK
    return value ^ value >> 32


def _round(lane: int, word: int) -> int:
    return _turned((lane + word * _P2) & _MASK, 31) * _P1 & _MASK


def _turned(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & _MASK
