"""Every clause of the semantics that tests cite is proven by a test that names it.

The clauses are those of the project's notes beside the checkout; without them the test is skipped.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
SEMANTICS = TESTS.parents[1] / "shared" / "design" / "alerting-semantics.md"
NOT_OURS = {
    "S7.4": "`up` and `scrape_*` come from a scrape; a process that is its own source has none",
}
"""Clauses that no test of ours can prove, with the reason."""

_CITED = re.compile(r"\bS(\d+)\.(\d+)(?: to (?:S(\d+)\.)?(\d+))?")


def clauses(text: str) -> list[str]:
    """Return the clauses of the notes, such as ``S1.4``."""
    found = []
    section = ""
    for line in text.splitlines():
        if heading := re.match(r"## (S\d+) ", line):
            section = heading[1]
        elif section and (clause := re.match(r"(\d+)\. ", line)):
            found.append(f"{section}.{clause[1]}")
    return found


def cited() -> set[str]:
    """Return the clauses that docstrings of tests and of their modules name."""
    return {clause for text in _docstrings() for clause in _named(text)}


def _docstrings() -> Iterator[str]:
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""


def _named(text: str) -> Iterator[str]:
    for section, first, other, last in _CITED.findall(text):
        if not other or other == section:
            for number in range(int(first), int(last or first) + 1):
                yield f"S{section}.{number}"


@pytest.mark.skipif(not SEMANTICS.exists(), reason="the notes are not beside the checkout")
def test_every_clause_is_named_by_a_test() -> None:
    wanted, proven = clauses(SEMANTICS.read_text(encoding="utf-8")), cited()

    assert len(wanted) > 60
    assert [clause for clause in wanted if clause not in proven | NOT_OURS.keys()] == []
    assert not NOT_OURS.keys() & proven, "what is proven needs no reason"
