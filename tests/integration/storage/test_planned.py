"""Planned stops and deploys: another process goes on at once, and nothing that was to end counts as gone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.storage.party import Party, Speaker, eventually_speaks, party

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

STARTS_S = 100.0
COLLECTIONS = 4
ROUNDS_S = 4.0
"""Eight evaluations."""
INTERVAL_S = 30.0
LEFT_S = 12.0
"""With that interval a lease spans 18 s and is asked for every 6 s: so much of it is always left."""

RULES = """
groups:
- name: party
  interval: 500ms
  rules:
  - alert: Awake
    expr: vector(1)
  - alert: NobodyServes
    expr: absent(serving)
  - alert: NobodyServedLately
    expr: absent(max_over_time(serving[2s]))
  - alert: FewServe
    expr: (count(serving) or vector(0)) < 1
"""


def is_ready(found: Party, one: Speaker) -> bool:
    """Wait until a process takes part: it has collected, and looked for the lease, a few times."""
    end_s = time.monotonic() + STARTS_S
    while time.monotonic() < end_s:
        if found.feeder.collections(one.pid) >= COLLECTIONS:
            found.diary.note(f"{one.name} takes part")
            return True
        time.sleep(0.05)
    return False


def alerts(found: Party) -> list[str]:
    return [f"{one.status} {one.name}" for one in found.receiver.got]


def deployed(found: Party) -> None:
    """Replace all processes one by one, as a rolling deploy does."""
    for one in found.speakers:
        assert one.end() == 0
        one.start()
        assert is_ready(found, one), one.log
        time.sleep(ROUNDS_S / 2)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_deploy_raises_no_absence_alert(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: whoever looks at most two seconds back sees somebody serve all the time."""
    monkeypatch.setenv("OTEL_MONITORING_QUERY__LOOKBACK_S", "2")
    url = request.getfixturevalue(f"{kind}_url")
    with party(url, tmp_path, speakers=3, rules=RULES, one_host=kind == "sqlite") as found:
        assert eventually_speaks(found.speakers, timeout_s=STARTS_S)
        assert all(is_ready(found, one) for one in found.speakers)
        time.sleep(ROUNDS_S)

        deployed(found)

        assert alerts(found) == ["firing Awake"], found.diary.merged()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_planned_stop_raises_no_absence_alert(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: nobody was there to serve, and nobody to look."""
    monkeypatch.setenv("OTEL_MONITORING_QUERY__LOOKBACK_S", "2")
    url = request.getfixturevalue(f"{kind}_url")
    with party(url, tmp_path, speakers=2, rules=RULES) as found:
        assert eventually_speaks(found.speakers, timeout_s=STARTS_S)
        assert all(is_ready(found, one) for one in found.speakers)
        time.sleep(ROUNDS_S)
        for one in found.speakers:
            assert one.end() == 0
        time.sleep(ROUNDS_S)

        for one in found.speakers:
            one.start()
        assert all(is_ready(found, one) for one in found.speakers)
        time.sleep(ROUNDS_S)

        assert alerts(found) == ["firing Awake"], found.diary.merged()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_whoever_is_next_goes_on_before_the_lease_of_a_planned_stop_would_lapse(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: the lease is given back, and taken at the next look."""
    monkeypatch.setenv("PARTY_INTERVAL_S", str(INTERVAL_S))
    url = request.getfixturevalue(f"{kind}_url")
    with party(url, tmp_path, speakers=2) as found:
        speaker = eventually_speaks(found.speakers, timeout_s=STARTS_S)
        assert speaker is not None
        assert all(is_ready(found, one) for one in found.speakers)
        (other,) = (one for one in found.speakers if one is not speaker)

        assert speaker.end() == 0
        begin_s = time.monotonic()
        heir = eventually_speaks([other], timeout_s=LEFT_S)

        assert heir is other, f"nobody after {time.monotonic() - begin_s:.1f} s\n{found.diary.merged()}"
