"""Who is told of alerts: routes, what quietens them, channels, or an Alertmanager that does it all."""

from __future__ import annotations

import logging
import random
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.alerts.routing.acknowledge import Acknowledgements
from otel_monitoring.alerts.routing.alertmanager.load import load_routing
from otel_monitoring.alerts.routing.cooldown import Cooldown
from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.escalate import Escalation, Step
from otel_monitoring.alerts.routing.flapping import Flapping
from otel_monitoring.alerts.routing.heartbeat import Heartbeat
from otel_monitoring.alerts.routing.named import with_named_receivers
from otel_monitoring.alerts.routing.plain import plain_config
from otel_monitoring.alerts.routing.silences import Silences
from otel_monitoring.alerts.routing.tree import all_routes
from otel_monitoring.bootstrap.messages.channels import Channels, template_files
from otel_monitoring.errors import RuleError
from otel_monitoring.guard import Guard
from otel_monitoring.model.action import Action
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.notify.channels.alertmanager import AlertmanagerSender
from otel_monitoring.notify.delivery.metrics import METRICS, alertmanager_rows, channel_rows
from otel_monitoring.notify.delivery.outbox import KeptElsewhere
from otel_monitoring.notify.delivery.retry import Deliver
from otel_monitoring.notify.transport.address import check_stated
from otel_monitoring.notify.transport.http import HttpOptions
from otel_monitoring.notify.transport.target import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.alerts.routing.config import RoutingConfig
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.voice import Voice
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.message import Backing
    from otel_monitoring.settings import Settings

_log = logging.getLogger(__name__)

COOLDOWN_ANNOTATION = "cooldown"


class Telling:
    """Everything between an alert that holds and a message that arrives.

    Args:
        builder: The settings and what the parts share.
        evaluated_at_s: When rules were last evaluated without fault, on the monotonic clock.
        audit: Takes what was done by whom.
        backing: What is known about alerts besides themselves; ``None`` for nothing.
        voice: Writes down what is told before it is, and says whether a message may leave; ``None`` where
            nothing outlives the process.
    """

    def __init__(
        self,
        builder: Builder,
        *,
        evaluated_at_s: Callable[[], float | None],
        audit: Callable[[Action], object],
        backing: Backing | None = None,
        voice: Callable[[], Voice] | None = None,
    ) -> None:
        self._settings = settings = builder.settings
        self._clock = builder.clock
        self._audit = audit
        self._lock = threading.Lock()
        notify = settings.notify
        self.config = _routing(settings)
        self._stamp = _stamp(notify.alertmanager_file, self.config.templates)
        self.silences = Silences(clock=builder.clock, audit=audit)
        self.acknowledged = Acknowledgements(clock=builder.clock, audit=audit)
        self._guard = Guard("notify.acknowledge")
        self._passed_on: set[tuple[Labels, int]] = set()
        self.flapping = Flapping(most_changes=notify.flapping_changes, window_s=notify.flapping_window_s)
        self._cooldown_s = notify.cooldown_s
        self.cooldown = Cooldown(self._cooldown_of)
        self._channels = Channels(builder)
        self._receivers = self._channels.of(self.config)
        self.deliver = _deliver(builder, self._receivers, backing, voice)
        self._escalation = _escalation(settings, self.acknowledged)
        self.dispatcher = Dispatcher(
            deliver=self.deliver if voice is None else lambda notice, done: voice().take(notice, done),
            clock=builder.clock,
            guard=Guard("job.dispatch"),
            config=with_named_receivers(self.config),
            silences=self.silences,
            stages=(self.acknowledged, self.cooldown, self.flapping),
            watchers=(self.acknowledged, self.cooldown, self.flapping),
            escalation=self._escalation,
            is_quiet=self.acknowledged.is_quiet,
        )
        self._alertmanagers = _alertmanagers(builder)
        self._heartbeat = _heartbeat(builder, evaluated_at_s)
        _publish(builder, self.deliver, self._alertmanagers)

    def put(self, alerts: Sequence[SentAlert]) -> None:
        """Take the alerts that are due to be sent."""
        if self._alertmanagers is not None:
            self._alertmanagers.send(alerts)
            return
        self.dispatcher.put(alerts)

    def flush(self) -> None:
        """Tell what is due; a job."""
        self.dispatcher.flush()
        self._guard.call(self._pass_on)
        if self._heartbeat is not None:
            self._heartbeat.tick()

    @property
    def is_elsewhere(self) -> bool:
        """Whether Alertmanagers tell people, so that nothing that is done here quietens anything."""
        return self._alertmanagers is not None

    def reload(self, *, actor: str) -> RoutingConfig:
        """Read the routing configuration anew; where it is not valid everything stays as it is.

        Raises:
            RoutingError: It is not valid; the message has a line for each problem.
        """
        with self._lock:
            return self._reload(actor)

    def reload_if_changed(self) -> RoutingConfig | None:
        """Read the configuration anew if a file of it has changed since; a job.

        Raises:
            RoutingError: It is not valid; it is not tried again before it changes again.
        """
        with self._lock:
            stamp = _stamp(self._settings.notify.alertmanager_file, self.config.templates)
            if stamp == self._stamp:
                return None
            self._stamp = stamp
            return self._reload("file")

    def _reload(self, actor: str) -> RoutingConfig:
        path = self._settings.notify.alertmanager_file
        before, config = self.config, _routing(self._settings)
        stamp = _stamp(path, config.templates)
        self._escalation.check([receiver.name for receiver in config.receivers])
        receivers = self._channels.of(config)
        # While the dispatcher changes over it may still tell who is about to go.
        self.deliver.use({**self._receivers, **receivers})
        self.dispatcher.configure(with_named_receivers(config))
        self.deliver.use(receivers)
        self.config, self._receivers, self._stamp = config, receivers, stamp
        told = (_summary(before), _summary(config))
        self._audit(Action("routing.reloaded", path or "settings", actor, self._clock.now_ms(), *told))
        return config

    def _pass_on(self) -> None:
        """Tell channels that know incidents of what somebody has begun to take care of."""
        words = {(word.labels, word.at_ms) for word in self.acknowledged.all() if word.kind == "acknowledged"}
        for labels, _at_ms in words - self._passed_on:
            for notice in self.dispatcher.taken_care_of(labels):
                self.deliver.acknowledge(notice)
        self._passed_on = words

    def trim(self, now_s: float) -> None:
        """Forget what is over."""
        self.silences.trim()
        self.acknowledged.trim(now_s)
        self.flapping.trim(now_s)
        self.cooldown.trim(now_s)

    def after_fork(self) -> None:
        """Start anew in a child process."""
        self._lock = threading.Lock()
        self.silences.after_fork()
        self.acknowledged.after_fork()
        self.dispatcher.after_fork()
        self.deliver.after_fork()
        if self._alertmanagers is not None:
            self._alertmanagers.after_fork()

    def stop(self, timeout_s: float) -> None:
        """Give what waits for delivery one last try."""
        self.deliver.stop(timeout_s)
        if self._alertmanagers is not None:
            self._alertmanagers.stop(timeout_s)

    def _cooldown_of(self, alert: SentAlert) -> float:
        """Return the cooldown that the rule of an alert asks for, or the one for all."""
        try:
            return parse_duration(alert.annotations[COOLDOWN_ANNOTATION]) / 1000
        except (KeyError, RuleError):
            return self._cooldown_s


