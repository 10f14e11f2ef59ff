"""User, session and tenant from verified tokens, where a key is set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.parts import Builder


def identify(builder: Builder) -> Any | None:
    """Return what names the user of a request by its token, or ``None`` where no key is set.

    Raises:
        MissingExtraError: A key is set and ``joserfc`` is not installed.
        ContextError: The key cannot be used.
    """
    jwt = builder.settings.jwt
    if not (jwt.key or jwt.key_file or jwt.jwks_url):
        return None
    from otel_monitoring.context.identity import JwtIdentity
    from otel_monitoring.context.keys import FixedKeys, RemoteKeys

    keys: Any
    if jwt.key is not None:
        keys = FixedKeys(jwt.key.get_secret_value())
    elif jwt.key_file is not None:
        keys = FixedKeys.from_file(Path(jwt.key_file))
    else:
        keys = RemoteKeys(str(jwt.jwks_url), clock=builder.clock)
        builder.parts.append(keys)
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
