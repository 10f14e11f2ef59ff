"""The options of who may use the pages."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.settings import load_settings

URL = "https://issuer.example/jwks.json"
MEANT = {"jwt_issuers": "https://issuer.example", "jwt_audiences": "monitoring"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"jwt_jwks_url": URL}, "expected access.jwt_issuers and access.jwt_audiences beside it"),
        ({"jwt_jwks_url": URL, "jwt_issuers": "i"}, "expected access.jwt_audiences beside it"),
        ({"jwt_key": "a secret of mine", "jwt_audiences": "a"}, "expected access.jwt_issuers beside it"),
        ({"jwt_key_file": "/key.pem"}, "expected access.jwt_issuers and access.jwt_audiences beside it"),
        (
            {**MEANT, "jwt_key_file": "/key.pem", "jwt_jwks_url": URL},
            "expected one of access.jwt_key, access.jwt_key_file, access.jwt_jwks_url",
        ),
        ({"jwt_algorithms": "none"}, "expected 'RS256'"),
        ({"jwt_algorithms": ""}, "expected at least one signature algorithm"),
        ({"jwt_role_claim": ""}, "expected"),
    ],
)
def test_tokens_open_the_pages_only_where_they_are_meant_for_them(given: dict[str, Any], said: str) -> None:
    """A key alone would open them to whoever has a token of that issuer, whatever it is for."""
    with pytest.raises(SettingsError) as error:
        load_settings(access=given)

    assert said in str(error.value)
    assert "a secret of mine" not in str(error.value)


def test_a_key_with_issuer_and_audience_is_taken() -> None:
    access = load_settings(access={**MEANT, "jwt_jwks_url": URL}).settings.access

    assert (access.jwt_jwks_url, access.jwt_issuers) == (URL, ("https://issuer.example",))


def test_keys_fit_into_one_variable() -> None:
    """As the command line prints them."""
    text = f"ci=viewer 2fo3kq7xab:{'5e' * 32} until=2027-03-01 /metrics"

    assert load_settings(access={"keys": text}).settings.access.keys == {"ci": text.removeprefix("ci=")}
