"""Value types of settings."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.settings.api import ApiSettings
from otel_monitoring.settings.groups import (
    CorrelationSettings,
    HttpSettings,
    NotifySettings,
    StorageSettings,
    TelemetrySettings,
)

NAMES = st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


def test_a_secret_shows_as_a_mask() -> None:
    group = ApiSettings.model_validate({"token": "hunter2"})

    assert group.token is not None
    assert group.token.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{group} {group!r} {group.token} {group.model_dump()} {group.model_dump_json()}"


def test_a_url_shows_its_scheme_alone() -> None:
    group = NotifySettings.model_validate({"channels": "log://,https://user:pw@example.com/hook"})

    assert [str(channel) for channel in group.channels] == ["log://", "https://**********"]


def test_a_secret_refuses_to_be_pickled() -> None:
    group = ApiSettings.model_validate({"token": "hunter2"})

    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(group)


def test_settings_without_secrets_survive_a_pickle() -> None:
    group = HttpSettings(server_timing=False)

    assert pickle.loads(pickle.dumps(group)) == group


def test_a_copy_keeps_the_secret() -> None:
    group = ApiSettings.model_validate({"token": "hunter2"})

    assert copy.deepcopy(group) == group
    assert copy.copy(group.token) is group.token


def test_secrets_compare_by_value() -> None:
    assert ApiSettings.model_validate({"token": "a"}) == ApiSettings.model_validate({"token": "a"})
    assert ApiSettings.model_validate({"token": "a"}) != ApiSettings.model_validate({"token": "b"})


def test_an_empty_secret_shows_as_nothing() -> None:
    assert str(ApiSettings.model_validate({"token": ""}).token) == ""


@given(st.lists(NAMES))
def test_names_are_separated_by_commas(names: list[str]) -> None:
    group = HttpSettings.model_validate({"captured_request_headers": " , ".join(names)})

    assert group.captured_request_headers == tuple(names)


def test_names_with_commas_are_given_as_json() -> None:
    group = HttpSettings.model_validate({"excluded_paths": '["/a,b", "/c"]'})

    assert group.excluded_paths == ("/a,b", "/c")


@given(st.dictionaries(NAMES, NAMES))
def test_pairs_are_separated_by_commas(pairs: dict[str, str]) -> None:
    text = ",".join(f"{name}={value}" for name, value in pairs.items())

    group = TelemetrySettings.model_validate({"resource_attributes": text})

    assert group.resource_attributes == pairs


def test_pairs_with_commas_are_given_as_json() -> None:
    group = TelemetrySettings.model_validate({"resource_attributes": '{"team": "a,b"}'})

    assert group.resource_attributes == {"team": "a,b"}


def test_values_of_secret_pairs_show_as_masks() -> None:
    group = NotifySettings.model_validate({"webhook_headers": "Authorization=Basic abc"})

    assert group.webhook_headers["Authorization"].get_secret_value() == "Basic abc"
    assert "Basic" not in repr(group)


@pytest.mark.parametrize(
    ("model", "values", "expected"),
    [
        (TelemetrySettings, {"resource_attributes": "team"}, "name=value pairs"),
        (TelemetrySettings, {"resource_attributes": "{team"}, "a JSON object"),
        (HttpSettings, {"excluded_paths": "[/a"}, "a JSON list"),
        (HttpSettings, {"trusted_proxies": "10.0.0.0/99"}, "an IP address or network"),
        (CorrelationSettings, {"pattern": "("}, "a regular expression"),
        (StorageSettings, {"url": "hunter2"}, "sqlite:///path, postgresql://host/database or memory"),
    ],
)
def test_an_error_says_what_was_expected(
    model: type[HttpSettings], values: dict[str, str], expected: str
) -> None:
    with pytest.raises(ValueError, match=expected) as caught:
        model.model_validate(values)

    assert "hunter2" not in str(caught.value)
