"""What a caller's proof opens."""

from __future__ import annotations

import pytest

from otel_monitoring.api.access.caller import Caller, caller_of, note_caller


@pytest.mark.parametrize(
    ("path", "opens"),
    [
        ("/metrics", True),
        ("/metrics/", True),
        ("/metrics/query", False),
        ("/metrics.json", False),
        ("/metrics/../alerts", False),
        ("/metrics//", False),
        ("/prometheus/api/v1/query", True),
        ("/prometheus", False),
        ("/prometheus/../alerts", False),
        ("/prometheus//alerts", False),
        ("/", False),
        ("", False),
    ],
)
def test_a_proof_with_routes_opens_these_alone(path: str, *, opens: bool) -> None:
    """A route is meant to the letter; one that ends with a star stands for what lies below it."""
    caller = Caller("key scraper", "viewer", "key", routes=("/metrics", "/prometheus/*"))

    assert caller.may_use(path) is opens


def test_a_proof_without_routes_opens_all_that_the_role_does() -> None:
    """Whoever limits nothing means everything."""
    assert Caller("key ci", "viewer", "key").may_use("/alerts")


def test_who_calls_is_known_behind_the_gate() -> None:
    """A request brings its caller along, and a stranger is nobody."""
    scope: dict[str, object] = {}
    caller = Caller("user 42", "admin", "jwt")

    assert caller_of(scope) is None
    note_caller(scope, caller)
    assert caller_of(scope) is caller
