"""One silence: what it holds, how it stands at a time, and which are refused (S9.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from otel_monitoring.alerts.routing.errors import RoutingError, SilenceError
from otel_monitoring.alerts.routing.matcher import checked, matches_anything
from otel_monitoring.model.matcher import Matcher

if TYPE_CHECKING:
    from collections.abc import Mapping

SilenceState: TypeAlias = Literal["pending", "active", "expired"]

_MOST_MATCHERS = 50
_MOST_TEXT = 4096
_LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999, after which RFC 3339 has no words."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts that are not told for a while.

    Attributes:
        id: Names it.
        matchers: What an alert has to fulfil to be silenced.
        starts_at_ms: From when, Unix milliseconds.
        ends_at_ms: Until when, Unix milliseconds.
        author: Who made it.
        comment: Why.
        updated_at_ms: When it was made or last changed.
        is_ended: Whether somebody has ended it: then a clock that is set back does not bring it back.
    """

    id: str
    matchers: tuple[Matcher, ...]
    starts_at_ms: int
    ends_at_ms: int
    author: str
    comment: str
    updated_at_ms: int
    is_ended: bool = False

    def state(self, now_ms: int) -> SilenceState:
        """Return how it stands at a time."""
        if self.is_ended:
            return "expired"
        if now_ms < self.starts_at_ms:
            return "pending"
        return "active" if now_ms < self.ends_at_ms else "expired"


def end_of(ends_at_ms: int | None) -> int:
    """Return the end of a silence, which has to have one.

    Raises:
        SilenceError: It has none.
    """
    if ends_at_ms is None:
        msg = "silence without an end: expected when it ends"
        raise SilenceError(msg, field="ends_at_ms")
    return ends_at_ms


def valid(silence: Silence, now_ms: int) -> Silence:
    """Return a silence that hides neither everything nor for ever, and says by whom and why.

    Raises:
        SilenceError: It is not like that; the error names the field, the value and what was expected.
    """
    _check_texts(silence)
    _check_matchers(silence.matchers)
    starts, ends = _when(silence.starts_at_ms), _when(silence.ends_at_ms)
    for is_wrong, field, problem in (
        (
            silence.ends_at_ms <= silence.starts_at_ms,
            "ends_at_ms",
            f"ends at {ends}, not after its start: expected more than {starts}",
        ),
        (
            silence.ends_at_ms <= now_ms,
            "ends_at_ms",
            f"ends at {ends}, which is past: expected more than {_when(now_ms)}",
        ),
        (
            silence.ends_at_ms > _LAST_MS,
            "ends_at_ms",
            f"ends at {ends}: expected no year after 9999",
        ),
        (not silence.author, "author", "has no author: expected who makes it"),
        (not silence.comment, "comment", "has no comment: expected why it is made"),
        (
            len(silence.author) + len(silence.comment) > _MOST_TEXT,
            "comment",
            f"has a long author or comment: expected at most {_MOST_TEXT} characters",
        ),
    ):
        if is_wrong:
            msg = f"silence {problem}"
            raise SilenceError(msg, field=field)
    return silence


def _check_texts(silence: Silence) -> None:
    """Refuse halves of characters: JSON can hold them, and nothing that is sent or stored can."""
    named = [("author", silence.author), ("comment", silence.comment)]
    for field, text in (*named, *(("matchers", one.name + one.value) for one in silence.matchers)):
        try:
            text.encode()
        except UnicodeEncodeError:
            msg = f"silence has {text!r} in {field}: expected UTF-8"
            raise SilenceError(msg, field=field) from None


def _check_matchers(matchers: tuple[Matcher, ...]) -> None:
    try:
        checked(matchers)
    except RoutingError as error:
        raise SilenceError(str(error), field="matchers") from error
    written = ", ".join(map(str, matchers))
    for is_wrong, problem in (
        (not matchers, "has no matcher: expected at least one"),
        (len(matchers) > _MOST_MATCHERS, f"has too many matchers: expected at most {_MOST_MATCHERS}"),
        (any(not one.name for one in matchers), "has a matcher without a name: expected a label"),
        (
            bool(matchers) and matches_anything(matchers),
            f"matches everything with {{{written}}}: expected a matcher that does not match the empty value",
        ),
    ):
        if is_wrong:
            msg = f"silence {problem}"
            raise SilenceError(msg, field="matchers")


def _when(time_ms: int) -> str:
    try:
        return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return f"{time_ms} ms"


def check_changes(changes: Mapping[str, Any]) -> None:
    """Refuse changes of what a silence does not have.

    Raises:
        RoutingError: There is such a change, or an end that is none.
    """
    known = {"matchers", "starts_at_ms", "ends_at_ms", "author", "comment"}
    unknown = sorted(changes.keys() - known)
    if unknown:
        msg = f"silence has no field {unknown[0]!r}: expected one of {', '.join(sorted(known))}"
        raise RoutingError(msg)
    end_of(changes.get("ends_at_ms", 0))


def record_of(silence: Silence) -> dict[str, Any]:
    """Return a silence as a plain record."""
    return {
        "id": silence.id,
        "matchers": [[one.name, one.op, one.value] for one in silence.matchers],
        "starts_at_ms": silence.starts_at_ms,
        "ends_at_ms": silence.ends_at_ms,
        "author": silence.author,
        "comment": silence.comment,
        "updated_at_ms": silence.updated_at_ms,
        "is_ended": silence.is_ended,
    }


def silence_of(record: Mapping[str, Any]) -> Silence:
    """Return the silence of a plain record."""
    matchers = tuple(Matcher(name, op, value) for name, op, value in record["matchers"])
    return Silence(**{**record, "matchers": matchers})
