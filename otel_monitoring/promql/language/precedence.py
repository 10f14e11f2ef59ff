"""How strongly the binary operators bind, and the sign among them."""

from __future__ import annotations

PRECEDENCE = {
    "or": 1,
    **dict.fromkeys(("and", "unless"), 2),
    **dict.fromkeys(("==", "!=", "<=", "<", ">=", ">"), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%", "atan2"), 5),
    "^": 6,
}
UNARY = 6
"""What the operand of a sign binds with at least: ``-1 ^ 2`` is ``-(1 ^ 2)``."""
