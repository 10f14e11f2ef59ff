from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.repositories.services import load_services, note_service
from otel_monitoring.storage.service import Service

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="/@"), min_size=1)


def test_a_resource_names_its_service() -> None:
    resource = {
        "service.name": "shop",
        "service.namespace": "town",
        "deployment.environment.name": "production",
        "service.version": "1.2",
    }

    assert Service.of(resource) == Service("shop", "town", "production")
    assert Service.of({"service.name": "shop"}) == Service("shop")


def test_the_former_name_of_the_environment_counts_where_the_new_one_is_missing() -> None:
    old = {"service.name": "shop", "deployment.environment": "staging"}

    assert Service.of(old) == Service("shop", environment="staging")
    assert Service.of({**old, "deployment.environment.name": "test"}).environment == "test"


def test_the_key_stays_what_it_is() -> None:
    """It is in every database: another one would make everything kept nobody's."""
    assert Service("shop", "town", "production").key == "48a7d6aa63d917b3"


@pytest.mark.parametrize(
    "other",
    [
        Service("shop"),
        Service("shop", "town"),
        Service("town", "shop", "test"),
        Service("shop", "test", "town"),
    ],
)
def test_who_differs_in_anything_has_another_key(other: Service) -> None:
    assert other.key != Service("shop", "town", "test").key


@given(WORDS, st.one_of(st.just(""), WORDS), st.one_of(st.just(""), WORDS))
def test_what_is_written_is_read_again(name: str, namespace: str, environment: str) -> None:
    service = Service(name, namespace, environment)

    assert Service.parsed(str(service)) == service


def test_keys_say_later_what_they_stand_for(database: Database) -> None:
    shop, till = Service("shop", "town", "test"), Service("till \0")
    with database.write() as connection:
        for service in (till, shop, shop):
            note_service(connection, service)

    with database.read() as connection:
        found = load_services(connection)
    assert found == {shop.key: shop, till.key: Service("till \N{REPLACEMENT CHARACTER}")}
