"""The same alertmanager.yml and the same alerts: a real Alertmanager and our dispatcher send the same bodies.

Trees, alerts, silences and times are made up from seeds. One Alertmanager plays all of them at once, in
real time; our dispatcher then plays them on a clock that is moved by hand, from the same Unix time on, so
that even ``startsAt`` and ``endsAt`` have to be the same. ``OTEL_MONITORING_HUNT=200`` plays as many further
seeds.

What is not compared, and why:

- Plays whose outcome hangs on some hundredths of a second (an alert that is sent while its group is
  flushed); they are found by shifting them, and another version of the seed is played.
- The reminder "still firing after a silence", which Alertmanager does not send: here the silences are the
  last stage of the dispatcher, which is told nothing of them.
- An alert that ends while it is muted and fires again unmuted. Alertmanager takes it for the one that was
  told and keeps quiet until the repeat interval; here it is news. The test switches that off.
- ``endsAt`` of an alert that was sent without one: it depends on the millisecond at which it arrived.
- ``externalURL``, and ``routeLabels``, which are not supported here. Why a message is sent, the newer
  ``notification_reason``, is compared with what our dispatcher says of it.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.integration.routing import play, schedule
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.routing.schedule import Action

pytestmark = pytest.mark.integration

SEEDS = 24
UNTIL_S = 20.0
AT_ONCE = 60
TRIALS = 12
INTERVAL_S = 3.0
START_MS = 1_700_000_000_000


def seeds() -> list[range]:
    """Return the seeds that are played together."""
    last = SEEDS + int(os.environ.get("OTEL_MONITORING_HUNT", "0"))
    further = (range(first, min(first + AT_ONCE, last)) for first in range(SEEDS, last, AT_ONCE))
    return [range(SEEDS), *further]


@pytest.mark.parametrize("together", seeds(), ids=str)
def test_sends_the_bodies_that_alertmanager_sends_at_the_same_flushes(
    together: range, tmp_path: Path
) -> None:
    """S9.1 to S9.11."""
    server = program("alertmanager")
    acts = [action for seed in together for action in _sure_play(seed)]

    ours, theirs = _told(server, acts, list(together), tmp_path / "first")
    if ours.bodies() != theirs.bodies():  # the machine may have stood still for a moment: once more
        ours, theirs = _told(server, acts, list(together), tmp_path / "second")

    assert ours.bodies() == theirs.bodies()
    assert sum(map(len, theirs.bodies().values())) > 5 * len(together)
    assert _latest_s(ours, theirs) < INTERVAL_S


def _told(server: Path, acts: list[Action], together: list[int], folder: Path) -> tuple[play.Told, play.Told]:
    """Return what we told, and what Alertmanager told."""
    theirs, start_ms = play.theirs(
        server, acts, lambda url: schedule.config(together, url), until_s=UNTIL_S, folder=folder
    )
    config = schedule.config(together, "http://localhost")
    return play.ours(acts, config, until_s=UNTIL_S, start_ms=start_ms), theirs


def _sure_play(seed: int) -> list[Action]:
    """Return the first version of a play that ends the same when things happen a little earlier or later."""
    config = schedule.config([seed], "http://localhost")

    def bodies(acts: list[Action]) -> dict[play.Place, list[str]]:
        return play.ours(acts, config, until_s=UNTIL_S, start_ms=START_MS).bodies()

    version = 0
    while True:
        acts = schedule.actions(seed, version)
        told = bodies(acts)
        if all(bodies(schedule.shifted(acts, Random(number))) == told for number in range(TRIALS)):
            return acts
        version += 1


def _latest_s(ours: play.Told, theirs: play.Told) -> float:
    times = theirs.times()
    pairs = (pair for place, told in ours.times().items() for pair in zip(told, times[place], strict=True))
    return max(abs(one - other) for one, other in pairs)
