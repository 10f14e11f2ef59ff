"""What every route may answer in place of a result."""

from __future__ import annotations

from typing import Any, Final

from otel_monitoring.api.failing import title_of
from otel_monitoring.api.problems import MEDIA_TYPE, problem

PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "Why a request was not done, as RFC 9457 has it.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "description": "Names the kind of problem; `about:blank` where the status says all.",
        },
        "title": {"type": "string", "description": "The kind in words."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What was wrong this time, and what was expected."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "errors": {
            "type": "array",
            "description": "Each field that is not valid.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "examples": ["query.limit", "body.endsAt"]},
                    "message": {"type": "string", "description": "What was wrong, and what was expected."},
                    "value": {"type": "string", "description": "What was found there, where that is plain."},
                },
            },
        },
    },
}
WORDS: Final[dict[int, tuple[str, str]]] = {
    401: ("Nobody proved who asks.", "Send the header 'Authorization: Bearer <token>'."),
    403: ("Who asks may not do that.", "This needs the role admin."),
    404: ("There is nothing of that name.", "there is no alert 'x': expected one of /alerts"),
    409: ("That cannot be done to it as it stands.", "the alert does not fire: expected one that does"),
    413: ("The body is too long.", "The body is longer than 1048576 bytes."),
    422: ("A parameter or a field is not valid; `errors` names each.", "query.limit: expected 1 or more"),
    429: ("Too many requests; `Retry-After` says when to come back.", "Come back in 12 seconds."),
    503: ("It cannot be answered now; try again later.", "The log says why."),
}
_OF_FASTAPI: Final = {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}
_REF: Final = {"$ref": "#/components/schemas/Problem"}
_BODY_METHODS: Final = frozenset(("post", "put", "patch"))


def put_refusals(operation: dict[str, Any], *, method: str, role: str, is_mounted: bool = False) -> None:
    """Add what an operation may answer instead; what it says of that itself is kept.

    Args:
        operation: Its description, which is changed.
        method: Its method, in lower case.
        role: Who may use it.
        is_mounted: Whether another application answers it, which has errors of its own form.
    """
    responses = operation["responses"]
    added = _before(role) if is_mounted else [*_before(role), *_within(method)]
    for status in added:
        response = responses.setdefault(str(status), {"description": WORDS[status][0]})
        _put_problem(response.setdefault("content", {}), status)
    if not is_mounted:
        responses["422"]["description"] = WORDS[422][0]
        for text, response in responses.items():
            if MEDIA_TYPE in response.get("content", ()):
                _put_problem(response["content"], int(text))


def _before(role: str) -> list[int]:
    """Return what is answered before a route is reached."""
    return [429, 503] if role == "public" else [401, 403, 429, 503]


def _within(method: str) -> list[int]:
    return [413, 422] if method in _BODY_METHODS else [422]


def _put_problem(content: dict[str, Any], status: int) -> None:
    """Say that an answer is a problem, with an example."""
    if content.get("application/json") == _OF_FASTAPI:
        del content["application/json"]
    detail = WORDS[status][1] if status in WORDS else ""
    example = problem(status=status, title=title_of(status), detail=detail)
    content[MEDIA_TYPE] = {"schema": _REF, "example": example}
