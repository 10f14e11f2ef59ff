"""Names of operations, which last as long as their routes: programs are generated from them."""

from __future__ import annotations

from typing import Any


def operation_id(route: Any) -> str:
    """Return a name that lasts as long as the route: ``getAlertsByFingerprint``."""
    return named(min(route.methods), route.path_format)


def named(method: str, path: str) -> str:
    """Return the name of the operation that a method does on a path."""
    words = [_word(part) for part in path.strip("/").replace(".", "/").replace("-", "/").split("/")]
    return method.lower() + "".join(words)


def _word(part: str) -> str:
    if part.startswith("{"):
        return "By" + _word(part.strip("{}"))
    return "".join(one[:1].upper() + one[1:] for one in part.split("_"))
