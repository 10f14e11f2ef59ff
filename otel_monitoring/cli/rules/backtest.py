"""``otel-monitoring rules backtest``: when rules would have fired over recorded history."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.alerts.evaluation.backtest import backtest
from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.cli.connecting import (
    TOKEN_VARIABLE,
    address,
    duration_ms,
    headers_of,
    time_ms,
    token_of,
)
from otel_monitoring.cli.table import print_json
from otel_monitoring.errors import QueryError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.durations import format_duration
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.evaluation.backtest import Episode

_SHOWN = 10
_INTERVAL_MS = 15_000
_DAY_MS = 86_400_000


def command(  # noqa: PLR0913 - the options of the command
    file: Annotated[Path, typer.Argument(help="A rule file.")],
    *,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="NAME", help="Only this rule; may be repeated.")
    ] = None,
    url: Annotated[
        str, typer.Option("--url", "-u", metavar="URL", help="An application, its pages, or a Prometheus.")
    ] = "http://localhost:8000",
    since: Annotated[str, typer.Option("--since", "-s", metavar="DURATION", help="How far back.")] = "6h",
    end: Annotated[str, typer.Option("--end", metavar="TIME", help="Where the history ends.")] = "now",
    interval: Annotated[
        str | None,
        typer.Option(
            "--interval", metavar="DURATION", help="Between two evaluations; that of the group, or 15s."
        ),
    ] = None,
    token: Annotated[
        str | None, typer.Option("--token", metavar="TOKEN", help=f"By default ${TOKEN_VARIABLE}.")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="'NAME: VALUE'", help="Sent along.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say when the rules of a file would have fired."""
    rules = _rules(file, rule or ())
    end_ms = time_ms(end, SystemClock().now_ms(), name="--end")
    asked_ms = None if interval is None else duration_ms(interval, name="--interval")
    length_ms = duration_ms(since, name="--since")
    options = RemoteOptions(
        timeout_s=60, bearer_token=token_of(token, None), headers=headers_of(header or ())
    )
    query = RemoteQuery(address(url, options), options=options, clock=SystemClock())
    as_data = []
    try:
        for one, own_ms in rules:
            step_ms = asked_ms or own_ms or _INTERVAL_MS
            found = backtest(one, query, start_ms=end_ms - length_ms, end_ms=end_ms, interval_ms=step_ms)
            if as_json:
                as_data.append(_as_json(one, found, step_ms=step_ms))
            else:
                _show(one, found, end_ms=end_ms, length_ms=length_ms)
    except QueryError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    finally:
        query.close()
    if as_json:
        print_json(as_data)


def _rules(file: Path, names: Sequence[str]) -> list[tuple[AlertingRule, int | None]]:
    """Return the alerting rules, each with the interval of its group where that has one."""
    try:
        found = parse_rules(file.read_text(encoding="utf-8"), source=str(file), check_expr=parse)
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file}: {getattr(error, 'strerror', None) or 'expected UTF-8'}"
        raise typer.BadParameter(msg, param_hint="FILE") from None
    except RuleFileError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    rules = [
        (one, group.interval_ms)
        for group in found.groups
        for one in group.rules
        if isinstance(one, AlertingRule)
    ]
    known = {one.name for one, _ in rules}
    for name in names:
        if name not in known:
            msg = f"{name!r}: expected one of {', '.join(sorted(known)) or 'none, since the file has none'}"
            raise typer.BadParameter(msg, param_hint="--rule")
    return [one for one in rules if not names or one[0].name in names]


def _as_json(rule: AlertingRule, found: list[Episode], *, step_ms: int) -> dict[str, object]:
    """Return every episode, times in Unix seconds; one without ``firedAt`` was pending only."""
    return {
        "rule": rule.name,
        "interval": format_duration(step_ms),
        "episodes": [
            {
                "labels": one.labels.as_dict(),
                "summary": one.summary,
                "peak": str(one.peak),
                "pendingAt": one.pending_ms / 1000,
                "firedAt": None if one.fired_ms is None else one.fired_ms / 1000,
                "endedAt": None if one.ended_ms is None else one.ended_ms / 1000,
            }
            for one in found
        ],
    }


def _show(rule: AlertingRule, found: list[Episode], *, end_ms: int, length_ms: int) -> None:
    fired = [one for one in found if one.fired_ms is not None]
    a_day = len(fired) * _DAY_MS / length_ms
    print(
        f"{rule.name}: fires {len(fired)} times in {format_duration(length_ms)} ({a_day:.1f} a day), "
        f"pending without firing {len(found) - len(fired)} times"
    )
    for one in fired[:_SHOWN]:
        until_ms = end_ms if one.ended_ms is None else one.ended_ms
        lasts = format_duration(max(until_ms - (one.fired_ms or 0), 0))
        still = ", still firing" if one.ended_ms is None else ""
        labels = one.labels.without("alertname")
        since = _time(one.fired_ms or 0)
        print(f"  {since} for {lasts}{still}, peak {one.peak:g}  {labels!r}  {one.summary}")
    if len(fired) > _SHOWN:
        print(f"  … and {len(fired) - _SHOWN} more")


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%SZ}"
