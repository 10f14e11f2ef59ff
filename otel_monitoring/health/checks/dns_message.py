"""A question to a name server, and the addresses in its answer.

Source: RFC 1035, sections 3.2 and 4.1 (names, records, messages); RFC 3596 (AAAA).
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

_HEADER = struct.Struct("!6H")
_QUESTION_END = struct.Struct("!2H")
_RECORD = struct.Struct("!2HIH")
_RECURSION_DESIRED, _IS_ANSWER, _RCODE = 0x0100, 0x8000, 0x000F
_INTERNET = 1
_POINTER = 0xC0
_LONGEST_LABEL, _LONGEST_NAME = 63, 253

TYPES = {"A": 1, "AAAA": 28}
RCODES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name server said.

    Attributes:
        rcode: ``NOERROR`` or the name of the error.
        addresses: Those of the type that was asked for.
    """

    rcode: str
    addresses: tuple[str, ...]


def question(name: str, *, record: str, number: int) -> bytes:
    """Return the message that asks for the addresses of ``name``.

    Args:
        name: The name, in any alphabet.
        record: ``A`` or ``AAAA``.
        number: Tells the answer from others, 0 to 65535.

    Raises:
        ValueError: The name is none.
    """
    header = _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0)
    return header + encoded(name) + _QUESTION_END.pack(TYPES[record], _INTERNET)


def encoded(name: str) -> bytes:
    """Return a name as messages hold it.

    Raises:
        ValueError: The name is none.
    """
    plain = name.rstrip(".").encode("idna")
    labels = plain.split(b".")
    if len(plain) > _LONGEST_NAME or not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        msg = f"{name!r} is no name: expected labels of 1 to 63 bytes, 253 in all"
        raise ValueError(msg)
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def answer(message: bytes, *, asked: bytes) -> Answer | None:
    """Return what ``message`` answers to the question ``asked``; ``None`` where it answers another.

    Raises:
        ValueError: It is no message of a name server.
    """
    try:
        return _answer(message, asked)
    except (struct.error, IndexError):
        msg = "no message of a name server"
        raise ValueError(msg) from None


def _answer(message: bytes, asked: bytes) -> Answer | None:
    _number, flags, _, answers, _, _ = _HEADER.unpack_from(message)
    is_ours = message[_HEADER.size : len(asked)].lower() == asked[_HEADER.size :].lower()
    if message[:2] != asked[:2] or not flags & _IS_ANSWER or not is_ours:
        return None
    wanted, _ = _QUESTION_END.unpack(asked[-_QUESTION_END.size :])
    at, found = len(asked), []
    for _ in range(answers):
        at = _after_name(message, at)
        kind, _, _, length = _RECORD.unpack_from(message, at)
        at += _RECORD.size
        if kind == wanted:
            found.append(str(ipaddress.ip_address(message[at : at + length])))
        at += length
    rcode = flags & _RCODE
    return Answer(RCODES.get(rcode, f"error {rcode}") if rcode else "NOERROR", tuple(found))


def _after_name(message: bytes, at: int) -> int:
    """Return the position after a name; one that is compressed ends with a pointer, which is not followed."""
    while length := message[at]:
        if length >= _POINTER:
            return at + 2
        at += 1 + length
    return at + 1
