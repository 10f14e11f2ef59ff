"""Examples of requests and their answers: a file per tag, recorded from an application that is busy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def examples() -> dict[str, dict[str, Any]]:
    """Return, by the name of an operation, what is asked and what is answered.

    Each has ``path`` with its query as it is asked, ``status`` and ``answer``; where one is sent, ``body``.
    """
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(_FOLDER.glob("*.json")):
        found.update(json.loads(file.read_text(encoding="utf-8")))
    return found


def put_examples(operation: dict[str, Any], known: dict[str, dict[str, Any]]) -> None:
    """Add to the description of an operation an example of its body, its answer and each parameter."""
    for parameter in operation.get("parameters", ()):
        if "example" not in parameter and "examples" not in parameter:
            parameter["example"] = _of_parameter(parameter.get("schema", {}))
    example = known.get(operation["operationId"])
    if example is None:
        return
    body = operation.get("requestBody", {}).get("content", {})
    for content in body.values():
        if "body" in example:
            content.setdefault("example", example["body"])
    answer = operation["responses"].get(str(example["status"]), {}).get("content", {})
    for content in answer.values():
        if "answer" in example:
            content.setdefault("example", example["answer"])


def _of_parameter(schema: dict[str, Any]) -> Any:
    """Return an example for a parameter: one of its own, its default, or the first that it may be."""
    for one in (schema, *schema.get("anyOf", ())):
        for name in ("examples", "enum"):
            if one.get(name):
                return one[name][0]
        if one.get("default") not in (None, "", []):
            return one["default"]
    return _BY_TYPE.get(_type(schema), "x")


def _type(schema: dict[str, Any]) -> str:
    kinds = [schema.get("type"), *(one.get("type") for one in schema.get("anyOf", ()))]
    return next((kind for kind in kinds if kind not in (None, "null")), "string")


_BY_TYPE: dict[str, Any] = {
    "integer": 10,
    "number": 1.5,
    "boolean": True,
    "string": "shop",
    "array": ["shop"],
}
