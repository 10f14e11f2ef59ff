"""What a service says about a request that it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def said(body: bytes, *names: str, secrets: Iterable[str] = ()) -> str:
    """Return the texts and lists of texts under ``names`` in a body of JSON, without ``secrets``.

    Empty where the body is something else: that is no service's word but a proxy's page.
    """
    try:
        answer = json.loads(body)
        found = [answer.get(name) for name in names]
    except (ValueError, AttributeError):
        return ""
    texts = [text for one in found for text in (one if isinstance(one, list) else [one]) if text]
    whole = "; ".join(map(str, texts))
    for secret in secrets:
        whole = whole.replace(secret, "***") if secret else whole
    return whole
