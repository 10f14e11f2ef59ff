"""Install Debian's servers, without letting Debian start any of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tools.services import pins

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY = Path("/usr/sbin/policy-rc.d")
INSTALL_TIMEOUT_S = 15 * 60


def find_program(name: str) -> Path | None:
    """Return the program called ``name``, on the path or where Debian keeps PostgreSQL's."""
    found = shutil.which(name)
    if found:
        return Path(found)
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return max(versions, key=lambda path: int(path.parts[-3]), default=None)


def missing_packages() -> list[str]:
    """Return the packages whose program is not there."""
    return [package for package, program in pins.DEBIAN_PACKAGES.items() if find_program(program) is None]


def install(packages: list[str]) -> str:
    """Install ``packages`` and return an empty text, or the reason why they are not installed."""
    wanted = " ".join(packages)
    if shutil.which("apt-get") is None:
        return f"no apt-get here; install by hand: {wanted}"
    if os.geteuid() != 0:
        return f"not root; run: apt-get install --no-install-recommends {wanted}"
    print(f"installing {wanted}", flush=True)
    with _nothing_started():
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "--quiet=2", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=INSTALL_TIMEOUT_S,
                check=False,
            )
            if done.returncode:
                return f"apt-get {command[0]} ended with {done.returncode}: {done.stdout[-600:]}"
    return ""


@contextlib.contextmanager
def _nothing_started() -> Iterator[None]:
    """Tell Debian not to start the servers that it installs; leave a policy that exists alone."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
