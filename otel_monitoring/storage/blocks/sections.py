"""Byte strings one after the other, each with its length before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.storage.blocks.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEVEN_BITS = 0x7F
_MORE = 0x80
_BITS_MAX = 63


def varint(number: int) -> bytes:
    """Return a number that is not negative in groups of seven bits, lowest first."""
    found = bytearray()
    while number > _SEVEN_BITS:
        found.append(number & _SEVEN_BITS | _MORE)
        number >>= 7
    found.append(number)
    return bytes(found)


def join(sections: Iterable[bytes]) -> bytes:
    """Return the sections as one byte string."""
    return b"".join(part for section in sections for part in (varint(len(section)), section))


class Reader:
    """Read numbers and sections in the order in which they were written.

    Args:
        data: What was written.
    """

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether everything was read."""
        return self._at == len(self._data)

    def number(self) -> int:
        """Return the next number.

        Raises:
            DamagedError: There is none.
        """
        found = shift = 0
        while self._at < len(self._data) and shift <= _BITS_MAX:
            byte = self._data[self._at]
            self._at += 1
            found |= (byte & _SEVEN_BITS) << shift
            shift += 7
            if byte < _MORE:
                return found
        msg = f"a number does not end at byte {self._at} of {len(self._data)}"
        raise DamagedError(msg)

    def section(self) -> memoryview:
        """Return the next section.

        Raises:
            DamagedError: It is cut off.
        """
        return self.raw(self.number())

    def rest(self) -> memoryview:
        """Return all that was not read."""
        return self.raw(len(self._data) - self._at)

    def raw(self, size_bytes: int) -> memoryview:
        """Return the next ``size_bytes`` bytes.

        Raises:
            DamagedError: There are fewer.
        """
        end = self._at + size_bytes
        if end > len(self._data):
            msg = f"{size_bytes} bytes from byte {self._at} on, of {len(self._data)} in all"
            raise DamagedError(msg)
        found = self._data[self._at : end]
        self._at = end
        return found
