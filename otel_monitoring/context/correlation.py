"""Whose request this is: one small object per unit of work, carried by the OpenTelemetry context.

Whatever carries that context (tasks, threads, task queues) carries the correlation. The object is
mutable on purpose: a user named deep inside a handler is seen by the server span, and by every log
record and span that follows in any task or thread of the same request.

User ids never stand here raw, only their keyed hash.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry.context import Context, attach, create_key, detach, get_current
from opentelemetry.trace import Span, get_current_span
from opentelemetry.trace.propagation import _SPAN_KEY

from otel_monitoring.context.headers import new_request_id, printable_ascii
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from types import TracebackType

REQUEST_ID = "otel_monitoring.request.id"
USER_HASH = "user.hash"
SESSION_ID = "session.id"
TENANT_ID = "otel_monitoring.tenant.id"

MAX_VALUE_LENGTH = 256
"""Characters kept of a session or tenant id."""

MAX_REQUEST_ID_LENGTH = 128
"""Characters kept of a request id that the program's own code hands in."""

_HASH_HEX_DIGITS = 32
_KEY = create_key("otel_monitoring-correlation")
_guard = Guard("context.correlation")


@dataclass(slots=True, eq=False)
class Correlation:
    """What is known of the unit of work that runs now.

    Attributes:
        request_id: The id that ties together everything one request causes; printable ASCII.
        user_hash: Keyed hash of the user's id, or ``None`` where no user is known.
        session_id: The visit, or ``None``.
        tenant_id: The customer or workspace, or ``None``.
        span: The first recording span of this unit of work, which later changes are written to.
    """

    request_id: str
    user_hash: str | None = None
    session_id: str | None = None
    tenant_id: str | None = None
    span: Span | None = field(default=None, repr=False)

    def set_user(self, user_id: object) -> None:
        """Name the user by the keyed hash of ``user_id``; ``None`` forgets the user."""
        self.user_hash = hash_user(user_id)
        self._tell_span(USER_HASH, self.user_hash)

    def set_session(self, session_id: object) -> None:
        """Name the session by an id that is no credential; ``None`` forgets it."""
        self.session_id = bounded(session_id)
        self._tell_span(SESSION_ID, self.session_id)

    def set_tenant(self, tenant_id: object) -> None:
        """Name the tenant; ``None`` forgets it."""
        self.tenant_id = bounded(tenant_id)
        self._tell_span(TENANT_ID, self.tenant_id)

    def is_bare(self) -> bool:
        """Return whether nothing but the request id is known."""
        return self.user_hash is None and self.session_id is None and self.tenant_id is None

    def attributes(self) -> dict[str, str]:
        """Return what is known under the names that spans and log records bear."""
        found = {REQUEST_ID: self.request_id}
        if self.user_hash is not None:
            found[USER_HASH] = self.user_hash
        if self.session_id is not None:
            found[SESSION_ID] = self.session_id
        if self.tenant_id is not None:
            found[TENANT_ID] = self.tenant_id
        return found

    def log_fields(self) -> dict[str, str]:
        """Return what is known under the names that JSON log lines bear."""
        found = {"request_id": self.request_id}
        if self.user_hash is not None:
            found["user_hash"] = self.user_hash
        if self.session_id is not None:
            found["session_id"] = self.session_id
        if self.tenant_id is not None:
            found["tenant_id"] = self.tenant_id
        return found

    def _tell_span(self, name: str, value: str | None) -> None:
        """Write a change to the first span and to the current one; an ended span takes none."""
        if value is None:
            return
        now = get_current_span()
        if now.is_recording():
            now.set_attribute(name, value)
        first = self.span
        if first is not None and first is not now and first.is_recording():
            first.set_attribute(name, value)


