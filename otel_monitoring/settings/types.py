"""The value types of settings: secrets, lists and pairs that also fit into one environment variable."""

from __future__ import annotations

import json
import re
from ipaddress import ip_network
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

MASK = "**********"
MEMORY = "memory"
"""The storage that is none."""

_STORAGES = frozenset({"sqlite", "sqlite+pysqlite", "postgres", "postgresql", "postgresql+psycopg"})


class Secret(SecretStr):
    """A text that shows as a mask, compares by value and refuses to be pickled."""

    def __str__(self) -> str:
        """Return the mask, or nothing for an empty secret."""
        return MASK if self.get_secret_value() else ""

    def __repr__(self) -> str:
        """Return the mask in the form of a constructor call."""
        return f"{type(self).__name__}({str(self)!r})"

    def __copy__(self) -> Secret:
        """Return the secret itself, which never changes."""
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        """Return the secret itself, which never changes."""
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse: a pickle would hold the secret in clear."""
        msg = "settings with secrets are not pickled; load them again in the other process"
        raise TypeError(msg)


class SecretUrl(Secret):
    """A URL that shows its scheme alone, so that one still sees what kind of place it leads to."""

    def __str__(self) -> str:
        """Return the scheme and a mask for whatever follows it."""
        if self.get_secret_value() == MEMORY:
            return MEMORY
        scheme, separator, rest = self.get_secret_value().partition("://")
        if not separator:
            return super().__str__()
        return f"{scheme}://{MASK if rest else ''}"


def _split_names(value: Any) -> Any:
    """Turn ``a,b`` or a JSON list into a list; leave everything else to the validation."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _from_json(value, "a JSON list or names separated by commas")
    return [part.strip() for part in value.split(",") if part.strip()]


def _split_pairs(value: Any) -> Any:
    """Turn ``a=1,b=2`` or a JSON object into a mapping; leave everything else to the validation."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("{"):
        return _from_json(value, "a JSON object or name=value pairs separated by commas")
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    if any(not separator or not name.strip() for name, separator, _ in pairs):
        msg = "name=value pairs separated by commas, or a JSON object"
        raise ValueError(msg)
    return {name.strip(): text.strip() for name, _, text in pairs}


def _from_json(text: str, expected: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(expected) from None


def _as_secret(value: SecretStr) -> Secret:
    return Secret(value.get_secret_value())


def _as_secret_url(value: SecretStr) -> SecretUrl:
    if "://" not in value.get_secret_value():
        msg = "a URL with its scheme, such as https://example.com/hook"
        raise ValueError(msg)
    return SecretUrl(value.get_secret_value())


def _as_storage_url(value: SecretStr) -> SecretUrl:
    text = value.get_secret_value()
    if text == MEMORY:
        return SecretUrl(text)
    scheme, _, place = text.partition("://")
    if scheme not in _STORAGES or not place.strip("/") or ":memory:" in place:
        msg = f"sqlite:///path, postgresql://host/database or {MEMORY}"
        raise ValueError(msg)
    return SecretUrl(text)


def _is_folder(value: str) -> str:
    if not value.strip() or "?" in value or "\0" in value:
        msg = "the path of a folder, without question marks"
        raise ValueError(msg)
    return value


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        msg = f"a regular expression ({error})"
        raise ValueError(msg) from None
    return value


def _is_network(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        msg = "an IP address or network such as 10.0.0.0/8"
        raise ValueError(msg) from None
    return value


_Algorithm = Literal[
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "HS256",
    "HS384",
    "HS512",
    "EdDSA",
    "ES256K",
    "Ed448",
]

SecretText = Annotated[SecretStr, AfterValidator(_as_secret)]
StorageUrl = Annotated[SecretStr, AfterValidator(_as_storage_url)]
Folder = Annotated[str, AfterValidator(_is_folder)]
SecretUrlText = Annotated[SecretStr, AfterValidator(_as_secret_url)]
Pattern = Annotated[str, AfterValidator(_compiles)]
Network = Annotated[str, AfterValidator(_is_network)]

Names = Annotated[tuple[str, ...], BeforeValidator(_split_names)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_split_names)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(_split_names)]
SecretUrls = Annotated[tuple[SecretUrlText, ...], BeforeValidator(_split_names)]
Algorithms = Annotated[tuple[_Algorithm, ...], BeforeValidator(_split_names)]
Pairs = Annotated[dict[str, str], BeforeValidator(_split_pairs)]
SecretPairs = Annotated[dict[str, SecretText], BeforeValidator(_split_pairs)]

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Ratio = Annotated[float, Field(ge=0, le=1)]
