"""API keys in a setting, for deployments that keep nothing: ``viewer ID:HASH until=2027-03-01 /metrics``.

What stands there is no secret: the hash of a key opens nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.errors import AccessError
from otel_monitoring.model.api_key import ApiKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_UNTIL: Final = "until="
_EXPECTED: Final = "'viewer ID:HASH', then 'until=2027-03-01' and routes where wanted"
_FEWEST_WORDS: Final = 2


def stated_keys(texts: Mapping[str, str]) -> list[ApiKey]:
    """Return the keys that a setting states, as ``otel-monitoring keys create`` prints them.

    Args:
        texts: For each name the role, the id and the hash; then perhaps ``until=`` with a date or a time in
            RFC 3339 and the routes that it opens.

    Raises:
        AccessError: One of them is none of this.
    """
    return [_parsed(name, text) for name, text in texts.items()]


def statement(key: ApiKey) -> str:
    """Return what stands in the setting for a key."""
    words = [key.role, f"{key.id}:{key.digest}"]
    if key.expires_ms is not None:
        time = datetime.fromtimestamp(key.expires_ms / 1000, UTC).isoformat(timespec="seconds")
        words.append(_UNTIL + time.replace("+00:00", "Z"))
    return " ".join([*words, *key.routes])


def _parsed(name: str, text: str) -> ApiKey:
    words = text.split()
    if len(words) < _FEWEST_WORDS or ":" not in words[1]:
        msg = f"access.keys has {len(words)} words for {name!r}, expected {_EXPECTED}"
        raise AccessError(msg)
    role: Any = words[0]  # the key itself says which there are
    key_id, _, digest = words[1].partition(":")
    expires_ms, routes = _limits(name, words[2:])
    return ApiKey(id=key_id, name=name, role=role, digest=digest, expires_ms=expires_ms, routes=routes)


def _limits(name: str, words: Sequence[str]) -> tuple[int | None, tuple[str, ...]]:
    times = [_time_ms(name, word) for word in words if word.startswith(_UNTIL)]
    routes = tuple(word for word in words if not word.startswith(_UNTIL))
    return min(times, default=None), routes


def _time_ms(name: str, word: str) -> int:
    text = word.removeprefix(_UNTIL)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        msg = f"access.keys has {word!r} for {name!r}, expected a date or a time in RFC 3339"
        raise AccessError(msg) from None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
