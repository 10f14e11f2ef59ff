"""``alerts``, ``alerts/groups``, ``receivers``: what fires, what mutes it, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.routing.named import with_named_receivers
from otel_monitoring.alerts.routing.tree import Tree, all_routes, group_labels
from otel_monitoring.api.alertmanager.answer import answer, time_text
from otel_monitoring.api.desk import fingerprint_of, pairs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from starlette.responses import Response

    from otel_monitoring.alerts.routing.config import Route, RoutingConfig
    from otel_monitoring.api.alertmanager.parameters import Parameters
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.labels import Labels


def alerts(desk: AlertDesk, given: Parameters) -> Response:
    """Answer ``GET alerts``: what fires, by fingerprint."""
    return answer([one.body() for one in _wanted(_Standing(desk), given)])


def groups(desk: AlertDesk, given: Parameters) -> Response:
    """Answer ``GET alerts/groups``: what is told together."""
    standing = _Standing(desk)
    numbers = {id(route): number for number, route in enumerate(all_routes(standing.config.route))}
    found: dict[tuple[int, Labels], tuple[Route, list[Seen]]] = {}
    is_wanted = given.receiver()
    for one in _wanted(standing, given):
        for route in one.routes:
            if is_wanted(route.receiver):
                key = (numbers[id(route)], group_labels(route, one.alert.labels))
                found.setdefault(key, (route, []))[1].append(one)
    ordered = sorted(found.items(), key=lambda item: (item[0][1].pairs, item[1][0].receiver, item[0][0]))
    return answer(
        [
            {
                "alerts": [one.body(standing.muting(route)) for one in members],
                "labels": labels.as_dict(),
                "receiver": _receiver(route.receiver),
                "routeLabels": dict(route.labels),
            }
            for (_, labels), (route, members) in ordered
        ]
    )


def receivers(desk: AlertDesk, _given: Parameters) -> Response:
    """Answer ``GET receivers``."""
    return answer([_receiver(one.name) for one in desk.routing().receivers])


@dataclass(frozen=True, slots=True)
class Seen:
    """One firing alert with everything that Alertmanager says about it.

    Attributes:
        alert: The alert.
        updated_at_ms: When it was last heard of.
        routes: The routes that it takes.
        silenced_by: The ids of the active silences that match it.
        inhibited_by: The fingerprints of the alerts that mute it.
    """

    alert: SentAlert
    updated_at_ms: int
    routes: Sequence[Route]
    silenced_by: tuple[str, ...]
    inhibited_by: tuple[str, ...]

    def body(self, muted_by: Sequence[str] = ()) -> dict[str, Any]:
        """Return it as Alertmanager sends it."""
        is_suppressed = self.silenced_by or self.inhibited_by or muted_by
        names = dict.fromkeys(route.receiver for route in self.routes)
        return {
            "annotations": dict(self.alert.annotations),
            "endsAt": time_text(self.alert.ends_at_ms),
            "fingerprint": fingerprint_of(self.alert.labels),
            "receivers": [_receiver(name) for name in names],
            "startsAt": time_text(self.alert.starts_at_ms),
            "status": {
                "inhibitedBy": list(self.inhibited_by),
                "mutedBy": list(muted_by),
                "silencedBy": list(self.silenced_by),
                "state": "suppressed" if is_suppressed else "active",
            },
            "updatedAt": time_text(self.updated_at_ms),
            "generatorURL": self.alert.generator_url,
            "labels": self.alert.labels.as_dict(),
        }


class _Standing:
    """How alerts stand at the time of one request."""

    def __init__(self, desk: AlertDesk) -> None:
        self.config: RoutingConfig = with_named_receivers(desk.routing())
        self._desk = desk
        self._tree = Tree(self.config.route)
        self._now_ms = desk.clock.now_ms()
        self._sent_ms = {
            desk.sent_labels(alert.labels): alert.last_sent_at_ms for _, _, alert in pairs_of(desk.groups())
        }

    def seen(self, matches: Callable[[Mapping[str, str]], bool]) -> Iterable[Seen]:
        """Return what fires, was not called resolved by hand, and is asked for by its labels."""
        for alert in self._desk.dispatcher.alerts():
            if (
                not alert.is_resolved
                and matches(alert.labels.as_dict())
                and self._desk.acknowledged.find("resolved", alert.labels) is None
            ):
                yield self._seen(alert)

    def muting(self, route: Route) -> list[str]:
        """Return the names of the time intervals that keep a route silent now."""

        def holds(name: str) -> bool:
            return any(one.contains(self._now_ms) for one in self.config.time_intervals.get(name, ()))

        muting = [name for name in route.mute_intervals if holds(name)]
        if route.active_intervals and not any(map(holds, route.active_intervals)):
            muting += route.active_intervals
        return muting

    def _seen(self, alert: SentAlert) -> Seen:
        inhibitor = self._desk.dispatcher.inhibited_by(alert.labels)
        return Seen(
            alert=alert,
            updated_at_ms=self._sent_ms.get(alert.labels) or alert.starts_at_ms,
            routes=self._tree.routes(alert.labels),
            silenced_by=tuple(one.id for one in self._desk.silences.silencing(alert.labels)),
            inhibited_by=() if inhibitor is None else (fingerprint_of(inhibitor),),
        )


def _wanted(standing: _Standing, given: Parameters) -> list[Seen]:
    """Return the alerts that a request asks for, by fingerprint."""
    matches, is_receiver = given.filter(), given.receiver()
    active, silenced, inhibited = (given.flag(name) for name in ("active", "silenced", "inhibited"))
    found = [
        one
        for one in standing.seen(matches)
        if (active or one.silenced_by or one.inhibited_by)
        and (silenced or not one.silenced_by)
        and (inhibited or not one.inhibited_by)
        and any(is_receiver(route.receiver) for route in one.routes)
    ]
    return sorted(found, key=lambda one: fingerprint_of(one.alert.labels))


def _receiver(name: str) -> dict[str, Any]:
    return {"labels": {"name": name}, "name": name}
