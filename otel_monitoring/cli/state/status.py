"""``otel-monitoring status``: who answers, what is on, and how the monitoring itself does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.model.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WRONG = 1


def command(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Leave with 1 if it is not healthy, or a part of it is not fine.")
    ] = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show who answers, what is on, what was set, and how the monitoring itself does."""
    at = pages(url, token, token_file)
    status, pipeline = at.get("status"), at.get("pipeline")
    if as_json:
        print_json({"status": status, "pipeline": pipeline})
    else:
        print_table(("WHAT", "HOW"), [list(row) for row in _rows(status)], fixed=frozenset({"WHAT"}))
        _print_parts(pipeline["parts"])
    if check and not (status["health"] == "healthy" and pipeline["fine"]):
        raise typer.Exit(_WRONG)


def _rows(status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    own, storage, rules = status["instance"], status["storage"], status["rules"]
    named = " ".join(part for part in (own["service"], own["version"], own["environment"]) if part)
    yield "service", named
    yield "process", f"{own['pid']} on {own['host']}, {own['id']}"
    yield "running", f"for {format_duration(round(own['uptimeSeconds']) * 1000)}, since {own['startedAt']}"
    yield "software", f"otel_monitoring {status['version']}, Python {status['python']}"
    yield "health", status["health"]
    trouble = f", cannot be used: {storage['trouble']}" if storage["trouble"] else ""
    yield "storage", f"{storage['kind']} {storage['place']}".rstrip() + trouble
    for one in status["exports"]:
        where = f"{', '.join(one['exporters'])} {one['address']}".strip()
        yield f"export {one['signal']}", f"{where or 'nowhere'}{', paused' if one['paused'] else ''}"
    yield "queries", f"{status['queries']['answeredBy']} {status['queries']['address']}".rstrip()
    yield "rules", f"{rules['total']}, {rules['failing']} failing, evaluated by {rules['evaluatedBy']}"
    off = [one["name"] for one in status["features"] if not one["on"]]
    yield "switched off", ", ".join(off) or "nothing"
    for one in status["settings"]:
        yield f"set {one['name']}", one["value"]


def _print_parts(parts: list[Mapping[str, Any]]) -> None:
    """Print what is not fine, with what to do; else that all is."""
    bad = [[part["name"], part["problem"], part["advice"]] for part in parts if not part["fine"]]
    print()
    if bad:
        print_table(("PART", "PROBLEM", "WHAT TO DO"), bad, fixed=frozenset({"PART"}))
    else:
        print(f"all {len(parts)} parts of the monitoring are fine")
