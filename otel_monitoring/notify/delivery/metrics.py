"""What delivery says of itself, as numbers for the toolkit's own metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from otel_monitoring.notify.delivery.retry import ChannelState, ReceiverState

    Row = tuple[float, Mapping[str, str]]
    Rows = Callable[[], Iterable[Row]]
    Receivers = Callable[[], Iterable[ReceiverState]]

_CHANNEL = ("receiver", "channel", "kind")
_OUTCOMES = ("delivered", "failed", "refused", "superseded")

METRICS = (
    MetricDescription(
        "otel_monitoring.notify.messages",
        "{message}",
        "counter",
        "Messages by what became of them: delivered, failed, refused because too many waited, superseded.",
        (*_CHANNEL, "outcome"),
    ),
    MetricDescription(
        "otel_monitoring.notify.retries",
        "{try}",
        "counter",
        "Tries that failed and were followed by another one.",
        _CHANNEL,
    ),
    MetricDescription(
        "otel_monitoring.notify.queue.size",
        "{message}",
        "updowncounter",
        "Messages that wait for a channel, or are on their way.",
        _CHANNEL,
    ),
    MetricDescription(
        "otel_monitoring.notify.queue.age",
        "s",
        "gauge",
        "How long the oldest message has waited for a channel.",
        _CHANNEL,
    ),
    MetricDescription(
        "otel_monitoring.notify.duration",
        "s",
        "gauge",
        "How long the last try to send over a channel took.",
        _CHANNEL,
    ),
    MetricDescription(
        "otel_monitoring.notify.alerts",
        "{alert}",
        "counter",
        "Alerts for an Alertmanager by what became of them: sent, failed, dropped because too many waited.",
        ("alertmanager", "outcome"),
    ),
    MetricDescription(
        "otel_monitoring.notify.alerts.waiting",
        "{alert}",
        "updowncounter",
        "Alerts that wait for an Alertmanager.",
        ("alertmanager",),
    ),
)
"""Every metric of delivery."""


def channel_rows(receivers: Receivers) -> dict[str, Rows]:
    """Return, for each metric about channels, what gives its values and attributes at a collection."""
    return {
        "otel_monitoring.notify.messages": lambda: _messages(receivers()),
        "otel_monitoring.notify.retries": lambda: [
            (state.counts["retried"], attributes) for state, attributes in _channels(receivers())
        ],
        "otel_monitoring.notify.queue.size": lambda: [
            (state.counts["waiting"], attributes) for state, attributes in _channels(receivers())
        ],
        "otel_monitoring.notify.queue.age": lambda: [
            (state.waiting_s, attributes) for state, attributes in _channels(receivers())
        ],
        "otel_monitoring.notify.duration": lambda: [
            (state.last_try_s, attributes)
            for state, attributes in _channels(receivers())
            if state.last_try_s is not None
        ],
    }


def alertmanager_rows(stats: Callable[[], Mapping[str, Mapping[str, int]]]) -> dict[str, Rows]:
    """Return the same for the metrics about Alertmanagers, from their :meth:`AlertmanagerSender.stats`."""
    return {
        "otel_monitoring.notify.alerts": lambda: [
            (count, {"alertmanager": name, "outcome": outcome})
            for name, counts in stats().items()
            for outcome, count in counts.items()
            if outcome != "waiting"
        ],
        "otel_monitoring.notify.alerts.waiting": lambda: [
            (counts["waiting"], {"alertmanager": name}) for name, counts in stats().items()
        ],
    }


def _messages(receivers: Iterable[ReceiverState]) -> Iterator[Row]:
    for state, attributes in _channels(receivers):
        for outcome in _OUTCOMES:
            yield state.counts[outcome], {**attributes, "outcome": outcome}


def _channels(receivers: Iterable[ReceiverState]) -> Iterator[tuple[ChannelState, dict[str, str]]]:
    for receiver in receivers:
        for state in receiver.channels:
            yield state, {"receiver": receiver.name, "channel": state.name, "kind": state.kind}
