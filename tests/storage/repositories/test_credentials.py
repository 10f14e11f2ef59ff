"""What all processes of a storage have to know is what the first of them wrote."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from otel_monitoring.storage.repositories.credentials import agreed, claimed
from otel_monitoring.storage.repositories.notes import Kind

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database


def test_whoever_comes_first_decides(database: Database) -> None:
    first = agreed(database, {"token": "one"}, service="shop", now_ms=1)
    second = agreed(database, {"token": "two", "link": "l"}, service="shop", now_ms=2)

    assert first == {"token": "one"}
    assert second == {"token": "one", "link": "l"}


def test_all_who_come_at_the_same_time_agree(database: Database) -> None:
    found: list[dict[str, str]] = []
    together = threading.Barrier(4)

    def come(name: str) -> None:
        together.wait(10)
        found.append(agreed(database, {"token": name}, service="shop", now_ms=1))

    threads = [threading.Thread(target=come, args=(name,)) for name in "abcd"]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert len(found) == 4
    assert len({one["token"] for one in found}) == 1


def test_of_those_who_claim_the_same_the_first_has_it(database: Database) -> None:
    found = [claimed(database, "host/1/t", by=by, service="shop", now_ms=1) for by in "abab"]

    assert found == [True, False, True, False]


def test_of_a_host_the_last_claim_is_kept(database: Database) -> None:
    for number in range(5):
        assert claimed(database, f"host/{number}/t", by="a", service="shop", now_ms=number)

    assert claimed(database, "host/0/t", by="b", service="shop", now_ms=9)
    with database.read() as connection:
        assert len(Kind("claim", keys=("slot", "name")).of("shop").load(connection, now_ms=9)) == 1