class bind:  # noqa: N801 - reads as a verb where it is used: with bind(request_id=...)
    """Run a block of a script, a worker or a job as one unit of work.

    ``with bind(request_id=message.id) as correlation:`` works in sync and async code. Without a
    ``request_id`` a new one is made, also inside another unit of work.

    Args:
        request_id: The id to go by; what is not printable ASCII becomes ``?``, 128 characters at most.
        user_id: The user, kept as a keyed hash.
        session_id: The visit, an id that is no credential.
        tenant_id: The customer or workspace.
    """

    __slots__ = ("_token", "correlation")

    def __init__(
        self,
        *,
        request_id: str | None = None,
        user_id: object = None,
        session_id: object = None,
        tenant_id: object = None,
    ) -> None:
        known = request_id and printable_ascii(request_id, max_length=MAX_REQUEST_ID_LENGTH)
        self.correlation = Correlation(
            request_id=known or new_request_id(),
            user_hash=hash_user(user_id),
            session_id=bounded(session_id),
            tenant_id=bounded(tenant_id),
        )
        self._token: Token[Context] | None = None

    def __enter__(self) -> Correlation:
        """Make the correlation the current one."""
        self._token = attach(in_context(self.correlation))
        return self.correlation

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Go back to what was current before."""
        if self._token is not None:
            detach(self._token)
            self._token = None


def current() -> Correlation | None:
    """Return the correlation of the unit of work that runs now, or ``None`` outside of one."""
    return get_current().get(_KEY)  # type: ignore[return-value]  # in_context alone writes this key


def of_context(context: Context | None) -> Correlation | None:
    """Return the correlation in ``context``, by default in the current one."""
    return (get_current() if context is None else context).get(_KEY)  # type: ignore[return-value]


def request_id() -> str | None:
    """Return the id of the request that runs now, or ``None`` outside of one."""
    correlation = current()
    return None if correlation is None else correlation.request_id


def in_context(
    correlation: Correlation, context: Context | None = None, *, span: Span | None = None
) -> Context:
    """Return ``context`` (by default the current one) with ``correlation`` and, if given, ``span`` in it.

    One copy and one ``attach`` serve for both, which is what a server's middleware wants.
    """
    base = get_current() if context is None else context
    if span is None:
        return Context({**base, _KEY: correlation})
    return Context({**base, _KEY: correlation, _SPAN_KEY: span})


def set_user(user_id: object, *, session_id: object = None, tenant_id: object = None) -> None:
    """Name the user of the current request, on its server span and on all that follows.

    Args:
        user_id: The id by which the program knows the user; only its keyed hash is kept.
            ``None`` forgets the user.
        session_id: The visit, where it is known as well.
        tenant_id: The customer or workspace, where it is known as well.
    """
    correlation = _current_or_span_only()
    correlation.set_user(user_id)
    if session_id is not None:
        correlation.set_session(session_id)
    if tenant_id is not None:
        correlation.set_tenant(tenant_id)


def set_session(session_id: object) -> None:
    """Name the session of the current request by an id that is no credential."""
    _current_or_span_only().set_session(session_id)


def set_tenant(tenant_id: object) -> None:
    """Name the tenant of the current request."""
    _current_or_span_only().set_tenant(tenant_id)


def attributes() -> dict[str, str]:
    """Return the span and log attributes of the current request; empty outside of one."""
    correlation = current()
    return {} if correlation is None else correlation.attributes()


def log_fields() -> dict[str, str]:
    """Return the JSON log fields of the current request; empty outside of one."""
    correlation = current()
    return {} if correlation is None else correlation.log_fields()


def keyed_hash(key: bytes) -> Callable[[str], str]:
    """Return a function from a user id to 32 hex digits that only a holder of ``key`` can recompute.

    Source: RFC 2104 (HMAC) over SHA-256, truncated to 128 bits as its section 5 allows.
    """

    def digest(user_id: str) -> str:
        return hmac.digest(key, user_id.encode("utf-8", "surrogatepass"), "sha256").hex()[:_HASH_HEX_DIGITS]

    return digest


_hash_user: Callable[[str], str] | None = None


def configure(*, hash_user: Callable[[str], str] | None) -> None:
    """Set how user ids are hashed; ``None`` goes back to a random key of this process.

    Args:
        hash_user: A keyed hash, such as ``keyed_hash(key)`` with a key shared by all instances.
    """
    global _hash_user  # noqa: PLW0603 - one setting of the process, written at set-up
    _hash_user = hash_user


def hash_user(user_id: object) -> str | None:
    """Return the keyed hash of ``user_id``; ``None`` for ``None`` and where hashing failed."""
    text = _text(user_id)
    if text is None:
        return None
    if _hash_user is None:
        configure(hash_user=keyed_hash(os.urandom(32)))
    return _guard.call(_hash_user or keyed_hash(os.urandom(32)), text)


def bounded(value: object) -> str | None:
    """Return ``value`` as text without control characters, 256 characters at most."""
    text = _text(value)
    if text is None:
        return None
    text = text[:MAX_VALUE_LENGTH]
    return text if text.isprintable() else "".join(char if char.isprintable() else "?" for char in text)


def failures() -> dict[str, int]:
    """Return how often a value could not be hashed or written as text, by kind of error."""
    return _guard.counts()


def _current_or_span_only() -> Correlation:
    """Return the current correlation, or one that nobody keeps: the current span still hears of it."""
    return current() or Correlation(request_id="")


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else _guard.call(str, value)
