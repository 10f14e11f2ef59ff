"""``otel-monitoring notify check``: tell everything that is wrong with an ``alertmanager.yml`` (S9.2)."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from otel_monitoring.alerts.routing.errors import RoutingFileError
from otel_monitoring.alerts.routing.tree import all_routes
from otel_monitoring.alerts.rules.rule import Problem
from otel_monitoring.bootstrap.messages.channels import template_files
from otel_monitoring.cli.table import print_json
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_spec
from otel_monitoring.notify.texts import Texts
from otel_monitoring.templates.lexer import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.alerts.routing.config import RoutingConfig

_LINE = re.compile(r"template line (\d+): ")


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one file.

    Attributes:
        file: Its name.
        problems: Everything for which the application would refuse it.
        warnings: What is valid and yet unlikely to be meant.
        config: What it says; ``None`` where that cannot be told.
    """

    file: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    config: RoutingConfig | None = None


def command(
    files: Annotated[
        list[str] | None, typer.Argument(help="An alertmanager.yml; none or - reads from standard input.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check an alertmanager.yml; every problem is told with its line and column."""
    found = [check(name) for name in files or ["-"]]
    if as_json:
        print_json([_as_json(one) for one in found])
    else:
        for one in found:
            _show(one)
    if any(one.problems for one in found):
        raise typer.Exit(1)


def check(name: str) -> Checked:
    """Read one file and make every channel of it, without sending anything."""
    source = "standard input" if name == "-" else name
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        config = parse_routing(text, source=source)
    except RoutingFileError as error:
        return Checked(source, problems=error.problems)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "expected UTF-8"
        return Checked(source, problems=(Problem(source, 0, 0, f"cannot be read: {reason}"),))
    texts, problems = _texts(config)
    found = sorted(_channel_problems(config, source, texts), key=lambda one: (one.line, one.column))
    return Checked(source, problems=(*problems, *found), warnings=config.warnings, config=config)


def _texts(config: RoutingConfig) -> tuple[Texts, list[Problem]]:
    """Return what fills in templates, with the files that are valid, and what is wrong with the others."""
    sources, problems, clock = [], [], SystemClock()
    for path in template_files(config.templates):
        try:
            text = Path(path).read_text(encoding="utf-8")
            Texts(clock=clock, sources=[text])
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "expected UTF-8"
            problems.append(Problem(path, 0, 0, f"cannot be read: {reason}"))
        except TemplateError as error:
            line = _LINE.match(str(error))
            problems.append(
                Problem(
                    path, int(line[1]) if line else 0, 0, str(error).removeprefix(line[0] if line else "")
                )
            )
        else:
            sources.append(text)
    return Texts(clock=clock, sources=sources), problems


def _channel_problems(config: RoutingConfig, source: str, texts: Texts) -> Iterator[Problem]:
    """Find what only shows when a channel is made: kinds that are not sent, options that do not suit."""
    options = ChannelOptions(clock=SystemClock(), texts=texts, functions=_handed_over(config))
    for receiver in config.receivers:
        for spec in receiver.channels:
            try:
                channel_from_spec(spec, options)
            except MonitoringError as error:
                yield _placed(source, spec.source, str(error))


def _handed_over(config: RoutingConfig) -> dict[str, Callable[..., None]]:
    """Return a function for each bare name: which ones the application hands over cannot be known here."""
    options = [spec.options for receiver in config.receivers for spec in receiver.channels]
    urls = (str(one.get("url", "")).partition("callable://")[2] for one in options)
    names = {*urls, *(str(one.get("function", "")) for one in options)}
    return dict.fromkeys((name for name in names if name and ":" not in name), lambda _message: None)


def _placed(source: str, place: str, message: str) -> Problem:
    """Return a problem at the place that a channel was stated, ``file:line:column``."""
    numbers = place.removeprefix(f"{source}:").split(":")
    line, column = (int(one) for one in numbers) if all(map(str.isdigit, numbers)) else (0, 0)
    return Problem(source, line, column, message.removeprefix(f"{place}: "))


def _show(found: Checked) -> None:
    print(f"Checking {found.file}")
    if found.problems or found.config is None:
        print("  FAILED:")
    else:
        config = found.config
        counts = {
            "routes": sum(1 for _ in all_routes(config.route)),
            "receivers": len(config.receivers),
            "inhibit rules": len(config.inhibit_rules),
            "time intervals": len(config.time_intervals),
        }
        print(f"  SUCCESS: {', '.join(f'{count} {what}' for what, count in counts.items())}")
    for problem in found.problems:
        print(f"  {problem}")
    for warning in found.warnings:
        print(f"  warning: {warning}")


def _as_json(found: Checked) -> dict[str, object]:
    return {
        "file": found.file,
        "valid": not found.problems,
        "problems": [asdict(one) for one in found.problems],
        "warnings": [asdict(one) for one in found.warnings],
    }
