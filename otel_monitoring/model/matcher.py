"""Label matchers: the four conditions that selectors, silences and inhibitions are made of.

Regular expressions are RE2's: linear time on any input, anchored at both ends, the dot matches a newline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from otel_monitoring.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.labels import Labels

MatchOp = Literal["=", "!=", "=~", "!~"]

_META = frozenset("\\.+*?()|[]{}^$")
_REGEX_MEMORY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on one label; a missing label is the empty string.

    Attributes:
        name: The name of the label, ``__name__`` for the metric's name.
        op: ``=``, ``!=``, ``=~`` or ``!~``.
        value: A literal, or an RE2 expression for the last two.
    """

    name: str
    op: MatchOp
    value: str

    def test(self) -> Callable[[str], bool]:
        """Return the condition as a function of the label's value.

        Raises:
            QueryError: The regular expression is not valid RE2.
        """
        if self.op == "=":
            return self.value.__eq__
        if self.op == "!=":
            return self.value.__ne__
        found = regex_test(self.value)
        return found if self.op == "=~" else lambda value: not found(value)

    def matches(self, labels: Labels) -> bool:
        """Tell whether a label set fulfils the condition."""
        return self.test()(labels.get(self.name))

    def __str__(self) -> str:
        """Write the matcher as PromQL does."""
        value = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{self.op}"{value}"'


@lru_cache(maxsize=1024)
def regex_test(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a whole text matches ``pattern``.

    Alternatives of plain words, by far the most frequent form, become a look-up in a set.

    Raises:
        QueryError: The regular expression is not valid RE2.
    """
    words = pattern.split("|")
    if not any(_META & set(word) for word in words):
        return frozenset(words).__contains__
    fullmatch = compile_regex(pattern).fullmatch
    return lambda value: fullmatch(value) is not None


@lru_cache(maxsize=1024)
def compile_regex(pattern: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - google-re2 has no types
    """Compile an RE2 expression whose dot matches a newline.

    Raises:
        QueryError: The regular expression is not valid RE2, or takes too much memory.
    """
    import re2

    options = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = _REGEX_MEMORY_BYTES
    try:
        return re2.compile(pattern, options)
    except UnicodeEncodeError:
        msg = f"{pattern!r} is not a regular expression of RE2: expected UTF-8"
        raise QueryError(msg) from None
    except re2.error as error:
        reason = error.args[0] if error.args else error
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        msg = f"{pattern!r} is not a regular expression of RE2: {text}"
        raise QueryError(msg) from error
