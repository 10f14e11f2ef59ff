"""All groups that are to run: the built-in rules and those of the user's files."""

from __future__ import annotations

import glob
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.rule import AlertingRule, Problem, RuleFile
from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from otel_monitoring.alerts.rules.rule import RuleGroup

DEFAULT_SOURCE = "default_rules.yml"
"""The source of the built-in groups."""


def default_text() -> str:
    """Return the built-in rule file as it stands in the package."""
    folder = resources.files("otel_monitoring.alerts.rules")
    return folder.joinpath(DEFAULT_SOURCE).read_text(encoding="utf-8")


def default_rules(*, check_expr: Callable[[str], object]) -> RuleFile:
    """Return the built-in rules."""
    return parse_rules(default_text(), source=DEFAULT_SOURCE, check_expr=check_expr)


def load_rules(
    *,
    rule_files: Sequence[str] = (),
    check_expr: Callable[[str], object],
    with_defaults: bool = True,
    disabled: Collection[str] = (),
    made: Iterable[RuleGroup] = (),
) -> RuleFile:
    """Return every group that is to run, with the warnings of all files.

    A rule of the user's own takes the place of the built-in one of the same name.

    Args:
        rule_files: Paths, or patterns with ``*``, ``?`` and ``[…]``.
        check_expr: Raises a ``MonitoringError`` for an expression that does not parse.
        with_defaults: Whether the built-in rules run.
        disabled: Names of rules that are left out.
        made: Groups from elsewhere that run as well, after those of files.

    Raises:
        RuleFileError: Files are not valid; the error holds the problems of all of them.
        RuleError: A name in ``disabled`` belongs to no rule.
    """
    own = _read_all(paths_of(rule_files), check_expr=check_expr)
    groups = [*(group for file in own for group in file.groups), *made]
    known = _names(groups)
    if with_defaults:
        defaults = default_rules(check_expr=check_expr).groups
        groups = [*_without(defaults, known), *groups]
        known |= _names(defaults)
    _refuse_unknown(disabled, known)
    return RuleFile(
        source="",
        groups=tuple(_without(groups, disabled)),
        warnings=tuple(warning for file in own for warning in file.warnings),
    )


def paths_of(patterns: Sequence[str]) -> list[str]:
    """Return the files of all patterns, each once; a plain path stands even where there is no file."""
    paths: dict[str, None] = {}
    for pattern in patterns:
        found = sorted(glob.glob(pattern)) if glob.has_magic(pattern) else [pattern]  # noqa: PTH207 - patterns may be absolute
        paths.update(dict.fromkeys(found))
    return list(paths)


def _read_all(paths: Sequence[str], *, check_expr: Callable[[str], object]) -> list[RuleFile]:
    files: list[RuleFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            files.append(parse_rules(read_text(path), source=path, check_expr=check_expr))
        except RuleFileError as error:
            problems += error.problems
    if problems:
        raise RuleFileError(problems)
    return files


def read_text(path: str) -> str:
    """Return what a file holds.

    Raises:
        RuleFileError: It cannot be read, or is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        message = "cannot be read: expected UTF-8"
    raise RuleFileError([Problem(source=path, line=0, column=0, message=message)])


def _without(groups: Iterable[RuleGroup], names: Collection[str]) -> list[RuleGroup]:
    """Return the groups without the rules named, and without groups that are empty then."""
    kept = []
    for group in groups:
        rules = tuple(rule for rule in group.rules if rule.name not in names)
        if rules or not group.rules:
            kept.append(group if len(rules) == len(group.rules) else replace(group, rules=rules))
    return kept


def _names(groups: Iterable[RuleGroup]) -> set[str]:
    return {rule.name for group in groups for rule in group.rules if isinstance(rule, AlertingRule)}


def _refuse_unknown(disabled: Collection[str], known: Collection[str]) -> None:
    unknown = sorted(set(disabled).difference(known))
    if unknown:
        names = ", ".join(repr(name) for name in unknown)
        msg = f"disabled rules {names} do not exist: expected names among {', '.join(sorted(known))}"
        raise RuleError(msg)
