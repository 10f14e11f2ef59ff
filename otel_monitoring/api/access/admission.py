"""Who is let in: what a request brings is shown to those who can tell whom it proves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, runtime_checkable

from otel_monitoring.api.access.origin import is_ours, may_read
from otel_monitoring.api.access.presented import Presented, cookie, header, is_plain, presented
from otel_monitoring.api.access.roles import READING
from otel_monitoring.guard import Guard
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from otel_monitoring.api.access.caller import Caller, Verifier
    from otel_monitoring.api.access.forwarding import Forwarding
    from otel_monitoring.api.access.lockout import Lockout
    from otel_monitoring.api.access.sessions import Sessions
    from otel_monitoring.api.access.trail import Trail
    from otel_monitoring.api.asgi import Scope
    from otel_monitoring.model.clock import Clock

    Application: TypeAlias = Callable[[Scope], Awaitable[Caller | None]]

Reason: TypeAlias = Literal["missing", "wrong", "odd", "locked", "origin", "role"]

METRICS = (
    MetricDescription(
        "otel_monitoring.access.refusals",
        "{request}",
        "counter",
        "Requests for our pages that were refused: missing, wrong or odd credentials, an address that is "
        "locked, another site's page behind it (origin), or a role that is not enough (role).",
        ("reason",),
    ),
)

_COOKIE: Final = "otel_monitoring_session"
_SECURE_COOKIE: Final = f"__Secure-{_COOKIE}"
_CSRF: Final = b"x-csrf-token"


@runtime_checkable
class Holder(Protocol):
    """Tells whether a proof that began a session still holds."""

    def holds(self, proof: str) -> bool:
        """Return whether ``Caller.proof`` opens something at this moment; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """What was found out about a request.

    Attributes:
        caller: Who sent it; ``None`` for a stranger.
        reason: Why they are a stranger.
        wait_s: How long their address has to wait before it is asked again.
    """

    caller: Caller | None
    reason: Reason = "missing"
    wait_s: float = 0.0


