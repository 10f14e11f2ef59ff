"""The link to sign in with, printed once on the terminal as notebooks do: nobody else is told."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.bootstrap.api.listening import Listening

_PATIENCE = 5
"""Ticks of the loop in which a server may begin to listen; after those the path alone is printed."""


class Greeting:
    """Print how to get in, once the server listens and the storage was asked for the token of all.

    Args:
        prefix: The path below which the pages lie.
        made: Returns the token that was made, the newest first.
        is_shared: Tells whether the token opens the pages of every process.
        agree: Asks the storage for the token of all, and tells whether that is known.
        claim: Tells whether this process is the one that prints, given what names a print; every time
            where nobody else would print the same.
        external_url: Returns where the pages are reached from outside; empty where that is not known.
        listening: Returns where this process is reached.
        scheme: Returns whether that is by ``http`` or ``https``.
    """

    def __init__(
        self,
        *,
        prefix: str,
        made: Callable[[], Sequence[str]],
        is_shared: Callable[[], bool],
        agree: Callable[[], bool],
        claim: Callable[[str], bool],
        listening: Callable[[], Listening],
        scheme: Callable[[], str],
        external_url: Callable[[], str] = str,
    ) -> None:
        self._prefix = prefix
        self._made = made
        self._is_shared = is_shared
        self._agree = agree
        self._claim = claim
        self._listening = listening
        self._scheme = scheme
        self._external_url = external_url
        self._steps = 0
        self._told = ""

    def step(self, _now_ms: int) -> None:
        """Print what is to be printed; a job."""
        if self._made()[0] == self._told:
            return
        self._steps += 1
        is_agreed, found = self._agree(), self._listening()
        is_reached = bool(found.places or self._external_url())
        if not (is_agreed and is_reached) and self._steps < _PATIENCE:
            return
        token = self._made()[0]
        self._told = token
        digest = hashlib.sha256(token.encode()).hexdigest()[:16]
        if self._claim(f"{found.leader}/{digest}"):
            self._print(token, self._urls(found))

    def _urls(self, found: Listening) -> list[str]:
        outside = self._external_url().rstrip("/")
        if outside:
            return [outside]
        return [f"{self._scheme()}://{place}{self._prefix}" for place in found.places] or [self._prefix]

    def _print(self, token: str, urls: Sequence[str]) -> None:
        links = " or ".join(f"{url}/sign-in?token={quote(token)}" for url in urls)
        where = "at every process" if self._is_shared() else "until this process ends"
        print(  # noqa: T201 - the terminal is where it belongs; a log would carry it further
            f"otel_monitoring: sign in at {links}\n"
            f"otel_monitoring: programs send 'Authorization: Bearer {token}', which holds {where}; "
            "set OTEL_MONITORING_API__TOKEN to choose the token",
            file=sys.stderr,
            flush=True,
        )
