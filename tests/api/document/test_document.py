"""The description of the API."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.document.document import operations
from otel_monitoring.api.document.naming import named
from otel_monitoring.api.document.tags import TAGS
from otel_monitoring.api.problems import MEDIA_TYPE
from tools.docs.rest_rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

ERRORS = frozenset(("401", "403", "404", "409", "413", "422", "429", "503"))


@pytest.fixture(scope="module")
def document() -> Iterator[dict[str, Any]]:
    logging.disable(logging.CRITICAL)
    with Rig() as rig:
        yield rig.document()
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def own(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Our own operations: those of mounted applications answer in forms of their own."""
    mounted = ("/prometheus/", "/alertmanager/")
    return [one for one in operations(document) if not one[0].startswith(mounted)]


def test_no_body_is_named_by_the_module_that_it_is_from(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_mounted_applications_are_described_too(document: dict[str, Any]) -> None:
    paths = document["paths"]

    assert {"get", "post"} <= paths["/prometheus/api/v1/query_range"].keys()
    assert {"get", "delete"} <= paths["/alertmanager/api/v2/silence/{silence_id}"].keys()


def test_what_is_described_of_mounted_applications_is_what_they_answer() -> None:
    from otel_monitoring.api.document import prometheus
    from otel_monitoring.api.prometheus.application import _ROUTES

    routes = {
        f"/prometheus/api/v1/{path}": {one.lower() for one in how} for path, (_, how) in _ROUTES.items()
    }
    described = {path: set(item) for path, item in prometheus.paths().items() if "/api/" in path}

    assert described == routes


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+[A-Z]\w*", name)] == []


def test_names_last_as_long_as_routes() -> None:
    assert named("GET", "/endpoints/{route}") == "getEndpointsByRoute"
    assert named("post", "/alerts/{fingerprint}/acknowledge") == "postAlertsByFingerprintAcknowledge"
    assert named("get", "/prometheus/api/v1/query_range") == "getPrometheusApiV1QueryRange"
    assert named("get", "/metrics.json") == "getMetricsJson"


def test_every_operation_says_what_it_does_and_who_may(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        assert operation["summary"]
        assert operation["x-role"] in ("public", "viewer", "admin")
        assert bool(operation["security"]) == (operation["x-role"] != "public")


def test_every_tag_has_a_sentence(document: dict[str, Any]) -> None:
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}

    assert used <= TAGS.keys()
    assert {one["name"] for one in document["tags"]} == used
    assert all(one["description"] for one in document["tags"])


def test_every_operation_declares_what_it_may_refuse(own: list[tuple[str, str, dict[str, Any]]]) -> None:
    for path, method, operation in own:
        statuses = operation["responses"].keys()
        closed = {"401", "403"} if operation["x-role"] != "public" else set()
        assert {"422", "429", "503"} | closed <= statuses, (path, method)


def test_errors_are_problems_everywhere(own: list[tuple[str, str, dict[str, Any]]]) -> None:
    ref = {"$ref": "#/components/schemas/Problem"}
    for path, method, operation in own:
        for status in ERRORS & operation["responses"].keys():
            content = operation["responses"][status].get("content", {})
            if status != "503" or MEDIA_TYPE in content:
                assert content[MEDIA_TYPE]["schema"] == ref, (path, method, status)


def test_parameters_have_examples(document: dict[str, Any]) -> None:
    without = [
        (path, one["name"])
        for path, _, operation in operations(document)
        for one in operation.get("parameters", ())
        if "example" not in one and "examples" not in one and one["name"] != "group_next_token"
    ]

    assert without == []


def test_nothing_of_the_framework_is_left(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(document)


def test_proofs_are_described(document: dict[str, Any]) -> None:
    assert set(document["components"]["securitySchemes"]) == {"bearer", "key", "session"}


def test_the_server_is_where_it_was_asked_for(document: dict[str, Any]) -> None:
    assert document["servers"] == [{"url": "/monitoring"}]
