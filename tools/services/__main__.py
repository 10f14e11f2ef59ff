"""The words behind ``make services``, ``make stack`` and their ends.

Usage: ``python -m tools.services up|down|status services|stack``

Ends with 0 where something is absent that cannot be had here (it says what and which tests will be
skipped), and with 1 where a server that is there does not start, or where one that
``REQUIRE_SERVICES`` names (comma-separated) is absent.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.services import process
from tools.services.places import Places, cache_folder, places
from tools.services.programs import Programs, provide
from tools.services.servers import SERVERS, Server, servers_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXTRAS = {
    "chromium": "browser tests",
    "promtool": "rule-file tests",
    "sloth": "comparisons of service levels",
    "compose_schema": "the compose test",
}
# Tests ask for these by `REQUIRE_SERVICES` too, and another target makes them.
MADE_ELSEWHERE = frozenset({"dashboard"})


def main(arguments: list[str] | None = None) -> int:
    """Run one word and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.services")
    parser.add_argument("word", choices=["up", "down", "status"])
    parser.add_argument("set", choices=["services", "stack"])
    told = parser.parse_args(arguments)
    where = places(told.set)
    with _alone(where):
        return {"up": up, "down": down, "status": status}[told.word](where)


def up(where: Places) -> int:
    """Provide every program, start every server that does not run, and write the index."""
    programs = provide()
    started, failed = {}, {}
    for name in servers_of(where):
        if name in programs.paths:
            try:
                started[name] = _start(name, where, programs.paths[name])
            except process.StartError as error:
                failed[name] = str(error)
    for name, server in started.items():
        try:
            process.wait_healthy(_handle(where, name), server.is_healthy)
        except process.StartError as error:
            failed[name] = str(error)
    running = {name: server for name, server in started.items() if name not in failed}
    _write_index(where, programs, running)
    _show(where, programs, running)
    for name, reason in failed.items():
        print(f"\n{name} did not start: {reason}")
    missing = required() - set(running) - set(programs.paths)
    if missing:
        print(f"\nREQUIRE_SERVICES names what is absent: {', '.join(sorted(missing))}")
    return 1 if failed or missing else 0


def down(where: Places) -> int:
    """End what ``up`` started, and nothing else."""
    for name in reversed(SERVERS):
        if process.stop(_handle(where, name)):
            print(f"ended {name}")
    where.index.unlink(missing_ok=True)
    where.environment.unlink(missing_ok=True)
    if not where.keeps_data:
        for name in SERVERS:
            _forget(name, where)
        shutil.rmtree(where.open_data, ignore_errors=True)
    return 0


def status(where: Places) -> int:
    """Say what runs."""
    for name in servers_of(where):
        pid = _handle(where, name).running_pid()
        print(f"{name:15}{'pid ' + str(pid) if pid else 'not running'}")
    return 0


def required() -> set[str]:
    """The servers and programs that ``REQUIRE_SERVICES`` asks of ``make services``."""
    named = {name.strip() for name in os.environ.get("REQUIRE_SERVICES", "").split(",")}
    return named - MADE_ELSEWHERE - {""}


def _start(name: str, where: Places, program: Path) -> Server:
    """Return the server, started unless the same one runs already."""
    handle = _handle(where, name)
    runs = handle.running_pid() is not None
    if not runs and not where.keeps_data:
        _forget(name, where)
    server = SERVERS[name](where, program)
    if runs and handle.fingerprint() == server.fingerprint:
        return server
    process.stop(handle)
    taken = [port for port in server.ports if not process.is_port_free(port)]
    if taken:
        variable = f"OTEL_MONITORING_{where.name.upper()}_PORT_OFFSET"
        msg = f"port {taken[0]} is taken by another program; end that one or set {variable}"
        raise process.StartError(msg)
    process.start(
        handle,
        server.command,
        environment=server.environment,
        folder=server.folder,
        user=server.user,
        fingerprint=server.fingerprint,
    )
    return server


def _handle(where: Places, name: str) -> process.Handle:
    where.state.mkdir(parents=True, exist_ok=True)
    return process.Handle(pid_file=where.state / f"{name}.pid", log=where.state / f"{name}.log")


def _forget(name: str, where: Places) -> None:
    for folder in (where.state / name, where.open_data / name):
        shutil.rmtree(folder, ignore_errors=True)
    (where.state / f"{name}.log").unlink(missing_ok=True)


def _write_index(where: Places, programs: Programs, running: dict[str, Server]) -> None:
    index = {
        "servers": {
            name: {
                "version": programs.versions[name],
                "log": str(_handle(where, name).log),
                "addresses": dict(server.addresses),
            }
            for name, server in running.items()
        },
        "programs": {name: str(path) for name, path in programs.paths.items()},
        "absent": programs.absent,
    }
    lines = [
        f"{name.upper()}_{use.upper()}={address}\n"
        for name, server in running.items()
        for use, address in server.addresses.items()
    ]
    for path, text in ((where.index, json.dumps(index, indent=2)), (where.environment, "".join(lines))):
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


def _show(where: Places, programs: Programs, running: dict[str, Server]) -> None:
    print(f"\n{where.name}: {len(running)} of {len(servers_of(where))} servers run; {where.index} says where")
    for name, server in running.items():
        print(f"  {name:15}{programs.versions[name]:16}pid {_handle(where, name).running_pid()}")
        for use, address in server.addresses.items():
            print(f"  {'':15}{use:12}{_without_password(address)}")
    for name in EXTRAS:
        if name in programs.paths:
            print(f"  {name:15}{programs.versions[name]:16}{programs.paths[name]}")
    skipped = {
        name: reason for name, reason in programs.absent.items() if name in {*servers_of(where), *EXTRAS}
    }
    for name, reason in skipped.items():
        tests = EXTRAS.get(name, f"tests that use the fixture `{name}`")
        print(f"  {name:15}absent: {reason}\n  {'':15}skipped: {tests}")
    print(f"programs are kept in {cache_folder()}; `make {_end_word(where)}` ends these servers")


def _end_word(where: Places) -> str:
    return "stack-down" if where.name == "stack" else "services-stop"


def _without_password(address: str) -> str:
    before, at, after = address.rpartition("@")
    return f"{before.rpartition(':')[0]}:***{at}{after}" if at else address


@contextmanager
def _alone(where: Places) -> Iterator[None]:
    """Let two runs at a time take turns."""
    where.state.mkdir(parents=True, exist_ok=True)
    with (where.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