def _routing(settings: Settings) -> RoutingConfig:
    """Return who is told what: by the user's ``alertmanager.yml``, or by the plain settings.

    Raises:
        RoutingError: The file is not valid.
    """
    notify = settings.notify
    if notify.alertmanager_file is not None:
        config = load_routing(notify.alertmanager_file)
        for warning in config.warnings:
            _log.warning("%s", warning)
        return config
    return plain_config(
        urls=[url.get_secret_value() for url in notify.channels],
        repeat_interval_s=settings.alerts.repeat_interval_s,
        digest_interval_s=notify.digest_s,
        group_by=notify.group_by or None,
    )


def _stamp(path: str | None, templates: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """Return what tells whether a file of the configuration has changed: path, time and size of each."""
    found = []
    for one in (path, *template_files(templates)) if path else ():
        try:
            status = Path(one).stat()
        except OSError:
            continue
        found.append((one, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _summary(config: RoutingConfig) -> dict[str, Any]:
    return {
        "receivers": [receiver.name for receiver in config.receivers],
        "routes": sum(1 for _ in all_routes(config.route)),
        "inhibit_rules": len(config.inhibit_rules),
    }


def _deliver(
    builder: Builder,
    receivers: Mapping[str, Mapping[str, Channel]],
    backing: Backing | None,
    voice: Callable[[], Voice] | None,
) -> Deliver:
    return Deliver(
        receivers=receivers,
        clock=builder.clock,
        redact=builder.redactor.text,
        shield=suppress_instrumentation,
        external_url=builder.settings.alerts.external_url,
        backing=backing,
        outbox=None if voice is None else KeptElsewhere(),
        may_send=_always if voice is None else lambda: voice().may_send(),
    )


def _always() -> bool:
    return True


def _escalation(settings: Settings, acknowledged: Acknowledgements) -> Escalation:
    steps = []
    for receiver, after in settings.notify.escalation.items():
        try:
            steps.append(Step(after_s=parse_duration(after) / 1000, receiver=receiver))
        except RuleError as error:
            msg = f"notify.escalation: {receiver}: {error}"
            raise RoutingError(msg) from None
    return Escalation(steps, is_quiet=acknowledged.is_quiet)


def _alertmanagers(builder: Builder) -> AlertmanagerSender | None:
    notify = builder.settings.notify
    if not notify.alertmanagers:
        return None
    return AlertmanagerSender(
        [url.get_secret_value() for url in notify.alertmanagers],
        clock=builder.clock,
        shield=suppress_instrumentation,
        chance=random.random,
        http=HttpOptions(timeout_s=notify.timeout_s, follow_redirects=True),
    )


def _publish(builder: Builder, deliver: Deliver, alertmanagers: AlertmanagerSender | None) -> None:
    """Let the toolkit's own metrics tell how delivery does."""
    rows = channel_rows(deliver.receivers)
    if alertmanagers is not None:
        rows |= alertmanager_rows(alertmanagers.stats)
    for metric in METRICS:
        if metric.name in rows:
            builder.metrics.observe(metric, rows[metric.name])


def _heartbeat(builder: Builder, evaluated_at_s: Callable[[], float | None]) -> Heartbeat | None:
    """Return what calls the heartbeat URL, from a thread of its own so that nothing waits for it."""
    notify = builder.settings.notify
    if notify.heartbeat_url is None:
        return None
    url = notify.heartbeat_url.get_secret_value()
    check_stated(target_of(url, "notify.heartbeat_url").host, allow_private=True)

    def call() -> None:
        import httpx

        with suppress_instrumentation():
            httpx.get(url, timeout=notify.timeout_s).raise_for_status()

    guard = Guard("notify.heartbeat")

    def beat() -> None:
        thread = threading.Thread(target=guard.call, args=(call,), name="otel-monitoring-beat", daemon=True)
        thread.start()

    return Heartbeat(
        beat=beat,
        evaluated_at_s=evaluated_at_s,
        clock=builder.clock,
        guard=guard,
        interval_s=notify.heartbeat_interval_s,
    )
