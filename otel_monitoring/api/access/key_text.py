"""The text of an API key: ``omk_<id>_<secret><checksum>``.

The prefix lets scanners find keys that were checked in, the checksum tells a key from what only looks like
one, and a typo from a guess. The secret has 256 random bits.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from otel_monitoring.model.api_key import ApiKey

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX: Final = "omk_"

_BASE_32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_BASE_62: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID_CHARS: Final = 10
_SECRET_BYTES: Final = 32
_SECRET_CHARS: Final = 43
_CHECKSUM_CHARS: Final = 6
_KEY: Final = re.compile(r"omk_([a-z2-7]{10})_[0-9A-Za-z]{49}", re.ASCII)
_LONGEST: Final = 64


class MadeKey(NamedTuple):
    """A key at the only moment at which its text is known.

    Attributes:
        key: What is kept of it.
        text: What its owner keeps.
    """

    key: ApiKey
    text: str


def make_key(
    name: str,
    role: Literal["viewer", "admin"],
    *,
    now_ms: int,
    expires_ms: int | None = None,
    routes: Sequence[str] = (),
) -> MadeKey:
    """Make a key that nobody can guess.

    Args:
        name: What people call it.
        role: What it allows.
        now_ms: The Unix time in milliseconds.
        expires_ms: From when on it opens nothing, Unix milliseconds; ``None`` for never.
        routes: The routes below the prefix that it opens; empty for all that the role does.

    Raises:
        AccessError: The name or a route cannot be used.
    """
    key_id = "".join(secrets.choice(_BASE_32) for _ in range(_ID_CHARS))
    secret = _in_base_62(int.from_bytes(secrets.token_bytes(_SECRET_BYTES)), _SECRET_CHARS)
    body = f"{PREFIX}{key_id}_{secret}"
    text = body + _checksum(body)
    key = ApiKey(
        id=key_id,
        name=name,
        role=role,
        digest=digest_of(text),
        created_ms=now_ms,
        expires_ms=expires_ms,
        routes=tuple(routes),
    )
    return MadeKey(key, text)


def id_in(text: str) -> str | None:
    """Return the id that a key bears; ``None`` for what was never a key, such as one with a typo."""
    if len(text) > _LONGEST:
        return None
    found = _KEY.fullmatch(text)
    is_whole = found and _checksum(text[:-_CHECKSUM_CHARS]) == text[-_CHECKSUM_CHARS:]
    return found[1] if found and is_whole else None


def digest_of(text: str) -> str:
    """Return what is kept of a key: the SHA-256 of its text in hexadecimal digits.

    One round without salt is enough here, as it is not for passwords: of 2^256 secrets that are drawn at
    random none can be found by trying, no two are the same, and a check that takes long would have every
    request pay for it.

    Source: NIST SP 800-63B, section 5.1.2.2 (look-up secrets of at least 112 bits need no salted, slow hash).
    """
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(text: str) -> str:
    return _in_base_62(zlib.crc32(text.encode()), _CHECKSUM_CHARS)


def _in_base_62(number: int, chars: int) -> str:
    digits = []
    for _ in range(chars):
        number, digit = divmod(number, 62)
        digits.append(_BASE_62[digit])
    return "".join(reversed(digits))
