"""The routes of Prometheus's HTTP API, which a mounted application answers, in the words of OpenAPI."""

from __future__ import annotations

from typing import Any, Final

from otel_monitoring.api.document.naming import named

MOUNT: Final = "/prometheus"

SCHEMAS: Final[dict[str, Any]] = {
    "PrometheusAnswer": {
        "title": "PrometheusAnswer",
        "description": "What Prometheus wraps every result in.",
        "type": "object",
        "required": ["status"],
        "properties": {
            "status": {"type": "string", "enum": ["success", "error"]},
            "data": {"description": "The result; its form depends on the route."},
            "errorType": {"type": "string", "examples": ["bad_data", "execution", "timeout"]},
            "error": {"type": "string"},
            "warnings": {"type": "array", "items": {"type": "string"}},
            "infos": {"type": "array", "items": {"type": "string"}},
            "tiers": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Where samples came from.",
            },
            "groupNextToken": {"type": "string"},
        },
    }
}

_TEXT: Final = {"type": "string"}
_MANY: Final = {"type": "array", "items": _TEXT}
_PARAMETERS: Final[dict[str, tuple[dict[str, Any], str, Any]]] = {
    "query": (_TEXT, "PromQL.", "up"),
    "time": (_TEXT, "RFC 3339 or Unix seconds; now if left out.", "1772442000"),
    "start": (_TEXT, "RFC 3339 or Unix seconds.", "1772442000"),
    "end": (_TEXT, "RFC 3339 or Unix seconds.", "1772445600"),
    "step": (_TEXT, "A duration or seconds.", "15s"),
    "timeout": (_TEXT, "When to give up, as a duration.", "30s"),
    "limit": (_TEXT, "How many at most; 0 for all.", "100"),
    "limit_per_metric": (_TEXT, "How many of each metric.", "1"),
    "lookback_delta": (_TEXT, "How far back a sample counts as the newest.", "5m"),
    "stats": (_TEXT, "Whether to say what it cost.", "all"),
    "match[]": (_MANY, "A selector of series, repeated.", ["up"]),
    "metric": (_TEXT, "The name of a metric.", "up"),
    "match_target": (_TEXT, "A selector of targets.", '{job="shop"}'),
    "state": (_TEXT, "`active`, `dropped` or `any`.", "active"),
    "scrapePool": (_TEXT, "Only this pool.", "otel_monitoring"),
    "type": (_TEXT, "`alert` or `record`.", "alert"),
    "rule_name[]": (_MANY, "Only rules of this name, repeated.", ["HighCpu"]),
    "rule_group[]": (_MANY, "Only groups of this name, repeated.", ["system"]),
    "file[]": (_MANY, "Only groups of this file, repeated.", ["rules.yml"]),
    "exclude_alerts": (_TEXT, "Whether to leave out the alerts.", "true"),
    "group_limit": (_TEXT, "How many groups a page holds.", "10"),
    "group_next_token": (_TEXT, "`groupNextToken` of the page before, with `group_limit`.", ""),
    "g0.expr": (_TEXT, "PromQL.", "up"),
}
_ASKED: Final = ("timeout", "limit", "lookback_delta", "stats")
_RANGE: Final = ("match[]", "start", "end", "limit")
_BOTH: Final = frozenset(
    ("query", "query_range", "query_exemplars", "format_query", "parse_query", "series", "labels")
)
_REQUIRED: Final = {
    "query": ("query",),
    "query_range": ("query", "start", "end", "step"),
    "query_exemplars": ("query",),
    "format_query": ("query",),
    "parse_query": ("query",),
    "series": ("match[]",),
}
_ROUTES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "query": ("Ask an expression at one time", ("query", "time", *_ASKED)),
    "query_range": ("Ask an expression at steps", ("query", "start", "end", "step", *_ASKED)),
    "query_exemplars": ("Exemplars of the series in an expression", ("query", "start", "end")),
    "format_query": ("Write an expression nicely", ("query",)),
    "parse_query": ("Take an expression apart", ("query",)),
    "series": ("Which series there are", _RANGE),
    "labels": ("Which names of labels there are", _RANGE),
    "label/{name}/values": ("Which values a label has", _RANGE),
    "metadata": ("What is known of metrics", ("metric", "limit", "limit_per_metric")),
    "targets": ("Which processes there are, as targets", ("state", "scrapePool")),
    "targets/metadata": ("What is known of metrics, by target", ("match_target", "metric", "limit")),
    "scrape_pools": ("The pools of targets", ()),
    "alertmanagers": ("Which Alertmanagers are told", ()),
    "rules": (
        "Rules and how they stand",
        (
            "type",
            "rule_name[]",
            "rule_group[]",
            "file[]",
            "match[]",
            "exclude_alerts",
            "group_limit",
            "group_next_token",
        ),
    ),
    "alerts": ("Alerts that are pending or fire", ()),
    "features": ("What this API can do", ()),
    "notifications": ("Notifications to people who look; there are none", ()),
    "status/buildinfo": ("Which version answers", ()),
    "status/config": ("The configuration, which is empty", ()),
    "status/flags": ("The flags that settings stand for", ()),
    "status/runtimeinfo": ("How the process is", ()),
    "status/tsdb": ("Which metrics and labels have the most series", ("limit",)),
    "status/tsdb/blocks": ("Blocks on disk; there are none", ()),
    "status/walreplay": ("How far a start has come: it is done", ()),
}
_REF: Final = {"$ref": "#/components/schemas/PrometheusAnswer"}
_ERRORS: Final = {
    "400": "A parameter is not valid.",
    "422": "The expression cannot be answered.",
    "503": "It took too long, or too many ask.",
}


