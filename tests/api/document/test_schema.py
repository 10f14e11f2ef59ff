"""Every route answers as the description of the API says, whatever it is asked.

Requests are made up from the description; ``SCHEMATHESIS_EXAMPLES`` says how many for each operation.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tools.docs.rest_rig import PREFIX, TOKEN, Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = "/stream"
SENT = ("method", "url", "params", "headers", "json", "data", "content", "files")


@pytest.fixture
def rig(fresh_process: pytest.MonkeyPatch) -> Iterator[Rig]:
    logging.disable(logging.CRITICAL)
    with Rig() as found:
        yield found
    logging.disable(logging.NOTSET)


# Threads of the application draw ids of spans meanwhile; no request is made up from those.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
def test_every_answer_is_as_described(rig: Rig) -> None:
    schema: Any = schemathesis.openapi.from_dict(rig.document())
    operations = [one.ok() for one in schema.get_all_operations()]

    wrong = [found for one in operations if one.path != ENDLESS for found in _wrong(one, rig)]

    assert len(operations) > 100
    assert wrong == []


def _wrong(operation: Any, rig: Rig) -> list[str]:
    """Return what is wrong with the answers of one operation: nothing, or the first that is."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        asked = case.as_transport_kwargs(base_url=f"http://testserver{PREFIX}")
        sent = {name: asked[name] for name in SENT if asked.get(name) is not None}
        if isinstance(sent.get("data"), bytes):
            sent["content"] = sent.pop("data")
        kept = {name: value for name, value in sent.get("headers", {}).items() if name.lower() not in _PROOFS}
        sent["headers"] = {**kept, "authorization": f"Bearer {TOKEN}"}
        answer = rig.client.request(**sent, follow_redirects=False)
        assert answer.status_code not in _TURNED_AWAY, answer.text
        case.validate_response(answer, checks=CHECKS)

    try:
        ask()
    except (AssertionError, ExceptionGroup) as error:
        parts = [str(one) for one in getattr(error, "exceptions", ())]
        return [f"{operation.label}: {error}: {parts}"[:2000]]
    return []


_TURNED_AWAY = (401, 403, 429)
"""Who gets one of these has not reached the route, which would prove nothing of it."""
_PROOFS = ("authorization", "x-api-key", "cookie")