class Access:
    """Find out who calls.

    Args:
        clock: The time.
        verifiers: Asked in this order, at any time: what they know nobody can guess.
        guessable: Asked after those, such as for a token that somebody chose, and not while an address is
            locked.
        application: The application's own way to tell who sends a request; asked where nothing else says it.
        sessions: Sessions of browsers.
        lockout: Counts wrong credentials.
        forwarding: Whose forwarding headers are believed.
        trail: What is told of it.
        refused: Counts refusals by their reason.
        secure_cookies: Whether cookies are for ``https`` alone; ``None`` where the request came that way.
        hsts_s: For how long browsers are told to come back by ``https`` alone.
    """

    def __init__(  # noqa: PLR0913 - one place wires it
        self,
        *,
        clock: Clock,
        verifiers: Sequence[Verifier] = (),
        guessable: Sequence[Verifier] = (),
        application: Application | None = None,
        sessions: Sessions,
        lockout: Lockout,
        forwarding: Forwarding,
        trail: Trail,
        refused: Counter[str] | None = None,
        secure_cookies: bool | None = None,
        hsts_s: int = 0,
    ) -> None:
        self.clock = clock
        self.sessions = sessions
        self.forwarding = forwarding
        self.trail = trail
        self.hsts_s = hsts_s
        self._verifiers = tuple(verifiers)
        self._guessable = tuple(guessable)
        self._application = application
        self._lockout = lockout
        self._refused = Counter() if refused is None else refused
        self._secure_cookies = secure_cookies
        self._guard = Guard("api.access")

    async def admit(self, scope: Scope) -> Admission:
        """Return who sends a request, and never raise."""
        brought = presented(scope)
        if brought.is_odd:
            return Admission(None, "odd")
        if brought.is_explicit:
            return await self.prove(scope, brought.credential, others=self._application)
        known = self._signed_in(scope)
        if known.caller is not None or self._application is None:
            return known if known.caller or not brought.has_other else Admission(None, "wrong")
        return await self._ask_application(scope, brought)

    async def prove(self, scope: Scope, credential: str, *, others: Application | None = None) -> Admission:
        """Return whom a credential proves; wrong ones count against the address.

        Args:
            scope: The request.
            credential: What it brings.
            others: Asked where the credential is none of ours: the application has bearer tokens too.
        """
        address = self.forwarding.client(scope)
        caller = await self._first(self._verifiers, credential)
        if caller is None:
            wait_s = self._lockout.wait_s(address)
            if wait_s > 0:
                return Admission(None, "locked", wait_s)
            caller = await self._first(self._guessable, credential)
        if caller is None and others is not None:
            with self._guard:
                caller = await others(scope)
        if caller is None:
            return self._wrong(address)
        self._lockout.succeeded(address)
        return Admission(caller)

    async def sign_in(self, scope: Scope, credential: str) -> Admission:
        """Return whom a text from a form or a link proves; an odd one proves nobody."""
        return await self.prove(scope, credential) if is_plain(credential) else Admission(None, "odd")

    def refuse(self, reason: Reason) -> None:
        """Count a request that goes no further."""
        self._refused[reason] += 1

    def is_session_forged(self, scope: Scope) -> bool:
        """Tell whether a request that changes something may come from another site's page.

        Browsers add cookies, and what they know of the application's own, to requests that anybody makes;
        they add no bearer token and no key. Another site cannot send a header of its own choice either, so
        that any ``X-CSRF-Token`` will do where there is no session of ours.
        """
        if scope["method"] in READING or presented(scope).is_explicit or is_ours(scope, self.forwarding):
            return False
        given, text = header(scope, _CSRF), self.cookie(scope)
        return not given or (bool(text) and not self.sessions.is_forgery_token(given, text))

    def cookie(self, scope: Scope) -> str:
        """Return the session cookie as it was sent; empty without one."""
        return cookie(scope, self.cookie_name(scope))

    def cookie_name(self, scope: Scope) -> str:
        """Return the name of the cookie; over ``https`` one that browsers take from there alone."""
        return _SECURE_COOKIE if self.is_cookie_secure(scope) else _COOKIE

    def is_cookie_secure(self, scope: Scope) -> bool:
        """Tell whether the cookie is for ``https`` alone."""
        return self.forwarding.is_secure(scope) if self._secure_cookies is None else self._secure_cookies

    def _signed_in(self, scope: Scope) -> Admission:
        text = self.cookie(scope)
        caller = self.sessions.read(text) if text else None
        if caller is None or not self._holds(caller.proof):
            return Admission(None, "wrong" if text else "missing")
        return Admission(caller) if may_read(scope) else Admission(None, "origin")

    def _holds(self, proof: str) -> bool:
        holders = [one for one in (*self._verifiers, *self._guessable) if isinstance(one, Holder)]
        return not proof or any(self._guard.call(one.holds, proof) for one in holders)

    async def _ask_application(self, scope: Scope, brought: Presented) -> Admission:
        address = self.forwarding.client(scope)
        wait_s = self._lockout.wait_s(address) if brought.has_other else 0.0
        if wait_s > 0:
            return Admission(None, "locked", wait_s)
        caller = None
        with self._guard:
            caller = await self._application(scope) if self._application is not None else None
        if caller is not None:
            return Admission(caller) if may_read(scope) else Admission(None, "origin")
        return self._wrong(address) if brought.has_other else Admission(None)

    async def _first(self, verifiers: Sequence[Verifier], credential: str) -> Caller | None:
        for one in verifiers:
            with self._guard:
                caller = await one.caller(credential)
                if caller is not None:
                    return caller
        return None

    def _wrong(self, address: str) -> Admission:
        wait_s = self._lockout.failed(address)
        if wait_s > 0:
            self.trail.locked_out(address, wait_s)
        return Admission(None, "wrong")
