"""The ways to prove who one is, as the settings and the application state them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.api.access.keys import ApiKeys
from otel_monitoring.bootstrap.key_source import key_source
from otel_monitoring.bootstrap.storage.key_copy import KeyCopy
from otel_monitoring.errors import AccessError, ContextError
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.api.access.caller import Verifier
    from otel_monitoring.api.access.jwt import JwtCallers
    from otel_monitoring.bootstrap.parts import Builder

METRICS = (
    MetricDescription(
        "otel_monitoring.access.proofs.refused",
        "{proof}",
        "counter",
        "Proofs that opened nothing, by what they were (key, jwt, application) and why.",
        ("by", "reason"),
    ),
)


class Proofs:
    """API keys, tokens of an identity provider, and the application's own word.

    Args:
        builder: What the parts share.

    Raises:
        AccessError: A key of a token, or a stated API key, cannot be used.
        MissingExtraError: Tokens are accepted and ``joserfc`` is not installed.
    """

    def __init__(self, builder: Builder) -> None:
        self.verifiers: list[Verifier] = []
        """Whom a credential is shown to: nobody can guess what they know."""

        self.application: Any = None
        """The application's own word on who sends a request; ``None`` where it gave none."""

        self._refused: dict[str, Callable[[], Mapping[str, int]]] = {}
        self._add_keys(builder)
        self._add_tokens(builder)
        self._add_application(builder)
        self.are_stated = bool(builder.settings.access.keys) or self._refused.keys() > {"key"}
        """Whether somebody has said how to come in, besides keys that the storage may hold."""
        for metric in METRICS:
            builder.metrics.observe(metric, self._rows)

    def _add_keys(self, builder: Builder) -> None:
        stated = builder.settings.access.keys
        found = []
        if stated:
            from otel_monitoring.api.access.stated_keys import stated_keys

            found = stated_keys(stated)
        keys = ApiKeys(clock=builder.clock, stated=found)
        builder.on_agree.append(KeyCopy(keys).renew)
        self.verifiers.append(keys)
        self._refused["key"] = keys.refused

    def _add_tokens(self, builder: Builder) -> None:
        tokens = _tokens(builder)
        if tokens is not None:
            builder.services.append(tokens)
            self.verifiers.append(tokens)
            self._refused["jwt"] = tokens.refused

    def _add_application(self, builder: Builder) -> None:
        if builder.access is None:
            return
        from otel_monitoring.api.access.application import ApplicationCallers

        callers = ApplicationCallers(builder.access)
        builder.parts.append(callers)
        self.application = callers.caller_of_request
        self._refused["application"] = callers.refused

    def _rows(self) -> list[tuple[float, Mapping[str, str]]]:
        return [
            (count, {"by": by, "reason": reason})
            for by, refused in self._refused.items()
            for reason, count in refused().items()
            if count
        ]


def _tokens(builder: Builder) -> JwtCallers | None:
    asked = builder.settings.access
    try:
        keys = key_source(builder, key=asked.jwt_key, file=asked.jwt_key_file, url=asked.jwt_jwks_url)
    except ContextError as error:
        msg = f"access.jwt_key, its file or its address cannot be used: {error}"
        raise AccessError(msg) from error
    if keys is None:
        return None
    from otel_monitoring.api.access.jwt import JwtCallers

    return JwtCallers(
        keys=keys,
        clock=builder.clock,
        issuers=asked.jwt_issuers,
        audiences=asked.jwt_audiences,
        role_claim=asked.jwt_role_claim,
        viewer_values=asked.jwt_viewer_values,
        admin_values=asked.jwt_admin_values,
        algorithms=asked.jwt_algorithms,
        leeway_s=asked.jwt_leeway_s,
    )
