"""The keys that tokens are verified with: written in a setting, in a file, or published at a URL.

Published keys are fetched by a short-lived thread of their own and kept; a caller takes what is there
and never waits. Needs the extra ``jwt``.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from opentelemetry.context import Context, attach, detach

from otel_monitoring.errors import ContextError, MissingExtraError
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import httpx
    from joserfc.jwk import Key

    from otel_monitoring.model.clock import Clock

MAX_BYTES = 1 << 20
"""The largest key set that is read from a URL."""

_log = logging.getLogger(__name__)
_jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing


class KeySource(Protocol):
    """Where the keys come from."""

    @property
    def is_fetching(self) -> bool:
        """Whether others may be there in a moment."""
        ...

    def known(self) -> Sequence[Key] | None:
        """Return the keys that are there now; ``None`` where there are none yet."""
        ...

    def missed(self) -> None:
        """Learn that a token named a key that is not among them."""
        ...


class FixedKeys:
    """Keys that were there at start-up.

    Args:
        text: A PEM public key or certificate, a JWK, a JWK set, or the secret of an HMAC.

    Raises:
        ContextError: ``text`` holds no key.
        MissingExtraError: The extra ``jwt`` is not installed.
    """

    def __init__(self, text: str | bytes) -> None:
        self._keys = read_keys(text.encode() if isinstance(text, str) else text)

    @classmethod
    def from_file(cls, path: Path) -> FixedKeys:
        """Return the keys in the file at ``path``.

        Raises:
            ContextError: The file cannot be read or holds no key.
        """
        try:
            return cls(path.read_bytes())
        except OSError as error:
            msg = f"key file is {str(path)!r}, expected a file that can be read: {error.strerror}"
            raise ContextError(msg) from error

    @property
    def is_fetching(self) -> bool:
        """Whether others may be there in a moment: never."""
        return False

    def known(self) -> Sequence[Key]:
        """Return the keys."""
        return self._keys

    def missed(self) -> None:
        """Have nowhere else to look."""


class RemoteKeys:
    """A JWK set that an issuer publishes, fetched in the background.

    The first question starts the first fetch. After that the keys are fetched again when they are
    ``refresh_s`` old, and when a token names an unknown key, but not within ``min_interval_s`` of the
    fetch before. While the issuer fails, the keys that are there stay, and the pause between fetches
    doubles up to ``refresh_s``.

    Args:
        url: Where the key set is, ``https://`` outside of a trusted network.
        clock: What tells the time.
        timeout_s: Seconds for one fetch.
        refresh_s: Seconds after which the keys are fetched again.
        min_interval_s: Seconds between two fetches at least.

    Raises:
        ContextError: ``url`` is no HTTP URL.
        MissingExtraError: The extra ``jwt`` is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        timeout_s: float = 5.0,
        refresh_s: float = 3600.0,
        min_interval_s: float = 60.0,
    ) -> None:
        require_joserfc()
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = f"jwks_url is {url!r}, expected a URL such as 'https://issuer.example/jwks.json'"
            raise ContextError(msg)
        self._url = url
        self._host = parts.hostname
        self._clock = clock
        self._timeout_s = timeout_s
        self._refresh_s = refresh_s
        self._min_interval_s = min_interval_s
        self._guard = Guard("context.keys")
        self._keys: tuple[Key, ...] | None = None
        self._due_s = clock.monotonic_s()
        self._soonest_s = self._due_s
        self._failed_in_a_row = 0
        self._fetched = 0
        self._failed = 0
        # Only ever taken without waiting, so that a fork in mid-fetch blocks nobody.
        self._busy = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_fetching(self) -> bool:
        """Whether a fetch is under way."""
        return self._busy.locked()

    def known(self) -> Sequence[Key] | None:
        """Return the keys that are there now and see to it that they stay fresh."""
        if self._clock.monotonic_s() >= self._due_s:
            self._start()
        return self._keys

    def missed(self) -> None:
        """Fetch anew because a token named an unknown key, unless that was just done."""
        if self._clock.monotonic_s() >= self._soonest_s:
            self._start()

    def stats(self) -> dict[str, int]:
        """Return how many fetches succeeded and failed, and how many keys there are."""
        return {"fetched": self._fetched, "failed": self._failed, "keys": len(self._keys or ())}

    def after_fork(self) -> None:
        """Forget a fetch that the parent process was in."""
        self._busy = threading.Lock()
        self._guard.after_fork()

    def _start(self) -> None:
        busy = self._busy
        if not busy.acquire(blocking=False):
            return
        self._plan(self._min_interval_s)
        thread = threading.Thread(target=self._run, args=(busy,), name="otel-monitoring-jwks", daemon=True)
        self._thread = thread
        try:
            thread.start()
        except RuntimeError as error:  # the process is short of threads, or ends
            self._guard.caught(error)
            busy.release()

    def _run(self, busy: threading.Lock) -> None:
        token = attach(Context())  # whoever asked, its span has no part in this
        try:
            fetched = self._guard.call(self._fetch)
            if fetched is None:
                self._note_failure()
            else:
                self._note_success(fetched)
        finally:
            detach(token)
            busy.release()

    def _fetch(self) -> tuple[Key, ...] | None:
        import httpx
        from opentelemetry.instrumentation.utils import suppress_instrumentation

        try:
            with suppress_instrumentation(), httpx.Client(timeout=self._timeout_s) as client:
                return read_keys(self._download(client), only_public=True)
        except (httpx.HTTPError, ContextError) as error:
            if self._failed_in_a_row == 0:
                _log.warning("the keys of %s cannot be fetched (%s)", self._host, type(error).__name__)
        return None

    def _download(self, client: httpx.Client) -> bytes:
        """Return the body, giving up on one that is too large or trickles past the time limit."""
        deadline_s = self._clock.monotonic_s() + self._timeout_s
        body = bytearray()
        with client.stream("GET", self._url, headers={"accept": "application/json"}) as response:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES or self._clock.monotonic_s() > deadline_s:
                    msg = f"key set of {self._host} is too large or too slow"
                    raise ContextError(msg)
        return bytes(body)

    def _note_success(self, keys: tuple[Key, ...]) -> None:
        self._keys = keys
        self._fetched += 1
        self._failed_in_a_row = 0
        self._due_s = self._clock.monotonic_s() + self._refresh_s * _jitter.uniform(0.9, 1.0)

    def _note_failure(self) -> None:
        self._failed += 1
        doubled_s = self._min_interval_s * 2 ** min(self._failed_in_a_row, 20)
        self._failed_in_a_row += 1
        self._plan(min(doubled_s, max(self._refresh_s, self._min_interval_s)))

    def _plan(self, pause_s: float) -> None:
        """Fetch no sooner than in ``pause_s`` seconds, and do so then."""
        self._soonest_s = self._due_s = self._clock.monotonic_s() + pause_s


