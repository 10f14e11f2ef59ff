"""What Prometheus checks of the kinds of operands and arguments, in its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.promql.language.lexer import Token
    from otel_monitoring.promql.language.nodes import Matching
    from otel_monitoring.promql.language.reading import Reader
    from otel_monitoring.promql.language.signatures import Kind, Signature

SETS = frozenset(("and", "or", "unless"))
COMPARISONS = frozenset(("==", "!=", "<=", "<", ">=", ">"))
_VALUES = frozenset(("scalar", "instant vector"))
_PARAMETER_AND_VECTOR = 2


@dataclass(frozen=True, slots=True)
class Operation:
    """A binary operator, where it stands, and its modifiers."""

    op: str
    start: int
    return_bool: bool
    matching: Matching
    fills: bool = False


def check_unary(reader: Reader, kind: Kind, start: int) -> None:
    """Refuse a sign before a string or a range vector."""
    if kind not in _VALUES:
        message = (
            f'unary expression only allowed on expressions of type scalar or instant vector, got "{kind}"'
        )
        reader.fail(message, start)


def check_subquery(reader: Reader, kind: Kind, start: int) -> None:
    """Refuse a subquery of anything but an instant vector."""
    if kind != "instant vector":
        reader.fail(f"subquery is only allowed on instant vector, got {kind} instead", start)


def check_call(reader: Reader, name: Token, signature: Signature, args: Sequence[tuple[Kind, int]]) -> None:
    """Refuse a wrong number of arguments, or one of a wrong kind."""
    least, most, got = signature.least, signature.most, len(args)
    if got < least or (most is not None and got > most):
        bound = "" if least == most else "at least " if got < least else "at most "
        many = least if got < least else most
        reader.fail(f'expected {bound}{many} argument(s) in call to "{name.text}", got {got}', name.start)
    for at, (kind, start) in enumerate(args):
        wanted = signature.kinds[min(at, len(signature.kinds) - 1)]
        _check_kind(reader, kind, wanted, f'call to function "{name.text}"', start)


def check_aggregate(reader: Reader, start: int, takes: Kind | None, args: Sequence[tuple[Kind, int]]) -> None:
    """Refuse a wrong number of arguments of an aggregation, or one of a wrong kind."""
    wanted = 1 if takes is None else _PARAMETER_AND_VECTOR
    if not args:
        reader.fail("no arguments for aggregate expression provided", start)
    if len(args) != wanted:
        message = (
            f"wrong number of arguments for aggregate expression provided, expected {wanted}, got {len(args)}"
        )
        reader.fail(message, start)
    _check_kind(reader, args[-1][0], "instant vector", "aggregation expression", args[-1][1])
    if takes is not None:
        _check_kind(reader, args[0][0], takes, "aggregation parameter", args[0][1])


def _check_kind(reader: Reader, kind: Kind, wanted: Kind, context: str, start: int) -> None:
    if kind != wanted:
        reader.fail(f"expected type {wanted} in {context}, got {kind}", start)


def check_binary(reader: Reader, operation: Operation, left: Kind, right: Kind) -> Kind:
    """Return the kind of the result of a binary operator.

    Raises:
        QueryError: The operator does not take such operands or modifiers.
    """
    message = _refusal(operation, left, right)
    if message:
        reader.fail(message, operation.start)
    return "scalar" if left == right == "scalar" else "instant vector"


def _refusal(operation: Operation, left: Kind, right: Kind) -> str:
    op, scalars = operation.op, (left, right).count("scalar")
    if operation.return_bool and op not in COMPARISONS:
        return "bool modifier can only be used on comparison operators"
    if left not in _VALUES or right not in _VALUES:
        return "binary expression must contain only scalar and instant vector types"
    if op in COMPARISONS and scalars == 2 and not operation.return_bool:  # noqa: PLR2004 - both sides
        return "comparisons between scalars must use BOOL modifier"
    if op in SETS and scalars:
        return f'set operator "{op}" not allowed in binary scalar expression'
    return _matching_refusal(operation, scalars)


def _matching_refusal(operation: Operation, scalars: int) -> str:
    matching = operation.matching
    if scalars and (matching.labels or matching.include):
        return "vector matching only allowed between instant vectors"
    if operation.fills and scalars:
        return "filling in missing series only allowed between instant vectors"
    if operation.fills and operation.op in SETS:
        return "filling in missing series not allowed for set operators"
    return ""
