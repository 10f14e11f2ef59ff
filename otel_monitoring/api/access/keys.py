"""API keys: looked up by their id, compared by the hash of their secret, in memory alone.

What the storage holds is handed in from the background, so that no request waits for a database; while the
storage is away, what was known last goes on.
"""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING, Final

from otel_monitoring.api.access.caller import Caller
from otel_monitoring.api.access.key_text import PREFIX, digest_of, id_in
from otel_monitoring.api.access.sparing import Sparing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.model.api_key import ApiKey
    from otel_monitoring.model.clock import Clock

_log = logging.getLogger(__name__)

REASONS: Final = ("malformed", "unknown", "secret", "revoked", "expired")

_NOBODY: Final = digest_of("")
_PROOF: Final = "key "


class ApiKeys:
    """Accept API keys; a ``Verifier``.

    Args:
        clock: Tells whether a key has expired.
        stated: Keys from the settings, which hold beside those of the storage.
    """

    def __init__(self, *, clock: Clock, stated: Iterable[ApiKey] = ()) -> None:
        self._clock = clock
        self._stated = {key.id: key for key in stated}
        self._known: Mapping[str, ApiKey] = self._stated
        self._used_ms: dict[str, int] = {}
        self._sparing = Sparing(clock=clock)
        self._refused = dict.fromkeys(REASONS, 0)

    def replace(self, kept: Iterable[ApiKey]) -> None:
        """Take what the storage holds in place of what it held before; from any thread."""
        self._known = {**{key.id: key for key in kept}, **self._stated}

    async def caller(self, credential: str) -> Caller | None:
        """Return whose key it is; ``None`` where it is no key, or none that holds."""
        if not credential.startswith(PREFIX):
            return None
        key_id = id_in(credential)
        if key_id is None:
            self._refused["malformed"] += 1
            return None
        key = self._known.get(key_id)
        is_right = hmac.compare_digest(digest_of(credential), _NOBODY if key is None else key.digest)
        reason = "unknown" if key is None else self._objection(key) if is_right else "secret"
        if key is None or reason is not None:
            self._refuse(key, reason or "unknown")
            return None
        self._used_ms[key.id] = self._clock.now_ms()
        return _caller(key)

    def holds(self, proof: str) -> bool:
        """Tell whether the key that ``Caller.proof`` names still opens something.

        Sessions ask this at each request: one that began with a key ends with it.
        """
        key = self._known.get(proof.removeprefix(_PROOF)) if proof.startswith(_PROOF) else None
        return key is not None and self._objection(key) is None

    def uses(self) -> dict[str, int]:
        """Return when each key was used last in this process, by its id, Unix milliseconds."""
        return self._used_ms.copy()

    def refused(self) -> dict[str, int]:
        """Return how many keys were refused so far, by reason."""
        return dict(self._refused)

    def _objection(self, key: ApiKey) -> str | None:
        if key.revoked_ms is not None:
            return "revoked"
        return "expired" if key.has_expired(self._clock.now_ms()) else None

    def _refuse(self, key: ApiKey | None, reason: str) -> None:
        self._refused[reason] += 1
        if key is None:
            return  # whoever guesses ids must not fill the log
        if self._sparing.is_due(key.id):
            _log.warning("the API key %s (%s) was refused: %s", key.name, key.id, reason)


def _caller(key: ApiKey) -> Caller:
    return Caller(
        f"key {key.name}",
        key.role,
        "key",
        proof=f"{_PROOF}{key.id}",
        routes=key.routes,
        until_ms=key.expires_ms,
    )
