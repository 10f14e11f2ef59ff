"""Stack traces as text, fast and bounded.

The standard library's formatter stats every source file, parses every line for its carets, and costs a
millisecond for the forty frames of a web framework. Here the two lines of a frame are written once per
(code object, line) and remembered; the text has the standard library's layout without the carets.
"""

from __future__ import annotations

import linecache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, TracebackType

MAX_CHARS = 65_536
"""Characters kept of one stack trace, head and tail."""

_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
_KEPT = 4096
_MAX_FRAMES = 200
_MAX_CHAIN = 16

_frames: dict[tuple[CodeType, int], str] = {}


def format_exception(error: BaseException, *, max_chars: int = MAX_CHARS) -> str:
    """Return ``error`` with its stack and its causes, at most ``max_chars`` characters.

    Where it is longer the middle is cut: the head tells where the request came in, the tail what broke.
    """
    text = "".join(_chain(error))
    if len(text) <= max_chars:
        return text
    mark = f"\n  [... {len(text) - max_chars} characters cut ...]\n"
    half = max(0, (max_chars - len(mark)) // 2)
    return text[:half] + mark + text[len(text) - half :]


def type_name(error: BaseException) -> str:
    """Return the type of ``error`` as the conventions want it: qualified unless it is built in."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def message(error: BaseException) -> str:
    """Return what ``error`` says; an exception whose ``str`` raises says just that."""
    try:
        return str(error)
    except Exception as broken:  # noqa: BLE001 - a foreign __str__ may raise anything
        return f"<{type(error).__qualname__}.__str__ raised {type(broken).__qualname__}>"


def mark_recorded(error: BaseException) -> None:
    """Mark ``error`` as recorded, so that a log line about it does not record its stack once more."""
    try:
        error.__otel_monitoring_recorded__ = True  # type: ignore[attr-defined]
    except AttributeError:
        return


def is_recorded(error: BaseException | None) -> bool:
    """Return whether ``error`` was recorded with its stack already."""
    return bool(getattr(error, "__otel_monitoring_recorded__", False))


def _chain(error: BaseException) -> Iterator[str]:
    links: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    one: BaseException | None = error
    link = ""
    while one is not None and id(one) not in seen and len(links) < _MAX_CHAIN:
        seen.add(id(one))
        links.append((one, link))
        if one.__cause__ is not None:
            one, link = one.__cause__, _CAUSE
        elif one.__context__ is not None and not one.__suppress_context__:
            one, link = one.__context__, _CONTEXT
        else:
            one = None
    for one, link in reversed(links):
        yield from _one(one)
        yield link


def _one(error: BaseException) -> Iterator[str]:
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):\n"
        yield from _stack(error.__traceback__)
    text = message(error)
    yield f"{type_name(error)}: {text}\n" if text else f"{type_name(error)}\n"
    for note in getattr(error, "__notes__", ()):
        yield f"{note}\n"
    if isinstance(error, BaseExceptionGroup):
        for index, inner in enumerate(error.exceptions[:_MAX_CHAIN], 1):
            yield f"  ---------------- {index} of {len(error.exceptions)} ----------------\n"
            yield from _chain(inner)


def _stack(trace: TracebackType | None) -> Iterator[str]:
    count = 0
    while trace is not None:
        count += 1
        if count <= _MAX_FRAMES:
            yield _frame(trace.tb_frame.f_code, trace.tb_lineno, trace)
        trace = trace.tb_next
    if count > _MAX_FRAMES:
        yield f"  [... {count - _MAX_FRAMES} frames cut ...]\n"


def _frame(code: CodeType, line: int, trace: TracebackType) -> str:
    key = (code, line)
    text = _frames.get(key)
    if text is None:
        if len(_frames) >= _KEPT:
            _frames.clear()
        source = linecache.getline(code.co_filename, line, trace.tb_frame.f_globals).strip()
        text = f'  File "{code.co_filename}", line {line}, in {code.co_name}\n'
        text += f"    {source}\n" if source else ""
        _frames[key] = text
    return text
