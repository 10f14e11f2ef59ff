"""The ``otel-monitoring`` command: it gathers the commands, one file each.

Exit codes: 0 all is well, 1 something is wrong with what was looked at, 2 the call itself was wrong.
"""

from __future__ import annotations

import importlib.util
import io
import sys
from typing import TYPE_CHECKING

from otel_monitoring._version import __version__
from otel_monitoring.errors import MissingExtraError, MonitoringError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

COMMANDS: Mapping[str, str] = {
    "anomalies": "otel_monitoring.cli.analytics.anomalies",
    "backup": "otel_monitoring.cli.storage.copy",
    "budgets": "otel_monitoring.cli.analytics.budgets",
    "cleanup": "otel_monitoring.cli.storage.cleanup",
    "config": "otel_monitoring.cli.config",
    "correlations": "otel_monitoring.cli.analytics.correlations",
    "doctor": "otel_monitoring.cli.doctor",
    "endpoints": "otel_monitoring.cli.analytics.endpoints",
    "export": "otel_monitoring.cli.storage.export",
    "forecast": "otel_monitoring.cli.analytics.forecast",
    "import": "otel_monitoring.cli.storage.take",
    "insights": "otel_monitoring.cli.analytics.insights",
    "instances": "otel_monitoring.cli.storage.instances",
    "moved": "otel_monitoring.cli.analytics.moved",
    "query": "otel_monitoring.cli.query",
    "redact": "otel_monitoring.cli.redact",
    "releases": "otel_monitoring.cli.analytics.releases",
    "report": "otel_monitoring.cli.analytics.report",
    "status": "otel_monitoring.cli.state.status",
    "system": "otel_monitoring.cli.state.system",
    "trend": "otel_monitoring.cli.analytics.trend",
}
"""Each command and the module whose ``command`` function it is; its docstring is the help text."""

GROUPS: Mapping[str, str] = {
    "alerts": "otel_monitoring.cli.alerts",
    "audit": "otel_monitoring.cli.audit",
    "keys": "otel_monitoring.cli.keys",
    "notify": "otel_monitoring.cli.notify",
    "rules": "otel_monitoring.cli.rules",
    "slo": "otel_monitoring.cli.analytics.slo",
}
"""Each group of commands and the module whose ``COMMANDS`` they are; its docstring is the help text."""

_PROBLEM = 1
_USAGE = 2


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or a pipe that knows ASCII alone shows question marks and no stack trace.
            stream.reconfigure(errors="replace")
    try:
        app = build()
    except MissingExtraError as error:
        print(error, file=sys.stderr)
        raise SystemExit(_USAGE) from None
    try:
        app()
    except MonitoringError as error:
        print(error, file=sys.stderr)
        raise SystemExit(_PROBLEM) from None


def build() -> typer.Typer:
    """Return the command line with all commands.

    Raises:
        MissingExtraError: typer or rich is not installed.
    """
    for package in ("typer", "rich"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(package, extra="cli", needed_for="the command line")
    import typer

    app = typer.Typer(
        name="otel-monitoring",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def show_version(*, value: bool) -> None:
        if value:
            print(__version__)
            raise typer.Exit

    @app.callback(help="Look at the monitoring of an application from outside.")
    def options(
        *,
        version: bool = typer.Option(
            False,  # noqa: FBT003 - the default, which typer takes by position beside the name of the flag
            "--version",
            help="Show the version and leave.",
            callback=show_version,
            is_eager=True,
        ),
    ) -> None:
        pass

    _add(app, COMMANDS)
    for name, module in GROUPS.items():
        found = importlib.import_module(module)
        group = typer.Typer(name=name, no_args_is_help=True, help=_first_line(found.__doc__ or ""))
        _add(group, found.COMMANDS)
        app.add_typer(group)
    return app


def _add(app: typer.Typer, commands: Mapping[str, str]) -> None:
    for name, module in commands.items():
        if importlib.util.find_spec(module):
            app.command(name)(importlib.import_module(module).command)


def _first_line(text: str) -> str:
    """Return the first line of a docstring, behind the command that it names."""
    line = text.splitlines()[0].partition(": ")[2]
    return line[:1].upper() + line[1:]
