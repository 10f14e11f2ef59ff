"""Fork over and over while other threads measure and collect; print what each child counted, as JSON.

Arguments: number of forks; ``os``, ``multiprocessing`` or ``pool``.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor

from opentelemetry import metrics, trace

from otel_monitoring import setup_telemetry

CHILD_COUNT = 3
monitoring = setup_telemetry(service_name="forking")
meter, tracer = metrics.get_meter("forking"), trace.get_tracer("forking")
counter = meter.create_counter("forking.count")
children = meter.create_counter("forking.children")
counter.add(1_000_000)


def busy(stop: threading.Event) -> None:
    """Use everything that takes a lock."""
    number = 0
    while not stop.is_set():
        number += 1
        counter.add(1, {"number": number % 10})
        meter.create_histogram(f"forking.histogram.{number % 50}").record(number)
        trace.get_tracer(f"tracer-{number % 50}").start_span("busy").end()
        metrics.get_meter(f"meter-{number % 50}").create_counter("made").add(1)


def collecting(stop: threading.Event) -> None:
    """Collect and flush without a pause."""
    while not stop.is_set():
        monitoring.collect()
        monitoring.force_flush(1)


def child() -> None:
    """Do in a child what the other threads did in the parent."""
    for number in range(CHILD_COUNT):
        children.add(1)
        meter.create_histogram(f"child.histogram.{number}").record(1)
        with tracer.start_as_current_span("in the child"):
            metrics.get_meter("in the child").create_counter("made").add(1)


def work(_number: int) -> int:
    """Do the work of a pool's child."""
    child()
    return os.getpid()


def fork_with_os(forks: int) -> list[int]:
    """Fork and let the interpreter end as usual in the child."""
    pids = []
    for _ in range(forks):
        pid = os.fork()
        if not pid:
            child()
            sys.exit(0)
        pids.append(pid)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def fork_with_multiprocessing(forks: int) -> list[int]:
    """Let multiprocessing fork."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=child) for _ in range(forks)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode if process.exitcode is not None else -1 for process in processes]


def fork_with_a_pool(forks: int) -> list[int]:
    """Let a pool of processes do the work."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        return [0 for pid in pool.map(work, range(forks)) if pid]


def main() -> None:
    """Fork."""
    forks, how = int(sys.argv[1]), sys.argv[2]
    stop = threading.Event()
    threads = [threading.Thread(target=target, args=(stop,)) for target in (busy, busy, collecting)]
    for thread in threads:
        thread.start()
    fork = {"os": fork_with_os, "multiprocessing": fork_with_multiprocessing, "pool": fork_with_a_pool}
    codes = fork[how](forks)
    stop.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"codes": codes}))


if __name__ == "__main__":
    main()
