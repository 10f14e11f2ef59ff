"""The options of API keys and of tokens that may open the pages."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from otel_monitoring.settings.group import Group, option
from otel_monitoring.settings.types import Algorithms, Names, Pairs, SecretText

_KEYS = ("jwt_key", "jwt_key_file", "jwt_jwks_url")


class ProofSettings(Group):
    """How callers prove who they are."""

    keys: Pairs = option(
        default={},
        description="API keys besides those of the storage: for each name what `otel-monitoring keys create` "
        "prints, such as `viewer ID:HASH until=2027-03-01 /metrics`.",
    )
    jwt_issuers: Names = option(
        default=(), description="Issuers (`iss`) of tokens that may open the pages; needed for these."
    )
    jwt_audiences: Names = option(
        default=(), description="Audiences (`aud`) of tokens that may open the pages; needed for these."
    )
    jwt_algorithms: Algorithms = option(
        default=("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"),
        description="Accepted signature algorithms; HMAC (`HS256` and so on) only where it is named.",
    )
    jwt_role_claim: str = Field(
        default="roles",
        min_length=1,
        description="Claim that says the role, or the way to it, such as `realm_access.roles`.",
    )
    jwt_viewer_values: Names = option(
        default=("monitoring-viewer",), description="Values of that claim that make a viewer."
    )
    jwt_admin_values: Names = option(
        default=("monitoring-admin",), description="Values of that claim that make an admin."
    )
    jwt_leeway_s: int = Field(default=30, ge=0, le=300, description="Clock difference that is forgiven.")
    jwt_key: SecretText | None = option(
        default=None, description="Key that tokens are verified with: PEM, a JWK or a shared secret."
    )
    jwt_key_file: str | None = option(default=None, description="File that holds that key.")
    jwt_jwks_url: str | None = option(
        default=None, description="Address of the keys that the issuer publishes (JWKS)."
    )

    @field_validator("jwt_algorithms")
    @classmethod
    def _are_some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            msg = "at least one signature algorithm"
            raise ValueError(msg)
        return value

    @field_validator(*_KEYS)
    @classmethod
    def _is_meant_for_us(cls, value: Any, info: ValidationInfo) -> Any:
        """A key alone would let in whoever has a token for anything of that issuer."""
        if not value:
            return value
        missing = [name for name in ("jwt_issuers", "jwt_audiences") if info.data.get(name) == ()]
        if missing:
            msg = f"{' and '.join(f'access.{name}' for name in missing)} beside it"
            raise ValueError(msg)
        if any(info.data.get(name) for name in _KEYS):
            msg = f"one of {', '.join(f'access.{name}' for name in _KEYS)}"
            raise ValueError(msg)
        return value
