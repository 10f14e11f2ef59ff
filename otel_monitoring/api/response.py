"""The classes of answers."""

from __future__ import annotations

from typing import Any, Final

from fastapi.responses import JSONResponse, Response

from otel_monitoring.api.finite import json_text


class FiniteResponse(JSONResponse):
    """An answer whose NaN and infinities are ``null``."""

    def render(self, content: Any) -> bytes:
        """Return the text."""
        return json_text(content)


class YamlResponse(Response):
    """An answer that is a file of rules."""

    media_type = "application/yaml"


RULES_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A rule file of Prometheus.",
        "content": {"application/yaml": {"schema": {"type": "object"}}},
    }
}
"""How a route describes that it answers with such a file."""
