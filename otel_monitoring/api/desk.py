"""What the routes about alerts stand on, and how they find what a request names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing.named import with_named_receivers
from otel_monitoring.alerts.routing.tree import Tree
from otel_monitoring.api.refused import CONFLICT, NOT_FOUND, RefusedError
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.message import Backing, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleStatus
    from otel_monitoring.alerts.history import AlertHistory
    from otel_monitoring.alerts.routing.acknowledge import Acknowledgements
    from otel_monitoring.alerts.routing.config import RoutingConfig
    from otel_monitoring.alerts.routing.dispatch import Dispatcher
    from otel_monitoring.alerts.routing.silences import Silences
    from otel_monitoring.measure.audit_trail import AuditTrail
    from otel_monitoring.model.alert import Alert, SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.evidence import Watched
    from otel_monitoring.notify.delivery.retry import Deliver

_ELSEWHERE = "alerts go to an Alertmanager (notify.alertmanagers), which tells people: expected this there"


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """The parts that alerts pass through, and what people do about them.

    Attributes:
        groups: Returns how all rules stand.
        dispatcher: Holds the alerts that people are told of.
        silences: All silences.
        acknowledged: What people said about firing alerts.
        deliver: Brings messages to channels.
        history: What fired.
        audit: What was done by whom.
        clock: The time.
        routing: Returns the configuration in force.
        reload: Reads the configuration anew, on behalf of an actor.
        backing: What is known about alerts besides themselves.
        watched: Returns what the expression of a rule looks at; ``None`` where it compares nothing.
        external_labels: Labels that alerts get on sending where they have none of that name.
        started_ms: When this process began, Unix milliseconds.
        is_elsewhere: Whether an Alertmanager tells people in place of this process.
    """

    groups: Callable[[], Sequence[GroupStatus]]
    dispatcher: Dispatcher
    silences: Silences
    acknowledged: Acknowledgements
    deliver: Deliver
    history: AlertHistory
    audit: AuditTrail
    clock: Clock
    routing: Callable[[], RoutingConfig]
    reload: Callable[[str], RoutingConfig]
    backing: Backing = field(default_factory=Backing)
    watched: Callable[[str], Watched | None] = lambda _: None
    external_labels: Mapping[str, str] = field(default_factory=dict)
    started_ms: int = 0
    is_elsewhere: bool = False

    def sent_labels(self, labels: Labels) -> Labels:
        """Return the labels that an alert has once it is sent: what people know it by."""
        return Labels.of({**self.external_labels, **labels.as_dict()}) if self.external_labels else labels

    def fingerprint(self, labels: Labels) -> str:
        """Return the name of an alert, the same as in messages."""
        return fingerprint_of(self.sent_labels(labels))

    def evaluated(self, wanted: str) -> tuple[GroupStatus, RuleStatus, Alert]:
        """Return the alert of that fingerprint as its rule sees it.

        Raises:
            RefusedError: There is none.
        """
        for found in pairs_of(self.groups()):
            if self.fingerprint(found[2].labels) == wanted:
                return found
        raise _unknown(wanted)

    def firing(self, wanted: str) -> SentAlert:
        """Return the alert of that fingerprint, which fires and which people are told of.

        Raises:
            RefusedError: There is none, it does not fire, nobody is told of it, or an Alertmanager does that.
        """
        self.refuse_elsewhere()
        for alert in self.dispatcher.alerts():
            if fingerprint_of(alert.labels) == wanted:
                if alert.is_resolved:
                    break
                return alert
        else:
            state = self.evaluated(wanted)[2].state
            if state == "firing":
                msg = f"alert {wanted!r} is observed only, nobody is told: expected one that people hear of"
                raise RefusedError(msg, status=CONFLICT, field="path.fingerprint")
        msg = f"alert {wanted!r} does not fire: expected one that does"
        raise RefusedError(msg, status=CONFLICT, field="path.fingerprint")

    def receivers_of(self, labels: Labels) -> list[str]:
        """Return who is told of an alert, each once, in the order of the routes."""
        routes = Tree(with_named_receivers(self.routing()).route).routes(self.sent_labels(labels))
        return list(dict.fromkeys(route.receiver for route in routes))

    def refuse_elsewhere(self) -> None:
        """Refuse what would quieten nothing here.

        Raises:
            RefusedError: An Alertmanager tells people.
        """
        if self.is_elsewhere:
            raise RefusedError(_ELSEWHERE, status=CONFLICT)


def pairs_of(groups: Sequence[GroupStatus]) -> Iterator[tuple[GroupStatus, RuleStatus, Alert]]:
    """Iterate over the alerts of all rules, with their rule and its group."""
    for group in groups:
        for rule in group.rules:
            for alert in rule.alerts:
                yield group, rule, alert


@lru_cache(maxsize=20_000)
def fingerprint_of(labels: Labels) -> str:
    """Return the fingerprint of labels as they are sent; computed once for what is asked again and again."""
    return fingerprint(labels)


def _unknown(wanted: str) -> RefusedError:
    msg = (
        f"alert {wanted!r} does not exist: expected the fingerprint of one that is listed; "
        "what it did earlier is in alerts/history?fingerprint=…"
    )
    return RefusedError(msg, status=NOT_FOUND, field="path.fingerprint")
