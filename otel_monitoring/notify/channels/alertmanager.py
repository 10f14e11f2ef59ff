"""Alerts for a real Alertmanager, which then groups, silences and tells (alerting semantics S8).

It takes alerts as the evaluator sends them, in place of the dispatcher.
"""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.notify.message import rfc3339
from otel_monitoring.notify.patience import Patience
from otel_monitoring.notify.transport.http import HttpOptions, Poster
from otel_monitoring.notify.transport.target import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels

_log = logging.getLogger(__name__)

PATH = "/api/v2/alerts"

_BATCH = 64
_CAPACITY = 20_000


class AlertmanagerSender:
    """Hand alerts to every Alertmanager of a cluster, each at its own pace.

    Of one alert only the newest state waits, so an Alertmanager that was away for an hour is told how things
    stand. What is lost nevertheless comes again: the evaluator sends each alert every minute (S8.1).

    Args:
        urls: Base URLs, without ``/api/v2/alerts``; user and password are basic authentication.
        clock: The time.
        shield: Entered around every post.
        chance: Gives random numbers from 0 to 1.
        patience: How long is waited between tries.
        http: How requests are made, authorization included.

    Raises:
        NotifyError: There is no URL, or one is none of HTTP.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        clock: Clock,
        shield: Callable[[], AbstractContextManager[object]],
        chance: Callable[[], float],
        patience: Patience | None = None,
        http: HttpOptions | None = None,
    ) -> None:
        if not urls:
            msg = "alertmanager: expected at least one URL"
            raise NotifyError(msg)
        self._clock = clock
        self._outlets = [
            _Outlet(
                url,
                clock=clock,
                shield=shield,
                chance=chance,
                patience=patience or Patience(),
                http=http or HttpOptions(follow_redirects=True),
            )
            for url in urls
        ]

    def send(self, alerts: Iterable[SentAlert]) -> None:
        """Queue alerts as they stand now; returns at once."""
        known = tuple(alerts)
        for outlet in self._outlets:
            outlet.put(known)

    def stats(self) -> dict[str, dict[str, int]]:
        """Return, per Alertmanager, how many alerts were sent, failed or dropped, and how many wait."""
        return {outlet.name: outlet.stats() for outlet in self._outlets}

    def flush(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; return whether that came to pass in time."""
        end_s = self._clock.monotonic_s() + timeout_s
        return all(outlet.idle(max(end_s - self._clock.monotonic_s(), 0)) for outlet in self._outlets)

    def stop(self, timeout_s: float) -> None:
        """Try what waits once more within ``timeout_s``, then close the connections."""
        for outlet in self._outlets:
            outlet.stop()
        self.flush(timeout_s)
        for outlet in self._outlets:
            outlet.close()

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        for outlet in self._outlets:
            outlet.after_fork()


class _Outlet:
    """One Alertmanager, the alerts that wait for it, and the thread that brings them."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        shield: Callable[[], AbstractContextManager[object]],
        chance: Callable[[], float],
        patience: Patience,
        http: HttpOptions,
    ) -> None:
        self.name = target_of(url, "alertmanager URL").shown()
        self._url = url.rstrip("/") + PATH
        self._clock = clock
        self._shield = shield
        self._chance = chance
        self._patience = patience
        self._poster = Poster(clock=clock, options=http)
        self._guard = Guard("delivery.alertmanager")
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[Labels, SentAlert] = {}
        self._counts = {"sent": 0, "failed": 0, "dropped": 0}
        self._thread: threading.Thread | None = None
        self._stopping = False

    def put(self, alerts: Iterable[SentAlert]) -> None:
        with self._changed:
            for alert in alerts:
                if len(self._waiting) >= _CAPACITY and alert.labels not in self._waiting:
                    del self._waiting[next(iter(self._waiting))]
                    self._counts["dropped"] += 1
                self._waiting[alert.labels] = alert
            if self._waiting and self._thread is None and not self._stopping:
                thread = threading.Thread(target=self._run, name="otel-monitoring-alertmanager", daemon=True)
                thread.start()
                self._thread = thread

    def idle(self, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout_s)

    def stats(self) -> dict[str, int]:
        with self._changed:
            return {**self._counts, "waiting": len(self._waiting)}

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def close(self) -> None:
        self._poster.close()

    def after_fork(self) -> None:
        self._begin()
        self._guard.after_fork()
        self._poster.after_fork()

    def _run(self) -> None:
        failures = 0
        while batch := self._batch():
            error = self._post(batch)
            if error is None:
                failures = 0
                continue
            if error.retry_after_s is None:
                self._count("failed", len(batch))
                _log.error("%d alerts were not taken: %s", len(batch), error)
                continue
            failures += 1
            if failures == 1:
                _log.warning("alerts wait and are sent again: %s", error)
            self._put_back(batch)
            wait_s = self._patience.wait_s(failures, at_least_s=error.retry_after_s, chance=self._chance())
            if self._pause(wait_s):
                self._drop_all()

    def _batch(self) -> list[SentAlert]:
        """Take out the oldest alerts; where none wait, the thread ends."""
        with self._changed:
            labels = [one for one, _ in zip(self._waiting, range(_BATCH), strict=False)]
            if not labels:
                self._thread = None
                self._changed.notify_all()
            return [self._waiting.pop(one) for one in labels]

    def _post(self, batch: Sequence[SentAlert]) -> NotifyError | None:
        error: NotifyError | None = NotifyError("the post failed unexpectedly", retry_after_s=0)
        body = json.dumps([as_json(alert) for alert in batch]).encode()
        with self._guard, self._shield():
            try:
                self._poster.post(self._url, body, headers={"Content-Type": "application/json"})
                self._count("sent", len(batch))
                error = None
            except NotifyError as expected:
                error = expected
        return error

    def _put_back(self, batch: Iterable[SentAlert]) -> None:
        """Let a batch wait again, in front, except for alerts of which something newer has come."""
        with self._changed:
            newer = self._waiting
            self._waiting = {alert.labels: alert for alert in batch}
            self._waiting.update(newer)

    def _pause(self, wait_s: float) -> bool:
        """Wait, but not longer than until this is stopped; return whether it was."""
        end_s = self._clock.monotonic_s() + wait_s
        with self._changed:
            while not self._stopping and self._clock.monotonic_s() < end_s:
                self._changed.wait(end_s - self._clock.monotonic_s())
            return self._stopping

    def _drop_all(self) -> None:
        with self._changed:
            self._counts["failed"] += len(self._waiting)
            self._waiting = {}

    def _count(self, what: str, number: int) -> None:
        with self._changed:
            self._counts[what] += number


def as_json(alert: SentAlert) -> dict[str, Any]:
    """Return an alert as the API of Alertmanager takes it (S8.2)."""
    return {
        "labels": alert.labels.as_dict(),
        "annotations": dict(alert.annotations),
        "startsAt": rfc3339(alert.starts_at_ms),
        "endsAt": rfc3339(alert.ends_at_ms),
        "generatorURL": alert.generator_url,
    }
