"""Pages of what happened, the newest in front: the same parameters and the same answer everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from otel_monitoring.api.refused import RefusedError
from otel_monitoring.api.windows import End, Hours, Length, Moment, WantedWindow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from otel_monitoring.model.clock import Clock

_MOST = 1000
_CURSOR: Final = re.compile(r"(-?\d{1,15})\.(\d{1,18})", re.ASCII)

Cursor: TypeAlias = Annotated[
    str | None,
    Query(description="`next` of the page before.", examples=["1772442847000.314"]),
]
Limit: TypeAlias = Annotated[
    int, Query(ge=1, le=_MOST, description="How much a page holds at most.", examples=[50])
]
Place: TypeAlias = tuple[int, int]
"""The time of something in Unix milliseconds and its number where it is kept: what pages go on after."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for.

    Attributes:
        since_ms: Where its time begins, Unix milliseconds.
        until_ms: Where it ends, which is left out; ``None`` for no end.
        before: What the page before ended with; ``None`` for the first page.
        most: How much a page holds.
    """

    since_ms: int
    until_ms: int | None
    before: Place | None
    most: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parameters of a request for a page, as they were given."""

    when: WantedWindow
    limit: int
    cursor: str | None

    def read(self, clock: Clock) -> Asked:
        """Return which page that is.

        Raises:
            RefusedError: One of them is not valid.
        """
        bounds = self.when.bounds(clock)
        return Asked(bounds.start_ms or 0, bounds.end_ms, _place(self.cursor), self.limit)


class PageBody(BaseModel):
    """A page of what happened, the newest in front."""

    next: str | None = Field(description="The `cursor` of the next page; empty on the last one.")
    read_from: Literal["storage", "memory"] = Field(
        serialization_alias="readFrom",
        description="`memory`: there is no storage, or it cannot be used now; these are the newest thousand "
        "of the process that answers.",
    )


def wanted(
    since: Moment = None,
    until: End = None,
    window: Length = None,
    hours: Hours = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Wanted:
    """Take the parameters of a request as they are."""
    return Wanted(WantedWindow(since, until, window, hours), limit, cursor)


Wants: TypeAlias = Annotated[Wanted, Depends(wanted)]
"""What a route takes that answers with a page."""


def page(places: Sequence[Place], asked: Asked, *, is_kept: bool) -> dict[str, Any]:
    """Return the fields of a :class:`PageBody`.

    Args:
        places: Where what is on the page is, in the order of the page.
        asked: What was asked for.
        is_kept: Whether the storage answered.
    """
    is_full = len(places) == asked.most
    at_ms, number = places[-1] if is_full else (0, 0)
    return {
        "next": f"{at_ms}.{number}" if is_full else None,
        "read_from": "storage" if is_kept else "memory",
    }


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        msg = f"query.cursor is {cursor[:40]!r}: expected `next` of another page"
        raise RefusedError(msg, field="query.cursor")
    return int(found[1]), int(found[2])
