"""``otel-monitoring notify routes``: which receivers an alert with these labels would get to (S9.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.alerts.routing.named import with_named_receivers
from otel_monitoring.alerts.routing.tree import Tree, braced, group_key, group_labels
from otel_monitoring.cli.notify.check import check
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.model.durations import format_duration
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.routing.config import Route, RoutingConfig
    from otel_monitoring.cli.notify.check import Checked

_HEADS = ("RECEIVER", "ROUTE", "GROUP", "WAIT", "INTERVAL", "REPEAT")


def command(
    file: Annotated[str, typer.Argument(help="An alertmanager.yml.")],
    labels: Annotated[
        list[str] | None, typer.Argument(metavar="[LABEL=VALUE]...", help="Labels of an alert.")
    ] = None,
    *,
    tree: Annotated[
        bool, typer.Option("--tree", help="Draw all routes, and mark those that it takes.")
    ] = False,
    long: Annotated[bool, typer.Option("--long", "-l", help="Say by which route, and when.")] = False,
    verify: Annotated[
        str | None,
        typer.Option(
            "--verify-receivers", metavar="NAMES", help="Leave with 1 unless these get it: a,b in this order."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say who is told of an alert, by an alertmanager.yml."""
    config = _config(check(file))
    alert = _labels(labels or ())
    taken = Tree(with_named_receivers(config).route).routes(alert)
    receivers = [route.receiver for route in taken]
    if as_json:
        print_json({"receivers": receivers, "routes": [_as_json(route, alert) for route in taken]})
    elif tree:
        _draw(config.route, taken=taken)
    elif long:
        rows = [_row(route, alert) for route in taken]
        print_table(_HEADS, rows, fixed=frozenset(_HEADS) - {"ROUTE", "GROUP"})
    else:
        print(",".join(receivers))
    _verify(receivers, verify)


def _config(found: Checked) -> RoutingConfig:
    """Return the configuration; a channel that cannot be made is no hindrance to following routes."""
    if found.config is None:
        for problem in found.problems:
            print(problem, file=sys.stderr)
        raise typer.Exit(1)
    return found.config


def _labels(given: Sequence[str]) -> Labels:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            msg = f"{text!r}: expected label=value"
            raise typer.BadParameter(msg, param_hint="LABEL=VALUE")
        pairs[name.strip()] = _unquoted(value.strip())
    return Labels.of(pairs)


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _draw(root: Route, *, taken: Sequence[Route], depth: int = 0) -> None:
    """Print a route and everything below it; a star marks what the alert takes."""
    mark = "*" if any(root is one for one in taken) else " "
    condition = ",".join(map(str, root.matchers)) or "any alert"
    goes_on = ", continue" if root.goes_on else ""
    print(f"{mark} {'  ' * depth}{condition} -> {root.receiver}{goes_on}")
    for child in root.routes:
        _draw(child, taken=taken, depth=depth + 1)


def _row(route: Route, alert: Labels) -> list[str]:
    timing = route.timing
    times_s = (timing.group_wait_s, timing.group_interval_s, timing.repeat_interval_s)
    group = braced(group_labels(route, alert))
    return [route.receiver, route.key, group, *(format_duration(round(one * 1000)) for one in times_s)]


def _as_json(route: Route, alert: Labels) -> dict[str, object]:
    timing = route.timing
    return {
        "receiver": route.receiver,
        "route": route.key,
        "groupKey": group_key(route, group_labels(route, alert)),
        "groupWaitSeconds": timing.group_wait_s,
        "groupIntervalSeconds": timing.group_interval_s,
        "repeatIntervalSeconds": timing.repeat_interval_s,
        "muteTimeIntervals": list(route.mute_intervals),
        "activeTimeIntervals": list(route.active_intervals),
    }


def _verify(receivers: Sequence[str], wanted: str | None) -> None:
    if wanted is None:
        return
    names = [name.strip() for name in wanted.split(",")]
    if names != list(receivers):
        print(f"receivers are {','.join(receivers)}: expected {','.join(names)}", file=sys.stderr)
        raise typer.Exit(1)
