"""``otel-monitoring slo check``: tell everything that is wrong with OpenSLO files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.alerts.slos.openslo import load_slos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.slos.openslo import SLOFile


def command(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="OpenSLO files, as one set.")],
) -> None:
    """Check OpenSLO files; every problem is told with its line and column."""
    found = read(files)
    print(f"SUCCESS: {len(found.slos)} service levels found")
    for slo in found.slos:
        print(f"  {slo.name}: {slo.target * 100:.6g}% over {slo.window}")


def read(files: Sequence[str]) -> SLOFile:
    """Return what files say, warnings on standard error; leave with 1 where they are not valid.

    Args:
        files: Paths or patterns.
    """
    try:
        found = load_slos(files)
    except RuleFileError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    return found
