"""Several processes, one voice: whatever happens to the one that speaks, people hear everything once.

Something breaks and is mended again, round after round, while the process that speaks is killed, suspended
or cut from the storage at a random moment. After each round there is one message more that says that it fires
and one more that says that it is over; a try that is repeated under the same key is the same message.

``OTEL_MONITORING_HUNT`` is the number of rounds of each test, ``OTEL_MONITORING_SEED`` what chance begins
with, ``OTEL_MONITORING_SUSPEND_S`` how long the holder is suspended in the tenth, thirtieth … round. The long
hunt is::

    OTEL_MONITORING_HUNT=70 OTEL_MONITORING_SUSPEND_S=60 \
        pytest tests/integration/storage/test_one_voice.py -k "workers or hosts"

What happened is in ``merged.txt`` in the folder of the test that failed, from all processes and by time.
"""

from __future__ import annotations

import os
import random
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.storage.harms import chosen, cut, kill, occupy, suspend
from tests.integration.storage.party import Party, eventually_speaks, party

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.storage.harms import Harm
    from tests.integration.storage.party import Receiver

pytestmark = [pytest.mark.integration, pytest.mark.timeout(7200)]

ROUNDS = min(int(os.environ.get("OTEL_MONITORING_HUNT", "3")), 1000)
SEED = int(os.environ.get("OTEL_MONITORING_SEED", "5"))
STARTS_S = 180.0
"""Four processes on a machine with other work; what is measured comes later."""
ARRIVES_S = 120.0
STILL_S = 1.5
TAKES_S = {"firing": 2.0, "resolved": 0.9}
"""About how long it takes until people are told; the harm comes within that, or right after."""


def one_round(found: Party, number: int, harms: list[Harm], chance: random.Random) -> None:
    """Break and mend something while the one that speaks comes to harm."""
    for status, is_broken in (("firing", True), ("resolved", False)):
        before = len(found.receiver.keys(status))
        harm = chosen(number, harms, chance)
        victim = eventually_speaks(found.speakers, timeout_s=30) or chance.choice(found.speakers)
        found.diary.note(f"round {number}: it is to be {status}")
        found.feeder.is_broken = is_broken
        time.sleep(chance.uniform(0, TAKES_S[status]))
        found.diary.note(f"round {number}: {harm.__name__} {victim.name}")
        thread = threading.Thread(target=harm, args=(victim, chance))
        thread.start()
        arrives(found.receiver, status, number=before + 1)
        thread.join()
    time.sleep(STILL_S)


def hunt(url: str, folder: Path, harms: list[Harm], *, count: int, lines: bool, one_host: bool) -> None:
    """Go through all rounds; print what they came to."""
    chance = random.Random(SEED)
    begin_s = time.monotonic()
    with party(url, folder, speakers=count, lines=lines, one_host=one_host) as found:
        assert eventually_speaks(found.speakers, timeout_s=STARTS_S), [one.log for one in found.speakers]
        for number in range(1, ROUNDS + 1):
            one_round(found, number, harms, chance)
            if told(found.receiver) != (number, number):
                found.diary.note_database(url)
                pytest.fail(f"round {number} of seed {SEED}: {told(found.receiver)}\n{found.diary.merged()}")
        repeated = len(found.receiver.got) - 2 * ROUNDS
    print(f"{ROUNDS} rounds, seed {SEED}, {time.monotonic() - begin_s:.0f} s, {repeated} tries repeated")


def told(receiver: Receiver) -> tuple[int, int]:
    """Return how many messages said that something fires, and that it is over."""
    return len(receiver.keys("firing")), len(receiver.keys("resolved"))


def arrives(receiver: Receiver, status: str, *, number: int) -> bool:
    """Wait for a message of a status; return whether as many have come."""
    end_s = time.monotonic() + ARRIVES_S
    while len(receiver.keys(status)) < number and time.monotonic() < end_s:
        time.sleep(0.05)
    return len(receiver.keys(status)) >= number


def test_four_workers_with_a_file(sqlite_url: str, tmp_path: Path) -> None:
    """P10, P11: killed with -9, suspended, and the file occupied."""
    hunt(sqlite_url, tmp_path, [kill, suspend, occupy], count=4, lines=False, one_host=True)


def test_four_workers_with_a_server(postgres_url: str, tmp_path: Path) -> None:
    """P10, P11: killed with -9, suspended, and cut from the server."""
    hunt(postgres_url, tmp_path, [kill, suspend, cut], count=4, lines=True, one_host=True)


def test_three_hosts_with_a_server(postgres_url: str, tmp_path: Path) -> None:
    """P10, P11: the same, where nothing is shared but the server."""
    hunt(postgres_url, tmp_path, [kill, suspend, cut], count=3, lines=True, one_host=False)


def test_one_process_that_is_started_again(sqlite_url: str, tmp_path: Path) -> None:
    """P10: killed with -9 while nobody else is there."""
    hunt(sqlite_url, tmp_path, [kill], count=1, lines=False, one_host=True)


def test_one_of_a_host_tells_while_the_server_is_gone(postgres_url: str, tmp_path: Path) -> None:
    """P11: what was told from memory is not told again when the server is back."""
    with party(postgres_url, tmp_path, speakers=3, lines=True) as found:
        assert eventually_speaks(found.speakers, timeout_s=STARTS_S), [one.log for one in found.speakers]
        time.sleep(STILL_S)
        found.feeder.is_broken = True
        time.sleep(1)
        for one in found.speakers:
            assert one.line is not None
            one.line.cut()
        was_told = arrives(found.receiver, "firing", number=1)
        time.sleep(STILL_S)
        for one in found.speakers:
            assert one.line is not None
            one.line.mend()
        found.feeder.is_broken = False
        arrives(found.receiver, "resolved", number=1)
        time.sleep(STILL_S)

        assert was_told, found.diary.merged()
        assert told(found.receiver) == (1, 1), found.diary.merged()
