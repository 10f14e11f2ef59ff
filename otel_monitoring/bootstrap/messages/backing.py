"""What messages say and offer besides their alerts, wired: evidence, links, and what the links do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from otel_monitoring.bootstrap.messages.evidence import Gatherer, Sources
from otel_monitoring.bootstrap.messages.moved import Moved
from otel_monitoring.notify.links import LinkMaker, LinkSigner, UsedLinks
from otel_monitoring.notify.message import Backing
from otel_monitoring.templates.texts import table_link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.messages.linked import LinkedDeeds
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.settings import Settings

_DEADLINE_S = 2.0
"""The longest that one query for a message may take."""

_PAGE = "/act"
_LINKS = "link_secret"


class MessageBacking:
    """Make what backs messages up, from the parts of an analysis.

    Args:
        builder: The settings and what the parts share.
        analysis: Who is asked; only when a message is sent, when all of its parts are there.
    """

    def __init__(self, builder: Builder, analysis: Analysis) -> None:
        notify = builder.settings.notify
        self._builder = builder
        self._analysis = analysis
        self._signer = LinkSigner(
            clock=builder.clock, secret=_link_secret(builder), lifetime_s=notify.link_lifetime_s
        )
        self.used = UsedLinks(clock=builder.clock)
        self._moved = Moved(analysis.store, clock=builder.clock)
        sources = Sources(
            rules=lambda: self._analysis.rules.groups(),  # noqa: PLW0108 - made after this
            query=analysis.answering.tuned(timeout_s=_DEADLINE_S),
            parse=analysis.engine.parse,
            exemplars=analysis.exemplars,
            starts=self._starts,
            external_labels=builder.settings.alerts.external_labels,
        )
        self._gather = Gatherer(replace(sources, related=self._moved), clock=builder.clock)
        # Whoever looks at pages takes nothing from what messages may ask.
        self._show = Gatherer(sources, clock=builder.clock)

    def backing(self) -> Backing:
        """Return what messages are made with."""
        settings = self._builder.settings
        url = page_url(settings)
        trace_url = settings.notify.trace_url
        backing = Backing(evidence=self._gather, brief=self._gather.brief, trace_url=trace_url)
        return replace(backing, links=LinkMaker(signer=self._signer, page_url=url)) if url else backing

    def shown(self) -> Backing:
        """Return what pages show of an alert; what moved with it they ask of those who look for causes."""
        return Backing(
            evidence=self._show, brief=self._show.brief, trace_url=self._builder.settings.notify.trace_url
        )

    def deeds(self) -> LinkedDeeds | None:
        """Return what the links do; ``None`` where messages have none."""
        from otel_monitoring.bootstrap.messages.linked import LinkedDeeds

        settings, telling = self._builder.settings, self._analysis.telling
        if not page_url(settings):
            return None
        return LinkedDeeds(
            signer=self._signer,
            used=self.used,
            alerts=telling.dispatcher.alerts,
            acknowledged=telling.acknowledged,
            silences=telling.silences,
            clock=self._builder.clock,
            zone=self._zone,
            redact=self._builder.redactor.text,
        )

    def after_fork(self) -> None:
        """Take fresh locks in a child process; links that were made before work there as well."""
        self.used.after_fork()
        self._moved.after_fork()
        self._gather.after_fork()
        self._show.after_fork()

    def _zone(self, receiver: str) -> tzinfo:
        """Return where times are told to a receiver, or to a channel of one."""
        notify = self._builder.settings.notify
        name = notify.timezones.get(receiver) or notify.timezones.get(receiver.rpartition("/")[0])
        return ZoneInfo(name or notify.timezone)

    def _starts(self, alert: SentAlert, since_ms: int) -> Sequence[int]:
        found = self._analysis.history.find(since_ms=since_ms, labels=alert.labels)
        return [one.started_at_ms for one in found if one.started_at_ms >= since_ms]


def _link_secret(builder: Builder) -> str | Callable[[], Sequence[str]]:
    """Return what links are signed with: the setting, else what all processes of the storage agree on."""
    stated = builder.settings.notify.link_secret
    if stated is not None:
        return stated.get_secret_value()
    return builder.credentials.make(_LINKS)


def page_url(settings: Settings) -> str:
    """Return the address of the page that links open; empty where nobody can reach one."""
    found = pages_url(settings)
    return found and f"{found}{_PAGE}"


def pages_url(settings: Settings) -> str:
    """Return where our pages are reached from outside; empty where nobody can."""
    url, prefix = settings.alerts.external_url.rstrip("/"), settings.api.prefix
    if not url or not settings.api.enabled:
        return ""
    return url if url.endswith(prefix) else url + prefix


def generator_url(settings: Settings) -> Callable[[str], str]:
    """Return what gives the address at which an expression can be looked at, as a Prometheus has it."""
    found = pages_url(settings)
    return lambda expr: found and f"{found}/prometheus{table_link(expr)}"
