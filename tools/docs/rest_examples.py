"""Record the examples of the API: ``python -m tools.docs.rest_examples``.

Every operation of the description is asked of a busy application; what it answers is shortened and kept.
The reference is made from it, and tests ask the same again.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.document.document import operations
from tools.docs.rest_asked import ASKED, Asked
from tools.docs.rest_rig import Rig, folder_of_examples

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDLESS = "getStream"
_MOST_ITEMS = 1
_MOST_FIELDS = 40
_MOST_DEPTH = 8
_LONGEST_TEXT = 400
_PLACE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_ELSEWHERE = {
    f'"{socket.gethostname()}"': '"web-1"',
    sys.executable: "python",
    str(Path.cwd()): "/srv/shop",
}
"""What is of the machine that records, and what stands for it."""
_STREAM = """\
retry: 2000
id: 5f1c2ab9.41

id: 5f1c2ab9.42
event: health
data: {"at":"2026-03-02T09:14:07Z","status":"degraded","previous":"healthy","checks":[]}
"""


def asked_of(name: str, path: str) -> Asked:
    """Return what is asked of an operation: its path, unless something else is stated."""
    return ASKED.get(name) or Asked(path)


def path_of(asked: Asked, rig: Rig) -> str:
    """Return the path of a request, with what is made for it."""
    return _PLACE.sub(lambda found: rig.value(found[1]), asked.path).replace("{{", "{").replace("}}", "}")


def ask(rig: Rig, method: str, asked: Asked, path: str) -> Any:
    """Return the answer to a request."""
    more = {"json": asked.body} if asked.body is not None else {"data": asked.form} if asked.form else {}
    return rig.ask(method, path, follow_redirects=False, **more)


def recorded(rig: Rig) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return tag, name and example of every operation."""
    for path, method, operation in operations(rig.document()):
        name, tag = operation["operationId"], operation["tags"][0]
        if name == ENDLESS:
            yield tag, name, {"path": "/stream?topics=alerts,health", "status": 200, "answer": _STREAM}
            continue
        asked = asked_of(name, path)
        shown = path_of(asked, rig)
        answer = ask(rig, method, asked, shown)
        yield tag, name, _example(asked, shown, answer)


def _example(asked: Asked, path: str, answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"path": path, "status": answer.status_code}
    if asked.body is not None:
        found["body"] = asked.body
    if asked.form:
        found["form"] = asked.form
    kind = answer.headers.get("content-type", "")
    if kind.startswith(("application/json", "application/problem")) and answer.content:
        found["answer"] = _shortened(answer.json()) if path != "/openapi.json" else {"openapi": "3.1.0"}
    elif answer.text:
        found["answer"] = "\n".join(answer.text.splitlines()[:8])
    return found


def _shortened(value: Any, depth: int = 0) -> Any:
    if isinstance(value, dict):
        kept = list(value.items())[:_MOST_FIELDS] if depth else list(value.items())
        return {key: _shortened(one, depth + 1) for key, one in kept}
    if isinstance(value, list):
        return [_shortened(one, depth + 1) for one in value[:_MOST_ITEMS]]
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value


def main() -> None:
    """Write the files, one for each tag."""
    logging.disable(logging.CRITICAL)
    by_tag: dict[str, dict[str, Any]] = {}
    with Rig() as rig:
        _ELSEWHERE[rig.folder] = "/var/lib/shop"
        for tag, name, example in recorded(rig):
            if example["status"] >= 400 and name != "postAlertmanagerApiV2Alerts":  # noqa: PLR2004
                print(f"{name}: {example}")
            by_tag.setdefault(tag, {})[name] = example
    for old in folder_of_examples().glob("*.json"):
        old.unlink()
    for tag, some in by_tag.items():
        text = json.dumps(dict(sorted(some.items())), indent=1, ensure_ascii=False)
        for said, shown in _ELSEWHERE.items():
            text = text.replace(said, shown)
        (folder_of_examples() / f"{tag}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
