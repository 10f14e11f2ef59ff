"""What requests and responses say of themselves: request ids, ``traceparent``, ``traceresponse``.

Headers come from strangers. Nothing here raises on any bytes, and nothing that was refused is kept,
logged or sent on.
"""

from __future__ import annotations

import os
import random
import re
from typing import TYPE_CHECKING

from opentelemetry.trace import SpanContext, TraceFlags, TraceState

from otel_monitoring.errors import ContextError

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_PATTERN = r"[A-Za-z0-9._~:/+=@-]+"
"""What a request id is made of unless a setting says otherwise: UUIDs, ULIDs, base64 and most else."""

MAX_TRACESTATE_BYTES = 8192

# Seeding the shared generator is the application's right (and a habit of tests and of machine
# learning code), so ids come from a generator of our own, seeded anew in every forked child.
_generator = random.Random()  # noqa: S311 - an id, not a secret
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_generator.seed)
_random_bits = _generator.getrandbits

_FLAGS = {b"%02x" % value: TraceFlags(value) for value in range(256)}
_NO_STATE = TraceState()
_VERSION_00 = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})").fullmatch
_ANY_VERSION = re.compile(
    rb"^[ \t]*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?[ \t]*$"
).search
_VERSION_00_BYTES = 55

_STATE_MEMBERS = 32
_STATE_KEY = rb"(?:[a-z][_0-9a-z*/-]{0,255}|[a-z0-9][_0-9a-z*/-]{0,240}@[a-z][_0-9a-z*/-]{0,13})"
_STATE_VALUE = rb"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_state_member = re.compile(_STATE_KEY + rb"=" + _STATE_VALUE).fullmatch


def new_request_id() -> str:
    """Return a new request id: 32 hex digits, unique in practice, of no use as a secret."""
    return f"{_random_bits(128):032x}"


class RequestIdPolicy:
    """Which incoming request ids are taken over.

    Args:
        header_names: Headers that may carry the id, the most trusted first. The first one is also
            the name under which the id goes out.
        pattern: A regular expression that the whole id has to match. Whatever it allows, an id with
            anything but printable ASCII is refused.
        max_length: Characters that an id may have.
        trust: ``False`` ignores what comes in, so that every request gets a new id.

    Raises:
        ContextError: An argument cannot be used.
    """

    def __init__(
        self,
        *,
        header_names: Iterable[str] = ("X-Request-ID",),
        pattern: str = DEFAULT_PATTERN,
        max_length: int = 128,
        trust: bool = True,
    ) -> None:
        names = tuple(header_names)
        self.header_names = tuple(_header_name(name) for name in names)
        if not self.header_names:
            msg = "header_names is empty, expected at least one header name such as 'X-Request-ID'"
            raise ContextError(msg)
        if max_length < 1:
            msg = f"max_length is {max_length}, expected at least 1"
            raise ContextError(msg)
        self.response_header = self.header_names[0]
        self.max_length = max_length
        self.trust = trust
        self._matches = _compiled(pattern).fullmatch
        # Plain integers: an addition to an entry that exists is one step under the interpreter lock.
        self._refused = {"too_long": 0, "not_valid": 0}

    def accept(self, raw: bytes | None) -> str | None:
        """Return the id in the value of a header, or ``None`` where there is none to be taken over."""
        if raw is None or not self.trust:
            return None
        if len(raw) > self.max_length:
            self._refused["too_long"] += 1
            return None
        if self._matches(raw) is not None and raw.isascii():
            text = raw.decode("ascii")
            if text.isprintable() and text:
                return text
        self._refused["not_valid"] += 1
        return None

    def request_id(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """Return the request id that ASGI ``headers`` carry, or a new one."""
        if self.trust:
            found = {name: value for name, value in headers if name in self.header_names}
            for name in self.header_names:
                accepted = self.accept(found.get(name))
                if accepted is not None:
                    return accepted
        return new_request_id()

    def refused(self) -> dict[str, int]:
        """Return how many incoming ids were refused so far, by reason."""
        return dict(self._refused)


def parse_traceparent(header: bytes, tracestate: bytes | None = None) -> SpanContext | None:
    """Return the remote parent that a ``traceparent`` header names, or ``None`` where it is broken.

    The answer is that of the SDK's propagator on any bytes, without its way through carriers.

    Args:
        header: The value of ``traceparent``.
        tracestate: The value of ``tracestate``, several of them joined with commas.

    Source: W3C Trace Context, section 3.2.
    """
    match = _VERSION_00(header) if len(header) == _VERSION_00_BYTES else None
    if match is not None:
        trace, span, flags = match.groups()
    else:
        other = _ANY_VERSION(header)
        if other is None:
            return None
        version, trace, span, flags, rest = other.groups()
        if version == b"ff" or (version == b"00" and rest):
            return None
    trace_id, span_id = int(trace, 16), int(span, 16)
    if trace_id == 0 or span_id == 0:
        return None
    state = _NO_STATE if tracestate is None else parse_tracestate(tracestate)
    # By position: keywords cost a third more here, once a request.
    return SpanContext(trace_id, span_id, True, _FLAGS[flags], state)  # noqa: FBT003


def parse_tracestate(header: bytes) -> TraceState:
    """Return the ``tracestate`` in ``header``; an empty one where any part of it is broken.

    The SDK answers the same, but writes what it found broken to its log.

    Source: W3C Trace Context, section 3.3.
    """
    if len(header) > MAX_TRACESTATE_BYTES:
        return _NO_STATE
    members = [member for part in header.split(b",") if (member := part.strip(b" \t"))]
    if len(members) > _STATE_MEMBERS:
        return _NO_STATE
    entries = {}
    for member in members:
        if _state_member(member) is None:
            return _NO_STATE
        key, _, value = member.decode("ascii").partition("=")
        entries[key] = value
    return TraceState(list(entries.items())) if len(entries) == len(members) else _NO_STATE


def traceresponse(span_context: SpanContext) -> bytes:
    """Return the ``traceresponse`` header of a response: which trace answered it.

    Source: W3C Trace Context level 2, draft, section "Traceresponse Header".
    """
    return b"00-%032x-%016x-%02x" % (
        span_context.trace_id,
        span_context.span_id,
        span_context.trace_flags,
    )


def server_timing(duration_s: float, *, traceparent: bytes | None = None) -> bytes:
    """Return a ``Server-Timing`` header: ``total`` in milliseconds and, if given, ``traceparent``.

    Args:
        duration_s: Seconds that the response took so far.
        traceparent: What :func:`traceresponse` gave; real-user monitoring in browsers reads it.

    Source: W3C Server Timing.
    """
    if traceparent is None:
        return b"total;dur=%.1f" % (duration_s * 1000)
    return b'total;dur=%.1f, traceparent;desc="%b"' % (duration_s * 1000, traceparent)


def printable_ascii(text: str, *, max_length: int) -> str:
    """Return the first ``max_length`` characters of ``text``, all but printable ASCII as ``?``."""
    cut = text[:max_length]
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(char if char.isascii() and char.isprintable() else "?" for char in cut)


def _header_name(name: str) -> bytes:
    if re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) is None:
        msg = f"header_names holds {name!r}, expected a header name such as 'X-Request-ID'"
        raise ContextError(msg)
    return name.lower().encode("ascii")


def _compiled(pattern: str) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern.encode("ascii"))
    except (re.error, UnicodeEncodeError) as error:
        msg = f"pattern is {pattern!r}, expected a regular expression over ASCII: {error}"
        raise ContextError(msg) from error
