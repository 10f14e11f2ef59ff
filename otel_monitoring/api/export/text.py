"""Rows as lines of JSON and as CSV that spreadsheets can be trusted with.

Sources: JSON Lines, https://jsonlines.org; RFC 4180; OWASP, "CSV Injection": a text that a spreadsheet takes
for a formula is marked with an apostrophe in front of it.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in the width of East Asian letters, too."""
_CHUNK_CHARS: Final = 64 * 1024


def json_line(row: Mapping[str, Any]) -> str:
    """Return a row as a line; what is no finite number is ``null``."""
    try:
        text = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(row), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text + "\n"


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield rows as CSV, the heads in front, with the line ends of RFC 4180.

    Args:
        heads: What the columns are called.
        rows: The cells of each; what is neither a text nor a number is written as JSON.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([cell(head) for head in heads])
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([cell(one) for one in row])
        yield buffer.getvalue()


def cell(value: Any) -> str:
    """Return what stands in a cell; nothing for what is no finite number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value) if math.isfinite(value) else ""
    text = value if isinstance(value, str) else json_line({"": value})[4:-2]
    return f"'{text}" if text.startswith(_FORMULA) else text


def chunks(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield lines put together to pieces that are worth being sent."""
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= _CHUNK_CHARS:
            yield _encoded(held)
            held, size = [], 0
    if held:
        yield _encoded(held)


def _encoded(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value