def paths() -> dict[str, Any]:
    """Return the routes, by their paths below the prefix of the API."""
    found: dict[str, Any] = {}
    for route, (summary, names) in _ROUTES.items():
        path = f"{MOUNT}/api/v1/{route}"
        found[path] = {"get": _operation(route, summary, names, named("get", path))}
        if route in _BOTH:
            posted = _operation(route, summary, (), named("post", path))
            found[path]["post"] = {**posted, "requestBody": _form(route, names)}
    for route, summary in (("-/healthy", "That the process answers"), ("-/ready", "That it is ready")):
        path = f"{MOUNT}/{route}"
        found[path] = {"get": _plain(summary, named("get", path))}
    path = f"{MOUNT}/graph"
    found[path] = {"get": _graph(named("get", path))}
    return found


def _operation(route: str, summary: str, names: tuple[str, ...], name: str) -> dict[str, Any]:
    parameters = [_parameter(one, is_required=one in _REQUIRED.get(route, ())) for one in names]
    if "{name}" in route:
        parameters.insert(
            0, {"name": "name", "in": "path", "required": True, "schema": _TEXT, "example": "job"}
        )
    answer = {"content": {"application/json": {"schema": _REF}}}
    responses: dict[str, Any] = {"200": {"description": "The result.", **answer}}
    responses |= {status: {"description": text, **_error()} for status, text in _ERRORS.items()}
    return {
        "tags": ["prometheus"],
        "summary": summary,
        "operationId": name,
        "parameters": parameters,
        "responses": responses,
    }


def _error() -> dict[str, Any]:
    example = {
        "status": "error",
        "errorType": "bad_data",
        "error": 'invalid parameter "query": no expression',
    }
    return {"content": {"application/json": {"schema": _REF, "example": example}}}


def _parameter(name: str, *, is_required: bool) -> dict[str, Any]:
    schema, text, example = _PARAMETERS[name]
    found = {"name": name, "in": "query", "required": is_required, "schema": schema, "description": text}
    return {**found, "example": example} if example else found


def _form(route: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of a form: what is too long for a path is posted."""
    properties = {name: {**_PARAMETERS[name][0], "description": _PARAMETERS[name][1]} for name in names}
    required = _REQUIRED.get(route)
    schema = {
        "type": "object",
        "properties": properties,
        **({"required": list(required)} if required else {}),
    }
    example = {name: _PARAMETERS[name][2] for name in required or ()}
    content = {"application/x-www-form-urlencoded": {"schema": schema, "example": example}}
    return {"required": bool(required), "content": content}


def _plain(summary: str, name: str) -> dict[str, Any]:
    content = {"text/plain": {"schema": _TEXT}}
    responses = {"200": {"description": "Yes.", "content": content}}
    return {"tags": ["prometheus"], "summary": summary, "operationId": name, "responses": responses}


def _graph(name: str) -> dict[str, Any]:
    responses = {"307": {"description": "Leads to what the expression gives now."}}
    return {
        "tags": ["prometheus"],
        "summary": "Where the link of an alert leads",
        "operationId": name,
        "parameters": [_parameter("g0.expr", is_required=False)],
        "responses": responses,
    }
