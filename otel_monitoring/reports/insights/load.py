"""Rules from YAML: the built-in table, and files of the user's."""

from __future__ import annotations

import glob
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otel_monitoring.reports.insights.rule import InsightRule, InsightRuleError, Ramp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BUILT_IN = Path(__file__).with_name("rules.yml")
_FIELDS = tuple(one.name for one in fields(InsightRule))
_RAMP = tuple(one.name for one in fields(Ramp))


def insight_rules(
    files: Iterable[str] = (), *, own: Iterable[InsightRule] = (), with_built_in: bool = True
) -> list[InsightRule]:
    """Return the built-in rules, those of files and those from Python; a later one of a name wins.

    Args:
        files: Paths of YAML files; ``*`` stands for anything.
        own: Rules from Python.
        with_built_in: Whether there are built-in ones.

    Raises:
        InsightRuleError: A file cannot be read or is not valid; the message names file, rule and field.
    """
    found = list(_read(_BUILT_IN)) if with_built_in else []
    for pattern in files:
        paths = sorted(glob.glob(pattern)) or [pattern]  # noqa: PTH207 - patterns may be absolute
        for path in paths:
            found += _read(Path(path))
    return list({rule.name: rule for rule in (*found, *own)}.values())


def parse_rules(text: str, *, source: str = "text") -> list[InsightRule]:
    """Return the rules of a YAML document, a mapping with a list under ``insights``.

    Raises:
        InsightRuleError: It is not valid.
    """
    import yaml

    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        msg = f"{source}: no YAML: {error}"
        raise InsightRuleError(msg) from None
    entries = document.get("insights") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        msg = f"{source}: expected a mapping with a list under 'insights'"
        raise InsightRuleError(msg)
    return [_rule(entry, f"{source}: insights[{at}]") for at, entry in enumerate(entries)]


def _read(path: Path) -> list[InsightRule]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}"
        raise InsightRuleError(msg) from None
    return parse_rules(text, source=path.name)


def _rule(entry: Any, place: str) -> InsightRule:
    if not isinstance(entry, dict):
        msg = f"{place}: is a {type(entry).__name__}: expected a mapping"
        raise InsightRuleError(msg)
    unknown = sorted(str(name) for name in entry if name not in _FIELDS)
    if unknown:
        msg = f"{place}: {unknown[0]!r} is no field: expected {', '.join(_FIELDS)}"
        raise InsightRuleError(msg)
    missing = [name for name in ("name", "expr", "sentence") if name not in entry]
    if missing:
        msg = f"{place}: {missing[0]} is missing"
        raise InsightRuleError(msg)
    given = {name: _field(name, value, place) for name, value in entry.items()}
    try:
        return InsightRule(**given)
    except InsightRuleError as error:
        msg = f"{place}: {error}"
        raise InsightRuleError(msg) from None


def _field(name: str, value: Any, place: str) -> Any:
    if name == "effect" and isinstance(value, dict):
        return _ramp(value, f"{place}: effect")
    if name == "values":
        return _texts(value, f"{place}: values")
    wanted = int if name == "most" else str
    if not isinstance(value, wanted) or isinstance(value, bool):
        msg = f"{place}: {name} is {value!r}: expected {'a whole number' if wanted is int else 'a text'}"
        raise InsightRuleError(msg)
    return value.strip() if isinstance(value, str) else value


def _texts(value: Any, place: str) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        msg = f"{place} is {value!r}: expected texts by name"
        raise InsightRuleError(msg)
    return value


def _ramp(value: Mapping[str, Any], place: str) -> Ramp:
    for name, number in value.items():
        if name not in _RAMP or isinstance(number, bool) or not isinstance(number, int | float):
            msg = f"{place}: {name!r} is {number!r}: expected numbers under {', '.join(_RAMP)}"
            raise InsightRuleError(msg)
    return Ramp(**{name: float(number) for name, number in value.items()})
