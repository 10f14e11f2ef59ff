"""What a statement does and to which tables, in a few words that take few values.

This looks for words; it does not parse. What it cannot tell it leaves out.

Source: OpenTelemetry semantic conventions 1.44, "Generating a summary of the query".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CHARS = 255
"""Characters of a summary."""

_READ = 4096
_KEPT = 512
_MAX_TABLES = 4

_quoted = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_operation = re.compile(r"\s*\(*\s*([A-Za-z]+)")
_tables = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?)\s+([\w.\"`\[\]]+)", re.IGNORECASE
)
_WORDS = frozenset({"select", "set", "values", "only", "lateral", "if", "of", "nowait", "skip"})
_NO_TABLES = frozenset({"PRAGMA", "SET", "SHOW", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"})


@dataclass(frozen=True, slots=True)
class Summary:
    """A statement in a few words.

    Attributes:
        text: The operation and its tables, such as ``SELECT orders items``; empty where nothing was found.
        operation: The first word in capitals, or nothing.
        collection: The table, where there is exactly one.
    """

    text: str
    operation: str
    collection: str


_summaries: dict[str, Summary] = {}


def summary(statement: str) -> Summary:
    """Return ``statement`` in a few words; programs repeat their statements, so answers are kept."""
    found = _summaries.get(statement)
    if found is None:
        found = _summarised(statement[:_READ])
        if len(statement) <= _READ:
            if len(_summaries) >= _KEPT:
                _summaries.clear()
            _summaries[statement] = found
    return found


def _summarised(statement: str) -> Summary:
    plain = _quoted.sub(" ", statement)
    match = _operation.match(plain)
    operation = match.group(1).upper() if match else ""
    tables = [] if operation in _NO_TABLES else _names(plain)
    text = " ".join([operation, *tables[:_MAX_TABLES]]).strip()[:MAX_CHARS]
    return Summary(text, operation, tables[0] if len(tables) == 1 else "")


def _names(plain: str) -> list[str]:
    """Return the tables, each once, in the order in which they come."""
    found = (name.translate(_UNQUOTED) for name in _tables.findall(plain))
    return list(dict.fromkeys(name for name in found if name and name.lower() not in _WORDS))


_UNQUOTED = dict.fromkeys(map(ord, '"`[]'))
