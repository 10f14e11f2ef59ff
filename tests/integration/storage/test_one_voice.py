"""Several processes, one voice: whatever happens to the one that speaks, people hear everything once.

``OTEL_MONITORING_HUNT`` is the number of rounds, ``OTEL_MONITORING_SEED`` what chance begins with.
"""

from __future__ import annotations

import os
import random
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.storage.party import Feeder, Receiver, Speaker, eventually_speaks, party

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.integration, pytest.mark.timeout(3600)]

ROUNDS = int(os.environ.get("OTEL_MONITORING_HUNT", "3"))
SEED = int(os.environ.get("OTEL_MONITORING_SEED", "5"))
ARRIVES_S = 30.0
STILL_S = 1.5
AWAY_S = 4.0


def kill(speaker: Speaker, _chance: random.Random) -> None:
    speaker.kill()
    speaker.start()


def suspend(speaker: Speaker, chance: random.Random) -> None:
    speaker.suspend()
    time.sleep(chance.uniform(0.2, AWAY_S))
    speaker.resume()


def cut(speaker: Speaker, chance: random.Random) -> None:
    assert speaker.line is not None
    speaker.line.cut()
    time.sleep(chance.uniform(0.2, AWAY_S))
    speaker.line.mend()


def one_round(
    feeder: Feeder,
    receiver: Receiver,
    speakers: list[Speaker],
    *,
    chance: random.Random,
    harms: list[Callable[[Speaker, random.Random], None]],
) -> list[str]:
    """Break and mend something while the one that speaks comes to harm; return what was done."""
    done: list[str] = []
    for status, is_broken in (("firing", True), ("resolved", False)):
        before = len(receiver.keys(status))
        feeder.is_broken = is_broken
        harm = chance.choice(harms)
        victim = eventually_speaks(speakers, timeout_s=30) or chance.choice(speakers)
        time.sleep(chance.uniform(0, 2.5))
        done.append(f"{harm.__name__} host {speakers.index(victim)} while {status}")
        thread = threading.Thread(target=harm, args=(victim, chance))
        thread.start()
        arrives(receiver, status, number=before + 1)
        thread.join()
    time.sleep(STILL_S)
    return done


def hunt(
    url: str,
    folder: Path,
    harms: list[Callable[[Speaker, random.Random], None]],
    *,
    lines: bool = False,
    count: int = 3,
) -> None:
    chance = random.Random(SEED)
    with party(url, folder, speakers=count, lines=lines) as (feeder, receiver, speakers):
        assert eventually_speaks(speakers, timeout_s=60), [one.log for one in speakers]
        for number in range(1, ROUNDS + 1):
            done = one_round(feeder, receiver, speakers, chance=chance, harms=harms)
            assert told(receiver) == (number, number), said(done, receiver, speakers)


def told(receiver: Receiver) -> tuple[int, int]:
    """Return how many messages said that something fires, and that it is over."""
    return len(receiver.keys("firing")), len(receiver.keys("resolved"))


def said(done: list[str], receiver: Receiver, speakers: list[Speaker]) -> str:
    """Return what tells how it came to something unexpected."""
    logs = "\n".join(f"-- {at}\n{one.log}" for at, one in enumerate(speakers))
    return f"{done}\n{receiver.got[-6:]}\n{logs[-6000:]}"


def arrives(receiver: Receiver, status: str, *, number: int) -> bool:
    """Wait for a message of a status; return whether as many have come."""
    end_s = time.monotonic() + ARRIVES_S
    while len(receiver.keys(status)) < number and time.monotonic() < end_s:
        time.sleep(0.05)
    return len(receiver.keys(status)) >= number


def test_with_a_file(sqlite_url: str, tmp_path: Path) -> None:
    """P10, P11: killed with -9 and suspended."""
    hunt(sqlite_url, tmp_path, [kill, suspend])


def test_one_process_that_is_started_again(sqlite_url: str, tmp_path: Path) -> None:
    """P10: killed with -9 while nobody else is there."""
    hunt(sqlite_url, tmp_path, [kill], count=1)


def test_with_a_server(postgres_url: str, tmp_path: Path) -> None:
    """P10, P11: killed with -9, suspended, and cut from the server."""
    hunt(postgres_url, tmp_path, [kill, suspend, cut], lines=True)


def test_one_of_a_host_tells_while_the_server_is_gone(postgres_url: str, tmp_path: Path) -> None:
    """P11: what was told from memory is not told again when the server is back."""
    with party(postgres_url, tmp_path, speakers=3, lines=True, one_host=True) as (feeder, receiver, speakers):
        assert eventually_speaks(speakers, timeout_s=60), [one.log for one in speakers]
        time.sleep(STILL_S)
        feeder.is_broken = True
        time.sleep(1)
        for one in speakers:
            assert one.line is not None
            one.line.cut()
        was_told = arrives(receiver, "firing", number=1)
        time.sleep(STILL_S)
        for one in speakers:
            assert one.line is not None
            one.line.mend()
        feeder.is_broken = False
        arrives(receiver, "resolved", number=1)
        time.sleep(STILL_S)

        assert was_told, said([], receiver, speakers)
        assert told(receiver) == (1, 1), said([], receiver, speakers)
