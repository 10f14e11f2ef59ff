"""``otel-monitoring rules check``: tell everything that is wrong with rule files (alerting semantics S1)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.promql.language.parse import parse

_LINTS = ("duplicate-rules", "all", "none")


def command(
    files: Annotated[
        list[str] | None, typer.Argument(help="Rule files; none or - reads from standard input.")
    ] = None,
    *,
    lint: Annotated[str, typer.Option("--lint", help="duplicate-rules, all or none.")] = "duplicate-rules",
    lint_fatal: Annotated[
        bool, typer.Option("--lint-fatal", help="Take what looks wrong for wrong.")
    ] = False,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown-fields", help="Let fields pass that do not exist.")
    ] = False,
) -> None:
    """Check rule files; every problem is told with its line and column."""
    if lint not in _LINTS:
        msg = f"{lint!r}: expected one of {', '.join(_LINTS)}"
        raise typer.BadParameter(msg, param_hint="--lint")
    failed = False
    for name in files or ["-"]:
        failed |= not _is_good(name, lints=lint != "none", fatal=lint_fatal, ignore_unknown=ignore_unknown)
    if failed:
        raise typer.Exit(1)


def _is_good(name: str, *, lints: bool, fatal: bool, ignore_unknown: bool) -> bool:
    source = "standard input" if name == "-" else name
    print(f"Checking {source}")
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        found = parse_rules(text, source=source, check_expr=parse, ignore_unknown=ignore_unknown)
    except RuleFileError as error:
        print("  FAILED:")
        for problem in error.problems:
            print(f"  {problem}")
        return False
    except (OSError, UnicodeDecodeError) as error:
        print(f"  FAILED:\n  {source}: {getattr(error, 'strerror', None) or 'expected UTF-8'}")
        return False
    rules = sum(len(group.rules) for group in found.groups)
    print(f"  SUCCESS: {rules} rules found")
    warnings = found.warnings if lints else ()
    for warning in warnings:
        print(f"  {warning}")
    return not (warnings and fatal)
