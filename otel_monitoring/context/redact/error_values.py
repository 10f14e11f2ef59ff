"""Values of the program's data that libraries write into the messages of their errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from otel_monitoring.context.redact.keys import Verdict
    from otel_monitoring.context.redact.patterns import Span

KIND = "error_value"
"""What such a value is counted as."""

_DATABASE = re.compile(
    r"\[parameters: (?P<sqlalchemy>[^\n]{1,4096})\]"
    r"|Key \([^()\n]{1,256}\)=\((?P<key>[^\n]{1,1024}?)\) (?:already exists|is not|is still|conflicts)"
    r"|Failing row contains \((?P<row>[^\n]{1,4096})\)"
    r"|Duplicate entry '(?P<entry>[^\n]{1,1024}?)' for key"
)

# Pydantic names the field on a line of its own, and the value on the next one.
_FIELD = re.compile(
    r"^(?P<name>[\w.\-]{1,160})\n[ ]{2}[^\n]{0,512}?input_value=(?P<value>[^\n]{1,512}?), input_type=",
    re.MULTILINE,
)


def may_hold_error_value(text: str) -> bool:
    """Return whether it is worth while to look for values in an error's message."""
    if "(" in text and ("[parameters: " in text or "Key (" in text or "Failing row" in text):
        return True
    return ("=" in text and "input_value=" in text) or ("'" in text and "Duplicate entry" in text)


def find_error_values(text: str, verdict: Callable[[str], Verdict]) -> Iterable[Span]:
    """Find values in messages of SQLAlchemy, PostgreSQL and MySQL, and those of secret fields in Pydantic's.

    Args:
        text: Anything.
        verdict: What a name says of its value.
    """
    spans: list[Span] = [(*found.span(found.lastgroup or 0), KIND) for found in _DATABASE.finditer(text)]
    spans += [(*found.span("value"), KIND) for found in _FIELD.finditer(text) if verdict(found["name"])]
    return sorted(spans)
