"""Generate the page of routes: ``python -m tools.docs.rest_api --write``.

It is made from the description of the API that an application answers with, and from its examples, which
``python -m tools.docs.rest_examples`` records.
"""

from __future__ import annotations

import json
import shlex
from itertools import groupby
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.document.document import operations
from otel_monitoring.api.document.examples import examples
from otel_monitoring.api.document.refusing import WORDS
from otel_monitoring.api.problems import problem_type
from tools.docs.page import code, run, table

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "docs/reference/rest.md"

_HEAD = """\
# Routes

Every route below the prefix, `/monitoring` unless `api.prefix` says another. The same is in
`/monitoring/openapi.json` for programs, with the form of every answer. What the routes have in common is in
the guide to the [API](../guides/api.md). Answers are shortened. This page is generated from the code.

```sh
export api=http://localhost:8000/monitoring auth="Authorization: Bearer $OTEL_MONITORING_API__TOKEN"
```
"""


def page() -> str:
    """Return the page."""
    from tools.docs.rest_rig import described

    document = described()
    rows = sorted(operations(document), key=lambda one: (_tag(document, one[2]), one[0], one[1]))
    texts = {one["name"]: one["description"] for one in document["tags"]}
    known = examples()
    parts = [_HEAD, _problems()]
    for tag, some in groupby(rows, key=lambda one: one[2]["tags"][0]):
        parts.append(f"\n## {tag.capitalize()}\n\n{texts[tag]}\n")
        parts.extend(_route(path, method, one, known.get(one["operationId"])) for path, method, one in some)
    return "".join(parts)


def _problems() -> str:
    rows = [(str(status), code(problem_type(status)), text) for status, (text, _) in sorted(WORDS.items())]
    return f"\n## Problems\n\n{table(('Status', 'Type', 'When'), rows)}"


def _tag(document: dict[str, Any], operation: dict[str, Any]) -> int:
    return [one["name"] for one in document["tags"]].index(operation["tags"][0])


def _route(path: str, method: str, operation: dict[str, Any], example: dict[str, Any] | None) -> str:
    said = " ".join(operation["description"].split())
    parts = [f"\n### `{method.upper()} {path}`\n\n{operation['summary']}. {said}\n"]
    rows = list(_parameters(operation))
    if rows:
        parts.append(f"\n{table(('Parameter', 'Where', 'What'), rows)}")
    if example is not None:
        parts.append(f"\n{_asked(method, example)}")
        if "answer" in example:
            parts.append(f"\n{_answer(example['answer'])}")
    return "".join(parts)


def _parameters(operation: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in operation.get("parameters", ()):
        text = one.get("description", "")
        default = one.get("schema", {}).get("default")
        if default not in (None, "", []):
            text = f"{text} Without it {code(json.dumps(default))}.".strip()
        yield code(one["name"]), one["in"], text or "Required."


def _asked(method: str, example: dict[str, Any]) -> str:
    parts = ["curl", "-gsH", '"$auth"']
    if method != "get":
        parts += ["-X", method.upper()]
    if "body" in example:
        parts += ["--json", shlex.quote(json.dumps(example["body"]))]
    elif "form" in example:
        fields = (f"{name}={value}" for name, value in example["form"].items())
        parts += [f"--data-urlencode {shlex.quote(field)}" for field in fields]
    parts.append(f'"$api"{shlex.quote(example["path"])}')
    return f"```sh\n{' '.join(parts)}\n```\n"


def _answer(answer: Any) -> str:
    if isinstance(answer, str):
        return f"```text\n{answer.rstrip()}\n```\n"
    return f"```json\n{json.dumps(answer, indent=2, ensure_ascii=False)}\n```\n"


if __name__ == "__main__":
    run(page, PATH)
