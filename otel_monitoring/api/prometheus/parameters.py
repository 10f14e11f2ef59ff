"""The parameters of a request: form fields, wherever they stand, and how Prometheus reads them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from otel_monitoring.api.prometheus.answer import ApiError
from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

_LATEST_MS = 253_402_300_799_999  # the last millisecond of the year 9999
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_MICROSECONDS = 6
_YES = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_NO = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_MOST_FIELDS = 10_000


class Parameters:
    """The fields of one request.

    Args:
        query: The query string.
        body: The body of a form that was posted; its fields come first.
    """

    def __init__(self, query: bytes, body: bytes = b"") -> None:
        self._fields: dict[str, list[str]] = {}
        for text in (body, query):
            try:
                pairs = parse_qsl(text.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
            except ValueError as error:
                msg = f"error parsing form values: {error}"
                raise ApiError(msg) from None
            for name, value in pairs:
                self._fields.setdefault(name, []).append(value)

    def get(self, name: str) -> str:
        """Return the first value of a field; a missing one is empty."""
        return self._fields.get(name, [""])[0]

    def all(self, name: str) -> Sequence[str]:
        """Return all values of a field."""
        return self._fields.get(name, ())

    def time_ms(self, name: str, default_ms: int | None = None) -> int:
        """Return a time in Unix milliseconds.

        Raises:
            ApiError: It is neither a number of seconds nor RFC 3339, or missing without a default.
        """
        text = self.get(name)
        if not text and default_ms is not None:
            return default_ms
        time_ms = _time_ms(text)
        if time_ms is None:
            raise invalid(name=name, reason=f'cannot parse "{text}" to a valid timestamp')
        return time_ms

    def duration_ms(self, name: str) -> int:
        """Return a duration in milliseconds: seconds, or with units as in ``1h30m``.

        Raises:
            ApiError: It is neither.
        """
        text = self.get(name)
        try:
            seconds = float(text) if text.isascii() else math.nan
        except ValueError:
            return self._with_units_ms(name)
        if not math.isfinite(seconds) or "_" in text:
            raise invalid(name=name, reason=f'cannot parse "{text}" to a valid duration')
        if abs(seconds) >= 2**63 / 1e9:
            raise invalid(name=name, reason=f'cannot parse "{text}" to a valid duration. It overflows int64')
        return round(seconds * 1000)

    def _with_units_ms(self, name: str) -> int:
        text = self.get(name)
        try:
            return parse_duration(text)
        except RuleError:
            raise invalid(name=name, reason=f'cannot parse "{text}" to a valid duration') from None

    def number(self, name: str, *, default: int) -> int:
        """Return a whole number.

        Raises:
            ApiError: It is none.
        """
        text = self.get(name)
        if text and not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            msg = f"{name} must be a number"
            raise ApiError(msg)
        return int(text or default)

    def flag(self, name: str) -> bool:
        """Return a choice, false where it is missing.

        Raises:
            ApiError: It is neither of the words for yes and no.
        """
        text = self.get(name)
        if text and text not in _YES | _NO:
            raise invalid(name=name, reason=f'cannot parse "{text}" to true or false')
        return text in _YES

    def limit(self) -> int:
        """Return the parameter ``limit``: the most entries of an answer, 0 for all.

        Raises:
            ApiError: It is no whole number, or a negative one.
        """
        text = self.get("limit")
        if not text:
            return 0
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise invalid(name="limit", reason=f'cannot parse "{text}" to a whole number')
        if int(text) < 0:
            raise invalid(name="limit", reason="limit must be non-negative")
        return int(text)


def invalid(*, name: str, reason: str) -> ApiError:
    """Return the error about one parameter."""
    return ApiError(f'invalid parameter "{name}": {reason}')


def _time_ms(text: str) -> int | None:
    try:
        seconds = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return _rfc3339_ms(text)
    if not math.isfinite(seconds) or abs(seconds * 1000) > _LATEST_MS:
        return None
    return round(seconds * 1000)


def _rfc3339_ms(text: str) -> int | None:
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    fraction = found[1] or ""
    whole = text.upper().replace(fraction, fraction[: _MICROSECONDS + 1], 1)
    try:
        time = datetime.fromisoformat(whole)
    except ValueError:
        return None
    return round((time - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
