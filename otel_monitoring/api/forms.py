"""The fields of a form that a page of ours sends."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_MOST_BYTES = 4096


async def form_of(request: Request) -> Mapping[str, str]:
    """Read the form of a request; of one that is too long nothing."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return {}
    fields = parse_qs(body.decode(errors="replace"))
    return {name: texts[-1] for name, texts in fields.items()}
