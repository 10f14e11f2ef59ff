"""What the links in messages do: acknowledge or silence the alerts that they were made for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.api.link_page import Asked, Subject
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.durations import format_duration
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.notify.links import common_labels
from otel_monitoring.notify.message import fingerprint, message_alert
from otel_monitoring.notify.messages import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from otel_monitoring.alerts.routing.acknowledge import Acknowledgements
    from otel_monitoring.alerts.routing.silences import Silences
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.links import Link, LinkSigner, UsedLinks

_HOUR_MS = 3_600_000
_CHOICES_MS = (_HOUR_MS, 4 * _HOUR_MS, 24 * _HOUR_MS, 72 * _HOUR_MS)
_NAMES = ("1 hour", "4 hours", "1 day", "3 days")
_LASTING = {format_duration(time_ms): time_ms for time_ms in _CHOICES_MS}
_MOST_SHOWN = 5

_EXPIRED = Asked("late", "This link has expired", "A newer message about the alert has a link that works.")
_USED = Asked("late", "This link was used already", "It does one thing, once. Nothing was done now.")
_OVER = Asked("late", "Nothing to do any more", "What this message told of does not fire any more.")


class LinkedDeeds:
    """Ask before a link is followed, then do what it is for: the ``Deeds`` of the API.

    Args:
        signer: Reads links.
        used: Remembers which were used.
        alerts: Returns the alerts as they stand.
        acknowledged: Takes acknowledgements; it writes the audit trail.
        silences: Takes silences; it writes the audit trail.
        clock: The time.
        zone: Returns where times are told to a receiver.
        redact: Applied to every text of the application.
    """

    def __init__(
        self,
        *,
        signer: LinkSigner,
        used: UsedLinks,
        alerts: Callable[[], Sequence[SentAlert]],
        acknowledged: Acknowledgements,
        silences: Silences,
        clock: Clock,
        zone: Callable[[str], tzinfo],
        redact: Callable[[str], str] = str,
    ) -> None:
        self._signer = signer
        self._used = used
        self._alerts = alerts
        self._acknowledged = acknowledged
        self._silences = silences
        self._clock = clock
        self._zone = zone
        self._redact = redact

    def ask(self, token: str) -> Asked:
        """Return what a link would do, without doing it.

        Raises:
            LinkError: It is no link of ours.
        """
        link = self._signer.read(token)
        if self._signer.is_expired(link):
            return _EXPIRED
        if self._used.is_used(link):
            return _USED
        alerts = self._firing(link)
        if not alerts:
            return _OVER
        zone = self._zone(link.receiver)
        silences = link.deed == "silence"
        asked = self._asked_silence(alerts) if silences else self._asked_acknowledge(alerts, zone)
        return self._with_subjects(asked, alerts, zone)

    def act(self, token: str, *, lasting: str, name: str) -> Asked:
        """Do what a link is for, once, and return what was done.

        Raises:
            LinkError: It is no link of ours.
        """
        link = self._signer.read(token)
        if self._signer.is_expired(link):
            return _EXPIRED
        try:
            return self._act(link, lasting=lasting, name=name)
        except MonitoringError as error:
            return Asked("late", "It could not be done", self._redact(str(error)))

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._used.after_fork()

    def _act(self, link: Link, *, lasting: str, name: str) -> Asked:
        if not self._used.take(link):
            return _USED
        try:
            alerts = self._firing(link)
            done = self._do(link, alerts, lasting=lasting, name=name) if alerts else None
        except MonitoringError:
            self._used.give_back(link)
            raise
        if done is None:
            self._used.give_back(link)
            return _OVER
        return self._with_subjects(done, alerts, self._zone(link.receiver))

    def _firing(self, link: Link) -> list[SentAlert]:
        wanted = frozenset(link.fingerprints)
        firing = (alert for alert in self._alerts() if not alert.is_resolved)
        return [alert for alert in firing if fingerprint(alert.labels) in wanted]

    def _do(self, link: Link, alerts: Sequence[SentAlert], *, lasting: str, name: str) -> Asked:
        actor = f"link/{link.receiver}"
        comment = f"{wording.short(name) or 'somebody'}, by a link in a message"
        if link.deed == "silence":
            ends_at_ms = self._clock.now_ms() + _LASTING.get(lasting, _CHOICES_MS[0])
            until = wording.time_text(ends_at_ms, self._zone(link.receiver))
            matchers = _matchers(alerts)
            self._silences.create(matchers=matchers, ends_at_ms=ends_at_ms, author=actor, comment=comment)
            text = f"Nobody is told until {until}."
            return Asked("done", "Silenced", text, matchers=self._written(matchers))
        for alert in alerts:
            self._acknowledged.acknowledge(alert.labels, actor=actor, comment=comment)
        return Asked(
            "done", "Acknowledged", "There are no reminders and nobody else is told until it resolves."
        )

    def _asked_acknowledge(self, alerts: Sequence[SentAlert], zone: tzinfo) -> Asked:
        text = "It stops reminders and escalation until the alert resolves. Others see that you are on it."
        words = (self._acknowledged.find("acknowledged", alert.labels) for alert in alerts)
        known = next(filter(None, words), None)
        if known is not None:
            at = wording.time_text(known.at_ms, zone)
            text = f"It is acknowledged already, since {at}: {self._redact(known.comment or known.actor)}."
        title = "Acknowledge this alert?" if len(alerts) == 1 else f"Acknowledge these {len(alerts)} alerts?"
        return Asked("ask", title, text, button="Acknowledge")

    def _asked_silence(self, alerts: Sequence[SentAlert]) -> Asked:
        return Asked(
            "ask",
            "Silence this alert?" if len(alerts) == 1 else f"Silence these {len(alerts)} alerts?",
            "Nobody is told for a while. What still fires at the end is told once more.",
            matchers=self._written(_matchers(alerts)),
            choices=tuple(zip(_LASTING, _NAMES, strict=True)),
            button="Silence",
        )

    def _with_subjects(self, asked: Asked, alerts: Sequence[SentAlert], zone: tzinfo) -> Asked:
        shown = tuple(self._subject(alert, zone) for alert in alerts[:_MOST_SHOWN])
        return replace(asked, subjects=shown, more=len(alerts) - len(shown))

    def _subject(self, alert: SentAlert, zone: tzinfo) -> Subject:
        told = message_alert(alert)
        since = f"since {wording.time_text(alert.starts_at_ms, zone)}"
        detail = " · ".join(filter(None, (wording.series(told), since)))
        severity = alert.labels.get("severity")
        return Subject(self._redact(wording.summary(told)), self._redact(detail), severity)

    def _written(self, matchers: Sequence[Matcher]) -> tuple[str, ...]:
        texts = (f'{one.name}="{wording.one_line(wording.clean(one.value))}"' for one in matchers)
        return tuple(map(self._redact, texts))


def _matchers(alerts: Sequence[SentAlert]) -> tuple[Matcher, ...]:
    return tuple(Matcher(name, "=", value) for name, value in common_labels(alerts).items())
