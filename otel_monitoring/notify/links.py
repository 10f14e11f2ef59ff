"""Links in messages that let whoever reads them do one thing, once, for a while, without a token of the API.

A link carries what it is for and a signature over it, HMAC with SHA-256 (RFC 2104, FIPS 180-4). Nothing is
stored for a link that nobody uses; that one was used is remembered until it would have expired anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.message import Links, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.model.alert import Notice, SentAlert
    from otel_monitoring.model.clock import Clock

Deed: TypeAlias = Literal["acknowledge", "silence"]

MOST_ALERTS = 100
"""The most alerts that one link is for; more would make an address that programs cut."""

LONGEST_TOKEN = 4096

_PURPOSE = b"otel_monitoring link 1\x00"
_MOST_USED = 10_000
_LONGEST_RECEIVER = 200
_SECRET_BYTES = 32


class LinkError(NotifyError):
    """A link that is not ours, or was changed; which of them nobody is told."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one link is for.

    Attributes:
        deed: What it does.
        fingerprints: The alerts that it does it to.
        receiver: Who was told of them, with the channel where one alone was.
        expires_at_ms: When it ends, Unix milliseconds.
        nonce: Its own, so that two links for the same thing are two links.
    """

    deed: Deed
    fingerprints: tuple[str, ...]
    receiver: str
    expires_at_ms: int
    nonce: str


class LinkSigner:
    """Make links and read them back; thread-safe.

    Args:
        clock: Its wall clock says when a link has expired: another process may have made it.
        secret: What links are signed with; empty for one that is made now and ends with the process. Or what
            returns those of the moment: the first signs, any of them reads.
        lifetime_s: How long a link can be used.
    """

    def __init__(
        self, *, clock: Clock, secret: str | Callable[[], Sequence[str]] = "", lifetime_s: float = 86_400
    ) -> None:
        self._clock = clock
        stated = secret if isinstance(secret, str) and secret else secrets.token_urlsafe(_SECRET_BYTES)
        self._secrets = secret if callable(secret) else lambda: (stated,)
        self._lifetime_ms = round(lifetime_s * 1000)

    def token(self, deed: Deed, alerts: Sequence[SentAlert], *, receiver: str) -> str:
        """Return a token that allows ``deed`` on ``alerts``, as it stands in an address.

        Raises:
            NotifyError: There is no alert, or there are more than :data:`MOST_ALERTS`.
        """
        if not 0 < len(alerts) <= MOST_ALERTS:
            msg = f"a link for {len(alerts)} alerts: expected 1 to {MOST_ALERTS}"
            raise NotifyError(msg)
        content = json.dumps(
            [
                deed,
                "".join(fingerprint(alert.labels) for alert in alerts),
                receiver[:_LONGEST_RECEIVER],
                self._clock.now_ms() + self._lifetime_ms,
                secrets.token_urlsafe(9),
            ],
            separators=(",", ":"),
        ).encode()
        return f"{_text(content)}.{_text(_signature(self._secrets()[0], content))}"

    def read(self, token: str) -> Link:
        """Return what a token is for, expired or not.

        Raises:
            LinkError: We did not make it.
        """
        content, _, signature = token.partition(".")
        try:
            is_long = len(token) > LONGEST_TOKEN
            signed, given = _bytes("" if is_long else content), _bytes("" if is_long else signature)
        except (ValueError, binascii.Error):
            signed, given = b"", b""
        is_ours = [hmac.compare_digest(_signature(one, signed), given) for one in self._secrets()]
        if not any(is_ours):
            msg = "this link is not valid"
            raise LinkError(msg)
        deed, joined, receiver, expires_at_ms, nonce = json.loads(signed)
        if deed not in get_args(Deed):  # of a later version with the same secret
            msg = "this link is not valid"
            raise LinkError(msg)
        width = 16
        fingerprints = tuple(joined[at : at + width] for at in range(0, len(joined), width))
        return Link(deed, fingerprints, receiver, expires_at_ms, nonce)

    def is_expired(self, link: Link) -> bool:
        """Tell whether the time of a link is over."""
        return link.expires_at_ms <= self._clock.now_ms()


class UsedLinks:
    """Remember which links were used, each until it would have expired; thread-safe.

    Args:
        clock: Its wall clock says what has expired.
        most: The most that are remembered; further links are refused until older ones expire.
    """

    def __init__(self, *, clock: Clock, most: int = _MOST_USED) -> None:
        self._clock = clock
        self._most = most
        self._until_ms: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, link: Link) -> bool:
        """Use a link; return whether nobody has before.

        Raises:
            NotifyError: Too many were used to remember another one.
        """
        with self._lock:
            if link.nonce in self._until_ms:
                return False
            if len(self._until_ms) >= self._most:
                self._forget()
            if len(self._until_ms) >= self._most:
                msg = f"{self._most} links were used lately: expected fewer; use the API instead"
                raise NotifyError(msg)
            self._until_ms[link.nonce] = link.expires_at_ms
            return True

    def is_used(self, link: Link) -> bool:
        """Tell whether a link was used."""
        with self._lock:
            return link.nonce in self._until_ms

    def give_back(self, link: Link) -> None:
        """Let a link be used again: what it was for could not be done."""
        with self._lock:
            self._until_ms.pop(link.nonce, None)

    def state(self) -> list[dict[str, Any]]:
        """Return what was used as plain records."""
        with self._lock:
            return [{"nonce": nonce, "until_ms": until_ms} for nonce, until_ms in self._until_ms.items()]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take what :meth:`state` of another process returned."""
        with self._lock:
            self._until_ms.update({record["nonce"]: record["until_ms"] for record in records})

    def discard(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Let go of what another process forgot."""
        with self._lock:
            for record in records:
                self._until_ms.pop(record["nonce"], None)

    def after_fork(self) -> None:
        """Take a fresh lock in a child process; what was used stays used."""
        self._lock = threading.Lock()

    def _forget(self) -> None:
        now_ms = self._clock.now_ms()
        self._until_ms = {nonce: until for nonce, until in self._until_ms.items() if until > now_ms}


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Make the links of a message.

    Attributes:
        signer: Signs them.
        page_url: The page that a link opens, as it is reached from outside.
    """

    signer: LinkSigner
    page_url: str

    def __call__(self, notice: Notice, alerts: Sequence[SentAlert]) -> Links:
        """Return where ``alerts`` of a notice can be acted on; nowhere where they are too many.

        There is no silence for alerts that have no label in common: it would mute everything.
        """
        if not 0 < len(alerts) <= MOST_ALERTS:
            return Links()
        receiver = "/".join(filter(None, (notice.receiver, notice.channel)))
        can_silence = bool(common_labels(alerts))
        return Links(
            acknowledge=self._url("acknowledge", alerts, receiver),
            silence=self._url("silence", alerts, receiver) if can_silence else "",
        )

    def _url(self, deed: Deed, alerts: Sequence[SentAlert], receiver: str) -> str:
        return f"{self.page_url}?token={self.signer.token(deed, alerts, receiver=receiver)}"


def common_labels(alerts: Sequence[SentAlert]) -> dict[str, str]:
    """Return the labels that all of some alerts have in common."""
    if not alerts:
        return {}
    found = set(alerts[0].labels)
    for alert in alerts[1:]:
        found &= set(alert.labels)
    return dict(sorted(found))


def _signature(secret: str, content: bytes) -> bytes:
    key = hashlib.sha256(_PURPOSE + secret.encode()).digest()
    return hmac.digest(key, content, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
