"""What other processes do in the tests: run as ``python processes.py <what> <url> …``."""

from __future__ import annotations

import functools
import json
import os
import random
import signal
import sys
import time
from typing import TYPE_CHECKING

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.tables import TRANSITIONS
from otel_monitoring.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_S = 60.0


def hold(url: str, holder: str, span_s: str) -> None:
    """Hold a lease for as long as possible, and note each thing that is sent under it until killed."""
    database = _opened(url)
    lease = Lease(database=database, name="evaluator", holder=holder, span_s=float(span_s))
    number = 0
    while True:
        lease.renew()
        while lease.hold():
            number += 1
            _send(database, lease, holder, number)
            if number % 5 == 0:
                break
        time.sleep(lease.span_s / 10)


def crash(url: str, rounds: str, seed: str) -> None:
    """Load the storage and be killed at random moments; print what was confirmed in each round."""
    chance = random.Random(int(seed))
    for number in range(int(rounds)):
        load = functools.partial(_load, url, f"round-{number}")
        _say(_killed(load, chance.uniform(0.05, 0.4)))


def append(url: str, processes: str, collections: str, interval_s: str) -> None:
    """Append collections at an interval in several processes at once; each prints how it fared."""
    for number in range(int(processes)):
        if os.fork() == 0:
            _append(url, f"worker-{number}", int(collections), float(interval_s))
            os._exit(0)
    for _ in range(int(processes)):
        os.wait()


def _append(url: str, instance: str, collections: int, interval_s: float) -> None:
    database = _opened(url)
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source(instance))
    for number in range(collections):
        log.append(Batch("self", number + 1, _labels(200), [float(number)] * 200))
        writer.flush(WAIT_S)
        time.sleep(interval_s)
    _say({**writer.stats(), **database.stats()})


def _opened(url: str) -> Database:
    database = Database(url=url, clock=SystemClock())
    assert database.ensure(), database.state
    return database


def _send(database: Database, lease: Lease, holder: str, number: int) -> None:
    try:
        fence = lease.fence()
        with database.write() as connection:
            fence.check(connection)
            connection.execute(
                TRANSITIONS.insert().values(
                    service="shop",
                    digest=holder,
                    at_ms=number,
                    change=str(fence.token),
                    rule="",
                    labels="",
                    document="",
                )
            )
    except StorageError:
        return  # refused: the lease has gone to another


def _load(url: str, instance: str, tell: Callable[[int], None]) -> None:
    database = _opened(url)
    if database.is_sqlite:
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    tell(0)
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source(instance))
    number = 0
    while True:
        number += 1
        count = 50 + number % 7 * 10
        log.append(Batch("self", number, _labels(count), [float(number)] * count))
        if writer.flush(WAIT_S):
            tell(number)


def _labels(count: int) -> list[Labels]:
    return [Labels.of(__name__="m", n=str(number)) for number in range(count)]


def _killed(work: Callable[[Callable[[int], None]], None], after_s: float) -> int:
    """Run ``work`` in a child process that is killed some time after its first word; return its last word."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(functools.partial(_write_line, writing))
        finally:
            os._exit(3)
    os.close(writing)
    with os.fdopen(reading) as words:
        if words.readline() != "0\n":
            msg = "the storage could not be opened"
            raise RuntimeError(msg)
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        told = [int(line) for line in words if line.endswith("\n")]
    return told[-1] if told else 0


def _say(document: object) -> None:
    """Print in one piece, however many processes print."""
    os.write(sys.stdout.fileno(), f"{json.dumps(document)}\n".encode())


def _write_line(handle: int, number: int) -> None:
    os.write(handle, f"{number}\n".encode())


def fork(url: str) -> None:
    """Fork while a thread writes; parent and child both go on, and each tells what it wrote."""
    database = _opened(url)
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source("parent"))
    writer.start()
    for number in range(1, 31):
        log.append(Batch("self", number, _labels(50), [float(number)] * 50))
        if number % 10 == 0 and os.fork() == 0:
            _forked(database, f"child-{number}")
    for _ in range(3):
        os.wait()
    writer.stop(WAIT_S)
    _say({"who": "parent", **writer.stats(), **database.stats()})


def _forked(database: Database, instance: str) -> None:
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source(instance))
    for number in range(1, 21):
        log.append(Batch("self", number, _labels(50), [float(number)] * 50))
        writer.flush(WAIT_S)
    _say({"who": instance, **writer.stats(), **database.stats()})
    database.close()
    os._exit(0)


COMMANDS: dict[str, Callable[..., None]] = {"hold": hold, "crash": crash, "append": append, "fork": fork}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
