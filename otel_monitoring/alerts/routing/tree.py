"""The routing tree: which routes an alert takes (S9.2), and the group that it falls into there (S9.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.templates.go_format import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.alerts.routing.config import Route
    from otel_monitoring.model.labels import Labels


class Tree:
    """A routing tree with its conditions made ready.

    Args:
        root: Matches every alert.
    """

    def __init__(self, root: Route) -> None:
        self._root = _Node(root)

    def routes(self, labels: Labels) -> list[Route]:
        """Return the routes that an alert takes, depth first; at least one."""
        return self._root.routes(labels) or [self._root.route]


class _Node:
    """A route, and what an alert has to fulfil to take it."""

    __slots__ = ("_children", "_holds", "route")

    def __init__(self, route: Route) -> None:
        self.route = route
        self._holds = route.condition()
        self._children = tuple(_Node(child) for child in route.routes)

    def routes(self, labels: Labels) -> list[Route]:
        """Return the routes below that take the alert, or this one; none where it does not match."""
        if not self._holds(labels):
            return []
        found: list[Route] = []
        for child in self._children:
            taken = child.routes(labels)
            found += taken
            if taken and not child.route.goes_on:
                break
        return found or [self.route]


def all_routes(root: Route) -> Iterator[Route]:
    """Iterate over a route and everything below it, depth first."""
    yield root
    for child in root.routes:
        yield from all_routes(child)


def group_labels(route: Route, labels: Labels) -> Labels:
    """Return the labels that name the group of an alert on a route."""
    return labels if route.group_by is None else labels.only(*route.group_by)


def group_key(route: Route, labels: Labels) -> str:
    """Return the key of a group, in the words of Alertmanager: ``{}/{team="web"}:{alertname="Slow"}``."""
    return f"{route.key}:{braced(labels)}"


def braced(labels: Labels) -> str:
    """Write labels as they stand in the key of a group."""
    pairs = ", ".join(f"{name}={quote(value)}" for name, value in labels)
    return f"{{{pairs}}}"
