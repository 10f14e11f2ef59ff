"""Whether MongoDB, or a server of its protocol, answers a ping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, AskError, Asking
from otel_monitoring.health.checks.optional import require
from otel_monitoring.health.checks.place import secrets_of, shown, split

if TYPE_CHECKING:
    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline

_SCHEMES = frozenset({"mongodb", "mongodb+srv"})
_ADVICE = "Look whether the server runs, takes connections from here, and knows this user and password."


class MongoCheck:
    """Send a ping.

    With a URL a client is made for each look and closed after it, so that no threads of its own go on between
    two looks; a client that is handed in is asked itself, within the same time.

    Args:
        target: ``mongodb://…``, ``mongodb+srv://…``, or a ``pymongo.MongoClient``.
        timeout_s: The longest time.
        slow_s: An answer that took longer is degraded.

    Raises:
        SettingsError: The target is neither, or a time is not above 0.
        MissingExtraError: pymongo is not installed.
    """

    def __init__(self, target: Any, *, timeout_s: float = TIMEOUT_S, slow_s: float = SLOW_S) -> None:
        require("pymongo", needed_for="checking MongoDB")
        self._target = target
        what = shown(target).partition("://")[2] if isinstance(target, str) else "the hosts of its client"
        secrets = secrets_of(target) if isinstance(target, str) else ()
        self._asking = Asking(
            f"MongoDB at {what}", advice=_ADVICE, timeout_s=timeout_s, slow_s=slow_s, secrets=secrets
        )
        self._check_target()

    def __call__(self) -> Health:
        """Return how it is."""
        from pymongo.errors import PyMongoError

        return self._asking.verdict(self._ask, (OSError, PyMongoError))

    def _ask(self, deadline: Deadline) -> None:
        from pymongo.errors import ServerSelectionTimeoutError

        try:
            self._ping(deadline)
        except ServerSelectionTimeoutError as error:  # its words are about all of its own limits
            reason = str(error).split(" (", 1)[0]
            if "timed out" in reason:
                raise TimeoutError from None
            msg = f"cannot be asked: {reason}"
            raise AskError(msg) from None

    def _ping(self, deadline: Deadline) -> None:
        import pymongo

        if not isinstance(self._target, str):
            with pymongo.timeout(deadline.left_s()):
                self._target.admin.command("ping")
            return
        left_ms = max(1, round(deadline.left_s() * 900))  # below ours, so that it tells why
        limits: dict[str, Any] = dict.fromkeys(
            ("serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS"), left_ms
        )
        limits["timeoutMS"] = left_ms
        client: pymongo.MongoClient[Any] = pymongo.MongoClient(
            self._target, appname="otel-monitoring", **limits
        )
        with client:
            client.admin.command("ping")

    def _check_target(self) -> None:
        if isinstance(self._target, str):
            if split(self._target).scheme not in _SCHEMES:
                msg = f"scheme is {split(self._target).scheme!r}: expected {' or '.join(sorted(_SCHEMES))}"
                raise SettingsError(msg)
            return
        import pymongo

        if not isinstance(self._target, pymongo.MongoClient):
            msg = f"target is a {type(self._target).__name__}: expected a URL or a pymongo.MongoClient"
            raise SettingsError(msg)
