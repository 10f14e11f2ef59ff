"""The protobuf wire format, as far as OTLP needs it, with the bytes of repeated attributes cached.

A web application sends the same few thousand attributes over and over: method, route, status, peer.
Their bytes are kept, so that a span costs a few dictionary look-ups and one join.

Source: Protocol Buffers encoding guide (varint, tag, length-delimited, fixed32, fixed64), and the field
numbers of opentelemetry-proto 1.x, ``common/v1/common.proto``.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

fixed32 = struct.Struct("<I").pack
fixed64 = struct.Struct("<Q").pack
sfixed64 = struct.Struct("<q").pack
double = struct.Struct("<d").pack

_CACHE_SIZE = 8192
_CACHED_CHARS = 256
_MAX_DEPTH = 8
_LOW_BITS, _MORE = 0x7F, 0x80
_VARINT, _LENGTH = 0, 2
_FIXED_LENGTHS = {1: 8, 5: 4}
_LONGEST_VARINT = 10
_UINT64 = 0xFFFFFFFFFFFFFFFF


def varint(number: int) -> bytes:
    """Return ``number`` (0 to 2**64 - 1) in base 128, low group first."""
    if number <= _LOW_BITS:
        return bytes((number,))
    groups = bytearray()
    while number > _LOW_BITS:
        groups.append(number & _LOW_BITS | _MORE)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def field(tag: bytes, payload: bytes) -> bytes:
    """Return a length-delimited field: tag, length, payload."""
    size = len(payload)
    return tag + (bytes((size,)) if size <= _LOW_BITS else varint(size)) + payload


class AttributeEncoder:
    """Turn attributes into the bytes of repeated ``KeyValue`` fields.

    Args:
        redact: Called with key and value before a pair is encoded; returns the value that may leave.
        rename: Called with the key; returns the name that it leaves under.
        max_chars: Longer text values are cut.
        max_attributes: Attributes beyond this number are left out.
        safe_keys: Keys whose values need no redaction and hardly repeat, so that caching them is a waste.
        long_keys: Keys with a limit of their own, in characters.
    """

    def __init__(
        self,
        *,
        redact: Callable[[str, Any], Any],
        rename: Callable[[str], str] = str,
        max_chars: int = 4096,
        max_attributes: int = 128,
        safe_keys: frozenset[str] = frozenset(),
        long_keys: Mapping[str, int] | None = None,
    ) -> None:
        self._redact = redact
        self._rename = rename
        self._max_chars = max_chars
        self._max_attributes = max_attributes
        self._safe_keys = safe_keys
        self._long_keys = dict(long_keys or {})
        self._cache: dict[tuple[str, Any, type], bytes] = {}

    def fields(
        self, tag: bytes, attributes: Mapping[str, Any] | None, *, is_limited: bool = True
    ) -> list[bytes]:
        """Return one length-delimited ``KeyValue`` field per attribute, under ``tag``.

        ``tag`` must be one byte, and the same for all calls that share a cache entry: the entry holds the
        key-value message without it. A resource knows no limit to the number of its attributes.
        """
        if not attributes:
            return []
        parts: list[bytes] = []
        cache = self._cache
        for key, value in attributes.items():
            kind = type(value)
            try:
                pair = cache.get((key, value, kind))
            except TypeError:  # a mapping or a list inside: not hashable, not cached
                pair = None
            if pair is None:
                pair = self._pair(key, value, kind)
            parts += (tag, pair)
        if is_limited and len(parts) > 2 * self._max_attributes:
            del parts[2 * self._max_attributes :]
        return parts

    def value(self, key: str, value: Any) -> Any:
        """Return ``value`` redacted and cut, as :meth:`fields` would send it under ``key``."""
        value = self._redact(key, value)
        if isinstance(value, str) and len(value) > self._max_chars:
            return value[: self._long_keys.get(key, self._max_chars)]
        return value

    def _pair(self, key: str, value: Any, kind: type) -> bytes:
        if key in self._safe_keys and kind is str:
            return _prefixed(key_value(key, value))
        pair = _prefixed(key_value(self._rename(key), self.value(key, value)))
        if kind in (int, bool, float) or (kind is str and len(value) <= _CACHED_CHARS):
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            self._cache[(key, value, kind)] = pair
        return pair


def _prefixed(payload: bytes) -> bytes:
    return varint(len(payload)) + payload


def key_value(key: str, value: Any) -> bytes:
    """Return the bytes of a ``KeyValue`` message."""
    return field(b"\x0a", _utf8(key)) + field(b"\x12", any_value(value))


def any_value(value: Any, depth: int = 0) -> bytes:  # noqa: PLR0911 - one return per kind of value
    """Return the bytes of an ``AnyValue`` message; what OTLP does not know becomes text."""
    kind = type(value)
    if kind is str:
        return field(b"\x0a", _utf8(value))
    if kind is bool:
        return b"\x10\x01" if value else b"\x10\x00"
    if value is None or depth >= _MAX_DEPTH:
        return b""
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return b"\x18" + varint(int(value) & _UINT64)
    if isinstance(value, float):
        return b"\x21" + double(value)
    if isinstance(value, bytes):
        return field(b"\x3a", value)
    return _compound(value, depth + 1)


def _compound(value: Any, depth: int) -> bytes:
    if isinstance(value, Mapping):
        pairs = (
            field(b"\x0a", field(b"\x0a", _utf8(str(key))) + field(b"\x12", any_value(one, depth)))
            for key, one in value.items()
        )
        return field(b"\x32", b"".join(pairs))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return field(b"\x2a", b"".join(field(b"\x0a", any_value(one, depth)) for one in value))
    return field(b"\x0a", _utf8(str(value)))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def fields(message: bytes) -> dict[int, int | bytes]:
    """Return the last value of each field of a message: numbers of varints, bytes of everything else.

    Raises:
        ValueError: ``message`` is not in the wire format.
    """
    found: dict[int, int | bytes] = {}
    at, size = 0, len(message)
    while at < size:
        tag, at = _read_varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT and number:
            found[number], at = _read_varint(message, at)
            continue
        if kind == _LENGTH:
            length, at = _read_varint(message, at)
        else:
            length = _FIXED_LENGTHS.get(kind, size + 1)
        if not number or at + length > size:
            msg = f"field {number} of type {kind} at byte {at} does not fit into {size} bytes"
            raise ValueError(msg)
        found[number] = message[at : at + length]
        at += length
    return found


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for position, group in enumerate(message[at : at + _LONGEST_VARINT]):
        number |= (group & _LOW_BITS) << (7 * position)
        if group <= _LOW_BITS:
            return number, at + position + 1
    msg = f"a number at byte {at} has no end"
    raise ValueError(msg)
