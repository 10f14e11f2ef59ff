"""Two services of real processes on one database: each tells for itself, whoever of the other is killed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.storage.party import eventually_speaks, party

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.storage.party import Party

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

_TIMEOUT_S = 120.0


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_each_service_tells_once_while_the_other_loses_its_speaker(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    folders = [tmp_path / name for name in ("shop", "till")]
    for folder in folders:
        folder.mkdir()
    with (
        party(url, folders[0], speakers=2, service="shop") as shop,
        party(url, folders[1], speakers=2, service="till") as till,
    ):
        speaks = eventually_speaks(shop.speakers, timeout_s=_TIMEOUT_S)
        assert speaks is not None
        assert eventually_speaks(till.speakers, timeout_s=_TIMEOUT_S) is not None

        shop.feeder.is_broken = True
        _until(shop, "firing", 1)
        speaks.kill()
        till.feeder.is_broken = True
        _until(till, "firing", 1)
        heir = eventually_speaks([one for one in shop.speakers if one is not speaks], timeout_s=_TIMEOUT_S)
        shop.feeder.is_broken = till.feeder.is_broken = False
        _until(shop, "resolved", 1)
        _until(till, "resolved", 1)

        assert heir is not None
        for one in (shop, till):
            assert [len(one.receiver.keys(status)) for status in ("firing", "resolved")] == [1, 1]


def _until(one: Party, status: str, count: int) -> None:
    end_s = time.monotonic() + _TIMEOUT_S
    while len(one.receiver.keys(status)) < count:
        assert time.monotonic() < end_s, one.diary.merged()
        time.sleep(0.05)
