"""``otel-monitoring rules check``: tell everything that is wrong with rule files (alerting semantics S1)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.promql.language.experimental import refuse_experimental
from otel_monitoring.promql.language.parse import parse

if TYPE_CHECKING:
    from collections.abc import Callable

_LINTS = ("duplicate-rules", "all", "none")
_LINT_EXIT = 3


def command(
    files: Annotated[
        list[str] | None, typer.Argument(help="Rule files; none or - reads from standard input.")
    ] = None,
    *,
    lint: Annotated[
        str, typer.Option("--lint", help="duplicate-rules, all or none; several with commas.")
    ] = "duplicate-rules",
    lint_fatal: Annotated[
        bool, typer.Option("--lint-fatal", help="End with 3 where something looks wrong.")
    ] = False,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown-fields", help="Let fields pass that do not exist.")
    ] = False,
    experimental: Annotated[
        bool, typer.Option("--experimental", help="Let pass what `query.experimental` enables.")
    ] = False,
) -> None:
    """Check rule files; every problem is told with its line and column."""
    lints = _lints(lint)
    check_expr = parse if experimental else _without_experiments
    found = [
        _check(name, lints=lints, ignore_unknown=ignore_unknown, check_expr=check_expr)
        for name in files or ["-"]
    ]
    if None in found:
        raise typer.Exit(1)
    if lint_fatal and any(found):
        raise typer.Exit(_LINT_EXIT)


def _lints(text: str) -> bool:
    """Tell whether to look for what is allowed and yet looks wrong."""
    wanted = set(text.split(",")) if text else {"none"}
    unknown = wanted.difference(_LINTS)
    if unknown:
        msg = f"{', '.join(sorted(unknown))!r}: expected one of {', '.join(_LINTS)}"
        raise typer.BadParameter(msg, param_hint="--lint")
    return wanted != {"none"}


def _without_experiments(expr: str) -> None:
    """Parse as the engine does that evaluates the rules."""
    refuse_experimental(expr, parse(expr))


def _check(
    name: str, *, lints: bool, ignore_unknown: bool, check_expr: Callable[[str], object]
) -> int | None:
    """Tell what is wrong with a file; return how many of its rules are there twice, ``None`` if it is bad."""
    source = "standard input" if name == "-" else name
    print(f"Checking {source}")
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        found = parse_rules(text, source=source, check_expr=check_expr, ignore_unknown=ignore_unknown)
    except RuleFileError as error:
        print("  FAILED:")
        for problem in error.problems:
            print(f"  {problem}")
        return None
    except (OSError, UnicodeDecodeError) as error:
        print(f"  FAILED:\n  {source}: {getattr(error, 'strerror', None) or 'expected UTF-8'}")
        return None
    rules = sum(len(group.rules) for group in found.groups)
    print(f"  SUCCESS: {rules} rules found")
    for warning in found.warnings:
        if lints or "duplicate rule" not in warning.message:
            print(f"  {warning}")
    return sum("duplicate rule" in warning.message for warning in found.warnings) if lints else 0
