"""``otel-monitoring rules test``: unit tests of rules, in promtool's files (alerting semantics S10)."""

from __future__ import annotations

import difflib
import re
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated
from xml.etree import ElementTree as ET

import typer

from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.testing.unit_file import read_unit_file
from otel_monitoring.testing.unit_run import Failure, Outcome, run_test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def command(
    files: Annotated[list[Path], typer.Argument(help="Files of unit tests.")],
    *,
    run: Annotated[
        list[str] | None, typer.Option("--run", metavar="REGEX", help="Only tests whose name has a match.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what differs line by line.")] = False,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown-fields", help="Let fields pass in rule files that do not exist.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the outcome as JUnit XML.")
    ] = None,
) -> None:
    """Run unit tests of rules; nothing is needed but the files."""
    wanted = _patterns(run or ())
    outcomes: list[tuple[Path, list[Outcome]]] = []
    for path in files:
        print(f"Unit testing: {path}")
        found = _outcomes(path, wanted, ignore_unknown=ignore_unknown)
        outcomes.append((path, found))
        _show(found, diff=diff)
    if junit is not None:
        junit.write_bytes(_as_junit(outcomes))
    if any(outcome.failures for _, found in outcomes for outcome in found):
        raise typer.Exit(1)


def _patterns(texts: Sequence[str]) -> list[re.Pattern[str]]:
    try:
        return [re.compile(text) for text in texts]
    except re.error as error:
        msg = f"not a regular expression: {error}"
        raise typer.BadParameter(msg, param_hint="--run") from None


def _outcomes(path: Path, wanted: list[re.Pattern[str]], *, ignore_unknown: bool) -> list[Outcome]:
    try:
        file = read_unit_file(path, ignore_unknown=ignore_unknown)
    except RuleFileError as error:
        return [Outcome(str(path), tuple(Failure(str(problem)) for problem in error.problems))]
    for warning in file.warnings:
        print(f"  WARNING: {warning}")
    return [
        run_test(file, test, number=number)
        for number, test in enumerate(file.tests, 1)
        if not wanted or any(pattern.search(test.name) for pattern in wanted)
    ]


def _show(outcomes: list[Outcome], *, diff: bool) -> None:
    failed = [outcome for outcome in outcomes if outcome.failures]
    for outcome in outcomes:
        for skipped in outcome.skipped:
            print(f"  left out, {outcome.name}: {skipped}")
    print("  FAILED:" if failed else f"  SUCCESS: {len(outcomes)} tests")
    for outcome in failed:
        print(f"    {outcome.name}:")
        for failure in outcome.failures:
            print(f"      {failure.what}")
            for line in _lines(failure, diff=diff):
                print(f"        {line}")


def _lines(failure: Failure, *, diff: bool) -> Iterator[str]:
    if not failure.expected and not failure.got:
        return
    if diff:
        yield from difflib.unified_diff(failure.expected, failure.got, "expected", "got", lineterm="")
        return
    for name, lines in (("exp", failure.expected), ("got", failure.got)):
        yield f"{name}: {lines[0] if lines else 'nothing'}"
        for line in lines[1:]:
            yield f"     {line}"


def _as_junit(found: list[tuple[Path, list[Outcome]]]) -> bytes:
    root = ET.Element("testsuites")
    for path, outcomes in found:
        failures = sum(bool(outcome.failures) for outcome in outcomes)
        suite = ET.SubElement(
            root, "testsuite", name=str(path), tests=str(len(outcomes)), failures=str(failures), errors="0"
        )
        for outcome in outcomes:
            case = ET.SubElement(suite, "testcase", name=outcome.name)
            for failure in outcome.failures:
                text = "\n".join([failure.what, *_lines(failure, diff=False)])
                ET.SubElement(case, "failure", message=failure.what).text = text
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content
