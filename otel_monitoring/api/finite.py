"""JSON without numbers that JSON does not have."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(content: Any) -> bytes:
    """Return JSON in which NaN and the infinities are ``null``, however deep they lie.

    Only what holds such a number is copied first.
    """
    try:
        return _text(content)
    except ValueError:
        return _text(_finite(content))


def _text(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_key(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value


def _key(key: Any) -> Any:
    return str(key) if isinstance(key, float) else key
