"""``silences`` and ``silence/{id}``: listed, made, changed and ended as Alertmanager does it."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.api.actor import API_ACTOR
from otel_monitoring.api.alertmanager.answer import (
    BAD_REQUEST,
    NOT_FOUND,
    REQUIRED,
    TOO_FEW,
    UNPROCESSABLE,
    ApiError,
    answer,
    time_text,
)
from otel_monitoring.api.refused import RefusedError
from otel_monitoring.model.matcher import Matcher, MatchOp

if TYPE_CHECKING:
    from otel_monitoring.alerts.routing.silences import Silence
    from otel_monitoring.api.alertmanager.parameters import Parameters
    from otel_monitoring.api.desk import AlertDesk

_OPERATORS: dict[tuple[bool, bool], MatchOp] = {
    (False, True): "=",
    (False, False): "!=",
    (True, True): "=~",
    (True, False): "!~",
}


def silences(desk: AlertDesk, given: Parameters) -> Response:
    """Answer ``GET silences``: active ones by their end, pending ones by their start, then what is over."""
    now_ms, matches = desk.clock.now_ms(), given.filter()
    found = [one for one in desk.silences.all() if matches({m.name: m.value for m in one.matchers})]
    return answer([_body(one, now_ms) for one in sorted(found, key=lambda one: _order(one, now_ms))])


def silence(desk: AlertDesk, _given: Parameters, silence_id: str) -> Response:
    """Answer ``GET silence/{id}``."""
    return answer(_body(_known(desk, silence_id), desk.clock.now_ms()))


def expire(desk: AlertDesk, _given: Parameters, silence_id: str) -> Response:
    """Answer ``DELETE silence/{id}``: it ends now; one that is over stays over, as with Alertmanager."""
    known = _known(desk, silence_id)
    with suppress(RoutingError):
        desk.silences.expire(known.id, actor=API_ACTOR)
    return Response(status_code=200)


def put(desk: AlertDesk, body: bytes) -> Response:
    """Answer ``POST silences``: make one, or change the one whose id is stated."""
    given = _fields(body)
    wanted: dict[str, Any] = {
        "matchers": _matchers(given),
        "starts_at_ms": _time_ms(given, "startsAt"),
        "ends_at_ms": _time_ms(given, "endsAt"),
        "author": _needed(given, "createdBy", str).strip(),
        "comment": _needed(given, "comment", str).strip(),
    }
    silence_id = given.get("id") or ""
    if silence_id:
        _known(desk, str(silence_id))
    try:
        desk.refuse_elsewhere()
        made = (
            desk.silences.edit(silence_id, actor=wanted["author"], **wanted)
            if silence_id
            else desk.silences.create(**wanted)
        )
    except (RoutingError, RefusedError) as error:
        msg = f"Failed to create silence: {error}"
        raise ApiError(msg) from None
    return answer({"silenceID": made.id})


def _known(desk: AlertDesk, silence_id: str) -> Silence:
    try:
        return desk.silences.get(silence_id)
    except RoutingError as error:
        raise ApiError(str(error), status=NOT_FOUND) from None


def _order(one: Silence, now_ms: int) -> tuple[int, int]:
    state = one.state(now_ms)
    times_ms = {"active": one.ends_at_ms, "pending": one.starts_at_ms, "expired": -one.ends_at_ms}
    return list(times_ms).index(state), times_ms[state]


def _body(one: Silence, now_ms: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": {"state": one.state(now_ms)},
        "updatedAt": time_text(one.updated_at_ms),
        "comment": one.comment,
        "createdBy": one.author,
        "endsAt": time_text(one.ends_at_ms),
        "matchers": [
            {
                "isEqual": matcher.op in ("=", "=~"),
                "isRegex": matcher.op in ("=~", "!~"),
                "name": matcher.name,
                "value": matcher.value,
            }
            for matcher in one.matchers
        ],
        "startsAt": time_text(one.starts_at_ms),
    }


def _fields(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise _unreadable(str(error)) from None
    if not isinstance(found, dict):
        why = f"expected an object, found {type(found).__name__}"
        raise _unreadable(why)
    return found


def _needed(given: dict[str, Any], name: str, kind: type, *, where: str = "") -> Any:
    value = given.get(name)
    if value is None:
        msg = f"{where}{name} in body is required"
        raise ApiError(msg, status=UNPROCESSABLE, code=REQUIRED)
    if not isinstance(value, kind):
        why = f"{where}{name} is {value!r}: expected {kind.__name__}"
        raise _unreadable(why)
    return value


def _matchers(given: dict[str, Any]) -> tuple[Matcher, ...]:
    found = _needed(given, "matchers", list)
    if not found:
        msg = "matchers in body should have at least 1 items"
        raise ApiError(msg, status=UNPROCESSABLE, code=TOO_FEW)
    return tuple(_matcher(one, where=f"matchers.{number}") for number, one in enumerate(found))


def _matcher(given: Any, *, where: str) -> Matcher:
    if not isinstance(given, dict):
        why = f"{where} is {given!r}: expected an object"
        raise _unreadable(why)
    name, value = (_needed(given, part, str, where=f"{where}.") for part in ("name", "value"))
    is_regex = _needed(given, "isRegex", bool, where=f"{where}.")
    return Matcher(name, _OPERATORS[is_regex, given.get("isEqual", True) is not False], value)


def _time_ms(given: dict[str, Any], name: str) -> int:
    text = _needed(given, name, str)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        why = f"{name} is {text!r}: expected a time of RFC 3339"
        raise _unreadable(why)
    return round(found.timestamp() * 1000)


def _unreadable(why: str) -> ApiError:
    return ApiError(f'parsing silence body from "" failed, because {why}', code=BAD_REQUEST)
