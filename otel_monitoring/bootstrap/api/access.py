"""Who may use the pages: the ways to prove it, and what is told of it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__
from otel_monitoring.api.access.admission import METRICS
from otel_monitoring.bootstrap.api.proofs import Proofs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.api.access.admission import Access
    from otel_monitoring.api.access.trail import Trail
    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.model.action import Action

SCOPE = "otel_monitoring.access"
_TOKEN = "api_token"  # noqa: S105 - what it is called
_SESSIONS = "sessions"
_NS_PER_MS = 1_000_000
_NO_PORT = -1
_BY_HAND = "<where they are mounted>"


class Admitting:
    """What lets people in, from the settings; the rest of it is made with the pages.

    Args:
        builder: What the parts share.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        token = builder.settings.api.token
        self._given = token.get_secret_value() if token else ""
        self._proofs = Proofs(builder)
        self.made: Callable[[], Sequence[str]] | None = None
        """Returns the token that was made, the newest first; ``None`` where somebody can come in without."""
        if not (self._given or self._proofs.are_stated):
            self.made = builder.credentials.make(_TOKEN)
        self._secrets = builder.credentials.make(_SESSIONS)
        self._refused: Counter[str] = Counter()
        for metric in METRICS:
            builder.metrics.observe(metric, self._rows)

    def greet(self, analysis: LazyAnalysis) -> None:
        """Have the loop print how to get in, where a token was made."""
        if self.made is None:
            return
        from otel_monitoring.bootstrap.api.greeting import Greeting
        from otel_monitoring.bootstrap.api.listening import listening, scheme

        builder, asked = self._builder, self._builder.settings.api
        is_elsewhere = asked.admin_port is None and not asked.mount
        greeting = Greeting(
            prefix=_BY_HAND if is_elsewhere else asked.prefix,
            made=self.made,
            is_shared=lambda: builder.credentials.is_shared,
            agree=lambda: _agree(builder, analysis),
            claim=lambda name: _claim(builder, analysis, name),
            listening=partial(listening, port=_NO_PORT if is_elsewhere else asked.admin_port or None),
            scheme=scheme,
            external_url=lambda: _external_url(builder),
        )
        builder.loop.add("greeting", 1.0, greeting.step)

    def access(self, audit: Callable[[Action], object]) -> Access:
        """Return who finds out who calls.

        Args:
            audit: Takes what was done by whom.
        """
        from otel_monitoring.api.access.admission import Access
        from otel_monitoring.api.access.forwarding import Forwarding
        from otel_monitoring.api.access.lockout import Lockout
        from otel_monitoring.api.access.sessions import Sessions
        from otel_monitoring.api.access.tokens import TokenVerifier, is_strong

        clock, asked = self._builder.clock, self._builder.settings.access
        token = TokenVerifier(self.made or self._given, keys=self._secrets)
        is_strong_enough = self.made is not None or is_strong(self._given)
        secure = {"auto": None, "always": True, "never": False}[asked.secure_cookies]
        return Access(
            clock=clock,
            verifiers=[*self._proofs.verifiers, *([token] if is_strong_enough else [])],
            guessable=[] if is_strong_enough else [token],
            application=self._proofs.application,
            sessions=Sessions(secrets=self._secrets, clock=clock, session_s=asked.session_s),
            lockout=Lockout(
                clock=clock,
                failures=asked.lockout_failures,
                window_s=asked.lockout_window_s,
                lock_s=asked.lockout_s,
                longest_s=asked.lockout_longest_s,
            ),
            forwarding=Forwarding(str(one) for one in self._builder.settings.http.trusted_proxies),
            trail=self._trail(audit),
            refused=self._refused,
            secure_cookies=secure,
            hsts_s=asked.hsts_s,
        )

    def _trail(self, audit: Callable[[Action], object]) -> Trail:
        from otel_monitoring.api.access.trail import Trail

        builder = self._builder
        logger = builder.providers.logger.get_logger(SCOPE, __version__)

        def event(name: str, body: str, attributes: Mapping[str, Any]) -> None:
            from opentelemetry._logs import SeverityNumber

            logger.emit(
                timestamp=builder.clock.now_ms() * _NS_PER_MS,
                severity_number=SeverityNumber.WARN,
                severity_text="WARN",
                body=body,
                event_name=name,
                attributes=dict(attributes),
            )

        return Trail(clock=builder.clock, audit=audit, event=event)

    def _rows(self) -> list[tuple[float, Mapping[str, str]]]:
        return [(count, {"reason": reason}) for reason, count in list(self._refused.items())]


def _external_url(builder: Builder) -> str:
    from otel_monitoring.bootstrap.messages.backing import pages_url  # what it stands on takes a while

    return pages_url(builder.settings)


def _agree(builder: Builder, analysis: LazyAnalysis) -> bool:
    keeping = analysis.get().keeping
    if keeping is None:
        return True
    keeping.agree()
    return builder.credentials.is_shared


def _claim(builder: Builder, analysis: LazyAnalysis, name: str) -> bool:
    """Tell whether this process prints; without a storage that answers each one has a token of its own."""
    from otel_monitoring.storage.errors import StorageError
    from otel_monitoring.storage.repositories.credentials import claimed

    keeping = analysis.get().keeping
    if keeping is None or not builder.credentials.is_shared:
        return True
    by = str(builder.resource.attributes["service.instance.id"])
    try:
        return claimed(
            keeping.database, name, by=by, service=keeping.service.key, now_ms=builder.clock.now_ms()
        )
    except StorageError:
        return True
