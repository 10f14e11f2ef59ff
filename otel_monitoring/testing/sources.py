"""Where the rules of a bench come from: files, text, or rules in words."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.rule import Problem, RuleGroup
from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.promql.language.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from otel_monitoring.alerts.rules.simple import AlertRule


def groups_of_text(text: str) -> tuple[RuleGroup, ...]:
    """Return the groups of a rule file's text.

    Raises:
        RuleFileError: The text is no valid rule file.
    """
    return parse_rules(text, source="rules", check_expr=parse).groups


def groups_of_files(paths: Iterable[str | Path]) -> list[RuleGroup]:
    """Return the groups of rule files; a path may be a pattern with ``*``, ``?`` and ``[…]``.

    Raises:
        RuleFileError: Files cannot be read or are not valid; the error holds the problems of all of them.
    """
    groups: list[RuleGroup] = []
    problems: list[Problem] = []
    for path in paths:
        for file in _files(path):
            try:
                groups += parse_rules(_read(file), source=str(file), check_expr=parse).groups
            except RuleFileError as error:
                problems += error.problems
    if problems:
        raise RuleFileError(problems)
    return groups


def groups_of_rules(rules: Iterable[AlertRule]) -> list[RuleGroup]:
    """Return one group of rules in words; those that are off are left out, as in an application."""
    made = tuple(rule.as_rule() for rule in rules if rule.enabled)
    return [RuleGroup(name="python", source="python", rules=made)]


def _files(path: str | Path) -> Iterator[Path]:
    """Return the files of a path or pattern; a path stands even where there is no file."""
    found = [] if Path(path).exists() else sorted(glob.glob(str(path)))  # noqa: PTH207 - may be absolute
    yield from map(Path, found or [str(path)])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        message = "cannot be read: expected UTF-8"
    raise RuleFileError([Problem(source=str(path), line=0, column=0, message=message)])
