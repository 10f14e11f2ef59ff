"""The routes of Alertmanager's HTTP API, which a mounted application answers, in the words of OpenAPI."""

from __future__ import annotations

from typing import Any, Final

from otel_monitoring.api.document.naming import named

MOUNT: Final = "/alertmanager"

_TEXT: Final = {"type": "string"}
SCHEMAS: Final[dict[str, Any]] = {
    "AlertmanagerSilence": {
        "title": "AlertmanagerSilence",
        "description": "A silence, as it is made or changed.",
        "type": "object",
        "required": ["matchers", "startsAt", "endsAt", "createdBy", "comment"],
        "properties": {
            "id": {
                "type": ["string", "null"],
                "description": "Of the silence to change; left out for a new one.",
            },
            "matchers": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["name", "value", "isRegex"],
                    "properties": {
                        "name": _TEXT,
                        "value": _TEXT,
                        "isRegex": {"type": "boolean"},
                        "isEqual": {"type": "boolean"},
                    },
                },
            },
            "startsAt": {"type": "string", "format": "date-time"},
            "endsAt": {"type": "string", "format": "date-time"},
            "createdBy": _TEXT,
            "comment": _TEXT,
        },
    }
}
_FLAG: Final = {"type": "boolean", "default": True}
_FILTER: Final = (
    "filter",
    {"type": "array", "items": _TEXT},
    "A matcher, repeated.",
    ['severity="critical"'],
)
_RECEIVER: Final = ("receiver", _TEXT, "A regular expression for the whole name of a receiver.", "team-.*")
_ALERTS: Final = (
    _FILTER,
    _RECEIVER,
    *(
        (name, _FLAG, f"Whether to show those that are {name}.", True)
        for name in ("active", "silenced", "inhibited")
    ),
)
_SILENCE_ID: Final[dict[str, Any]] = {
    "name": "silence_id",
    "in": "path",
    "required": True,
    "schema": _TEXT,
    "example": "7d8e1c1b-7f05-4b3e-9f2f-3b8f8a9f8f5c",
}
_READ: Final[dict[str, tuple[str, tuple[Any, ...]]]] = {
    "status": ("Version, configuration and cluster", ()),
    "alerts": ("Alerts, as Alertmanager has them", (*_ALERTS, ("unprocessed", _FLAG, "Of no effect.", True))),
    "alerts/groups": (
        "Alerts, as people are told of them",
        (*_ALERTS, ("muted", _FLAG, "Muted ones.", True)),
    ),
    "receivers": ("Who can be told", ()),
    "silences": ("All silences", (_FILTER,)),
}


def paths() -> dict[str, Any]:
    """Return the routes, by their paths below the prefix of the API."""
    base = f"{MOUNT}/api/v2"
    found: dict[str, Any] = {
        f"{base}/{route}": {"get": _operation("get", f"{base}/{route}", summary, parameters=parameters)}
        for route, (summary, parameters) in _READ.items()
    }
    found[f"{base}/silences"]["post"] = {
        **_operation("post", f"{base}/silences", "Make or change a silence", errors=(400, 404, 413, 415)),
        "requestBody": _body({"$ref": "#/components/schemas/AlertmanagerSilence"}),
    }
    found[f"{base}/alerts"]["post"] = {
        **_operation("post", f"{base}/alerts", "Refused: rules make the alerts", is_done=False),
        "requestBody": _body({"type": "array", "items": {"type": "object"}}),
    }
    one = f"{base}/silence/{{silence_id}}"
    found[one] = {
        "get": _operation("get", one, "One silence", has_path=True, errors=(400, 404, 422)),
        "delete": _operation(
            "delete", one, "End a silence", has_path=True, errors=(400, 404, 422), has_body=False
        ),
    }
    for route, summary in (
        ("-/healthy", "That the process answers"),
        ("-/ready", "That it is ready"),
        ("metrics", "The version, for tools that look for it"),
    ):
        found[f"{MOUNT}/{route}"] = {
            "get": _operation("get", f"{MOUNT}/{route}", summary, media="text/plain")
        }
    return found


def _operation(  # noqa: PLR0913 - the few ways in which its routes differ
    method: str,
    path: str,
    summary: str,
    *,
    parameters: tuple[Any, ...] = (),
    errors: tuple[int, ...] = (400,),
    has_path: bool = False,
    has_body: bool = True,
    is_done: bool = True,
    media: str = "application/json",
) -> dict[str, Any]:
    shown = [
        {"name": name, "in": "query", "schema": schema, "description": text, "example": example}
        for name, schema, text, example in parameters
    ]
    content = {"content": {media: {"schema": _TEXT if media == "text/plain" else {}}}} if has_body else {}
    responses: dict[str, Any] = {"200": {"description": "The result.", **content}} if is_done else {}
    for status in errors if media != "text/plain" else ():
        responses[str(status)] = {"description": _ERRORS[status], "content": {"application/json": _ERROR}}
    return {
        "tags": ["alertmanager"],
        "summary": summary,
        "operationId": named(method, path),
        "parameters": [_SILENCE_ID, *shown] if has_path else shown,
        "responses": responses,
    }


_ERRORS: Final = {
    400: "It is not valid.",
    404: "There is none of that id.",
    413: "The body is too long.",
    415: "The body is no JSON.",
    422: "The id is not valid.",
}
_ERROR: Final[dict[str, Any]] = {
    "schema": {
        "description": "A text, or what is not valid.",
        "anyOf": [
            _TEXT,
            {"type": "object", "properties": {"code": {"type": "integer"}, "message": _TEXT}},
        ],
    },
    "example": {"code": 601, "message": "silence_id in path must be of type uuid"},
}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
