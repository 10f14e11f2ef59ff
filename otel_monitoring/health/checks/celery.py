"""Whether Celery's broker can be reached and its workers answer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, Asking
from otel_monitoring.health.checks.optional import require
from otel_monitoring.health.checks.place import secrets_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.model.deadline import Deadline

_LIMITS = ("socket_timeout", "socket_connect_timeout", "read_timeout", "write_timeout")
"""What the libraries beneath the brokers call the longest time of one step."""
_ADVICE = "Look whether the broker runs, takes connections from here, and knows this user and password."
_START = "Start the workers, or look at their logs: those that run take no part in the talk over the broker."


class CeleryCheck:
    """Connect to the broker, and ping the workers.

    Args:
        target: The ``Celery`` application, or the URL of its broker.
        workers: How many have to answer; 0 where the broker alone is asked.
        timeout_s: The longest time; half of it is for the workers.
        slow_s: Answers that took longer are degraded.

    Raises:
        SettingsError: ``workers`` is below 0, or a time is not above 0.
        MissingExtraError: Celery is not installed.
    """

    def __init__(
        self, target: Any, *, workers: int = 1, timeout_s: float = TIMEOUT_S, slow_s: float = SLOW_S
    ) -> None:
        require("celery", needed_for="checking Celery")
        if workers < 0:
            msg = f"workers is {workers!r}: expected 0 or more"
            raise SettingsError(msg)
        self._app = _app(target) if isinstance(target, str) else target
        self._workers = workers
        self._errors: tuple[type[Exception], ...] | None = None
        url = target if isinstance(target, str) else str(self._app.conf.broker_write_url or "")
        self._asking = Asking(
            f"the broker of Celery at {shown(url)}",
            advice=_ADVICE,
            timeout_s=timeout_s,
            slow_s=slow_s,
            secrets=secrets_of(url),
        )

    def __call__(self) -> Health:
        """Return how it is."""
        from kombu.exceptions import KombuError

        return self._asking.verdict(self._ask, (OSError, KombuError, *self._of_transport()))

    def _ask(self, deadline: Deadline) -> Health | None:
        part_s = deadline.left_s() / 4
        limits = dict.fromkeys(_LIMITS, part_s)
        connection = self._app.connection_for_write(connect_timeout=part_s, transport_options=limits)
        with _closing(connection):
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=part_s)
            if not self._workers:
                return None
            answers = self._app.control.ping(timeout=part_s * 2, connection=connection, limit=self._workers)
        return self._judged(len(answers or ()))

    def _judged(self, found: int) -> Health:
        if found >= self._workers:
            return Health()
        said = f"{found} of at least {self._workers} Celery workers answered"
        return Health("degraded" if found else "unhealthy", said, _START)

    def _of_transport(self) -> tuple[type[Exception], ...]:
        """Return what the library beneath a broker raises when it cannot be talked to."""
        if self._errors is None:
            connection = self._app.connection_for_write()
            with _closing(connection):
                self._errors = (*connection.connection_errors, *connection.channel_errors)
        return self._errors


@contextmanager
def _closing(connection: Any) -> Iterator[None]:
    """Close a connection, and what kombu leaves to the garbage collector: the poller of one that failed."""
    poller = getattr(getattr(connection.transport, "cycle", None), "poller", None)
    try:
        with connection:
            yield
    finally:
        if poller is not None:
            poller.close()


def _app(url: str) -> Any:
    import celery  # type: ignore[import-untyped]

    return celery.Celery(broker=url, set_as_current=False)
