"""Where things lie: the cache that outlives a clone, and the state of what runs now."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIGURATION = REPOSITORY / "collector-config"


def cache_folder() -> Path:
    """Return the folder of built programs, shared by all clones of this user."""
    own = os.environ.get("OTEL_MONITORING_CACHE")
    if own:
        return Path(own)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "otel_monitoring"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one set of servers.

    Attributes:
        name: ``services`` (what tests talk to) or ``stack`` (what a person looks at).
        port_offset: Added to every standard port.
        keeps_data: Whether data outlives a stop.
    """

    name: str
    port_offset: int
    keeps_data: bool

    @property
    def state(self) -> Path:
        """Folder of pid files, logs and data."""
        return REPOSITORY / ".services" / self.name

    @property
    def index(self) -> Path:
        """The JSON file that says what runs where."""
        return REPOSITORY / ".services" / f"{self.name}.json"

    @property
    def environment(self) -> Path:
        """The same as ``index`` for shells."""
        return REPOSITORY / ".services" / f"{self.name}.env"

    @property
    def open_data(self) -> Path:
        """Where root keeps the data of a server that runs as somebody else.

        That user may not reach the clone, and nobody else may have made this folder before us.
        """
        clone = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
        return Path("/var/lib/otel_monitoring") / f"{clone}-{self.name}"

    def folder(self, server: str) -> Path:
        """Return the folder of one server, made if need be."""
        folder = self.state / server
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def places(name: str) -> Places:
    """Return the places of the set called ``name``; ports move by an environment variable each."""
    stays = name == "stack"
    variable = f"OTEL_MONITORING_{name.upper()}_PORT_OFFSET"
    offset = int(os.environ.get(variable) or (0 if stays else 10_000))
    return Places(name=name, port_offset=offset, keeps_data=stays)
