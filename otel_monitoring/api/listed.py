"""Pages of lists that have an order of their own: what comes after the last one seen, whatever came or went.

The cursor holds the key of the last one on the page, so that pages neither repeat nor leave out what stays.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from pydantic import BaseModel, Field

from otel_monitoring.api.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

Key: TypeAlias = tuple[str | int, ...]
"""What a list is ordered by: the same kinds of values, in the same places, for each of it."""

_LONGEST: Final = 2000


class ListBody(BaseModel):
    """A page of a list."""

    next: str | None = Field(description="The `cursor` of the next page; empty on the last one.")


def listed(
    found: Sequence[T], *, key: Callable[[T], Key], limit: int, cursor: str | None
) -> tuple[list[T], str | None]:
    """Return a page of a list, and the cursor of the next one.

    Args:
        found: The list, in any order.
        key: What it is ordered by, ascending; no two have the same.
        limit: The most on a page.
        cursor: Of the page; ``None`` for the first one.

    Raises:
        RefusedError: The cursor is of another list, or none.
    """
    keyed = sorted(((key(one), place) for place, one in enumerate(found)))
    if cursor is not None:
        after = read_cursor(cursor, like=keyed[0][0] if keyed else None)
        keyed = [one for one in keyed if one[0] > after]
    page = keyed[:limit]
    is_more = len(keyed) > limit
    return [found[place] for _, place in page], written_cursor(page[-1][0]) if is_more else None


def written_cursor(key: Key) -> str:
    """Return a key as a cursor."""
    text = json.dumps(key, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(cursor: str, *, like: Key | None = None) -> Key:
    """Return the key that a cursor holds.

    Args:
        cursor: What the client gave.
        like: A key of the list; ``None`` where it is empty.

    Raises:
        RefusedError: It is the cursor of another list, or none.
    """
    found = _decoded(cursor) if len(cursor) <= _LONGEST else None
    if found is None or (like is not None and list(map(type, found)) != list(map(type, like))):
        msg = f"query.cursor is {cursor[:40]!r}: expected `next` of another page of this list"
        raise RefusedError(msg, field="query.cursor")
    return found


def _decoded(cursor: str) -> Key | None:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found = json.loads(text)
    except (binascii.Error, ValueError, RecursionError):
        return None
    is_key = isinstance(found, list) and found and all(type(one) in (str, int) for one in found)
    return tuple(found) if is_key else None
