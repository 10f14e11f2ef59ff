"""User, session and tenant from verified tokens, where a key is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.bootstrap.key_source import key_source

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.parts import Builder


def identify(builder: Builder) -> Any | None:
    """Return what names the user of a request by its token, or ``None`` where no key is set.

    Raises:
        MissingExtraError: A key is set and ``joserfc`` is not installed.
        ContextError: The key cannot be used.
    """
    jwt = builder.settings.jwt
    keys = key_source(builder, key=jwt.key, file=jwt.key_file, url=jwt.jwks_url)
    if keys is None:
        return None
    from otel_monitoring.context.identity import JwtIdentity

    return JwtIdentity(
        keys=keys,
        clock=builder.clock,
        algorithms=jwt.algorithms,
        issuers=jwt.issuers,
        audiences=jwt.audiences,
        leeway_s=jwt.leeway_s,
        user_claims=jwt.user_claims,
        session_claims=jwt.session_claims,
        tenant_claims=jwt.tenant_claims,
    ).apply