def read_keys(data: bytes, *, only_public: bool = False) -> tuple[Key, ...]:
    """Return the keys in ``data``: PEM, a JWK, a JWK set, or the bytes of a shared secret.

    Args:
        data: What a file, a setting or a URL holds.
        only_public: Leave out shared secrets, which nobody publishes.

    Raises:
        ContextError: There is no usable key in it. The message does not repeat ``data``.
        MissingExtraError: The extra ``jwt`` is not installed.
    """
    require_joserfc()
    from joserfc.errors import JoseError

    try:
        with _without_warnings():
            keys = tuple(_read_json(data) if data.lstrip()[:1] == b"{" else _read_text(data.strip()))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        kind = type(error).__name__
        msg = f"key of {len(data)} bytes cannot be read ({kind}), expected PEM, a JWK or a JWK set"
        raise ContextError(msg) from None
    if only_public:
        keys = tuple(key for key in keys if key.key_type != "oct")
    if not keys:
        msg = f"key set of {len(data)} bytes holds no usable key"
        raise ContextError(msg)
    return keys


def require_joserfc() -> None:
    """Raise MissingExtraError where the extra ``jwt`` is not installed."""
    try:
        import joserfc.jwt  # noqa: F401 - asks whether it is there
    except ImportError as error:
        raise MissingExtraError(package="joserfc", extra="jwt", needed_for="users from a JWT") from error


def _read_json(data: bytes) -> Iterator[Key]:
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    found = json.loads(data)
    if "keys" not in found:
        yield JWKRegistry.import_key(found)
        return
    for entry in found["keys"]:
        try:
            yield JWKRegistry.import_key(entry)
        except (JoseError, ValueError):
            continue  # RFC 7517, section 5: a key that is not understood is left out of the set


def _read_text(data: bytes) -> Iterator[Key]:
    from joserfc.jwk import OctKey, import_key

    if not data.startswith((b"-----BEGIN ", b"ssh-", b"ecdsa-")):
        yield OctKey.import_key(data)
        return
    key = import_key(data)
    if key.key_type == "oct":  # joserfc takes a damaged public key for a shared secret
        msg = "damaged PEM"
        raise ValueError(msg)
    yield key


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep joserfc's advice on keys to ourselves; an unusable key is an error of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
