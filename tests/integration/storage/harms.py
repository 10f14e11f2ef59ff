"""What can happen to a process, each seeded and each bounded in time."""

from __future__ import annotations

import os
import sqlite3
import time
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import make_url

from tests.integration.storage.line import CUTS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.integration.storage.party import Speaker

    Harm: TypeAlias = Callable[[Speaker, random.Random], None]

AWAY_S = 4.0
"""Eight intervals; an interval of the party is half a second, a span of its lease three of them."""
LONG_S = float(os.environ.get("OTEL_MONITORING_SUSPEND_S", "6"))
_LONG_EVERY = 20


def kill(speaker: Speaker, _chance: random.Random) -> None:
    """End it with ``kill -9``, and start another in its place."""
    speaker.kill()
    speaker.start()


def suspend(speaker: Speaker, chance: random.Random) -> None:
    """Stop it for some intervals."""
    _suspend(speaker, chance.uniform(0.2, AWAY_S))


def suspend_long(speaker: Speaker, _chance: random.Random) -> None:
    """Stop it for as long as ``OTEL_MONITORING_SUSPEND_S`` says."""
    _suspend(speaker, LONG_S)


def cut(speaker: Speaker, chance: random.Random) -> None:
    """Cut it, and nobody else, from the server."""
    assert speaker.line is not None
    kind, away_s = chance.choice(CUTS), chance.uniform(0.2, AWAY_S)
    speaker.diary.note(f"{speaker.name} is cut for {away_s:.3f} s: {kind}")
    speaker.line.cut(kind)
    time.sleep(away_s)
    speaker.line.mend()
    speaker.diary.note(f"{speaker.name} is mended")


def occupy(speaker: Speaker, chance: random.Random) -> None:
    """Let another program write to the file: all processes are cut from it at once."""
    away_s = chance.uniform(0.2, AWAY_S)
    path = make_url(speaker.url).database
    assert path is not None
    other = sqlite3.connect(path, timeout=AWAY_S, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    speaker.diary.note(f"the file is occupied for {away_s:.3f} s")
    time.sleep(away_s)
    other.rollback()
    other.close()
    speaker.diary.note("the file is free")


def chosen(number: int, harms: list[Harm], chance: random.Random) -> Harm:
    """Return what happens in a round; every twentieth is one of a long absence."""
    return suspend_long if number % _LONG_EVERY == _LONG_EVERY // 2 else chance.choice(harms)


def _suspend(speaker: Speaker, away_s: float) -> None:
    speaker.diary.note(f"{speaker.name} is suspended for {away_s:.3f} s")
    speaker.suspend()
    time.sleep(away_s)
    speaker.resume()
    speaker.diary.note(f"{speaker.name} goes on")
