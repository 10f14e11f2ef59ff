"""Where the storage is when the settings do not say it to the letter."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.errors import MissingExtraError
from otel_monitoring.settings.types import MEMORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.settings import Settings
    from otel_monitoring.settings.groups import StorageSettings

SUFFIX = ".db"
NAMELESS = "unknown_service"
_ODD = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 100
_DIGEST = 8
_NO_HOME = Path("/")
"""Where a user without an entry and without ``HOME`` lives, as in many containers."""


def storage_url(settings: Settings, *, service: str, environ: Mapping[str, str]) -> str | None:
    """Return the URL of the storage; ``None`` where nothing is to outlive the process.

    Without a URL each service has a file of its own under the data directory. A service that has no name of
    its own is told from others by the directory that it runs in.

    Args:
        settings: Say where, or nothing.
        service: ``service.name`` of the resource.
        environ: Says where a user's data live.

    Raises:
        MissingExtraError: PostgreSQL is wanted and its driver is not installed.
    """
    if settings.storage.url is not None:
        return _stated(settings.storage.url.get_secret_value())
    return f"sqlite:///{data_directory(settings.storage, environ) / file_name(service)}"


def data_directory(storage: StorageSettings, environ: Mapping[str, str]) -> Path:
    """Return the folder of the files: the setting, else where the platform keeps what programs remember."""
    if storage.data_directory is not None:
        return Path(os.path.abspath(os.path.expanduser(storage.data_directory)))  # noqa: PTH100, PTH111 - never raises
    return _state_home(environ) / "otel_monitoring"


def file_name(service: str, directory: str | None = None) -> str:
    """Return the name of the file of a service.

    Args:
        service: ``service.name``.
        directory: The one that a nameless service runs in; the current one where not given.
    """
    plain = _ODD.sub("_", service).strip(".")[:_LONGEST]
    if service.startswith(NAMELESS):
        return f"{plain}-{_digest(os.getcwd() if directory is None else directory)}{SUFFIX}"  # noqa: PTH109 - only text is wanted
    return f"{plain}{SUFFIX}" if plain == service else f"{plain}-{_digest(service)}{SUFFIX}"


def _stated(url: str) -> str | None:
    if url == MEMORY:
        return None
    if not url.startswith("sqlite") and find_spec("psycopg") is None:
        raise MissingExtraError("psycopg", extra="postgres", needed_for="a storage in PostgreSQL")  # noqa: EM101 - a name
    return url


def _state_home(environ: Mapping[str, str]) -> Path:
    stated = environ.get("XDG_STATE_HOME", "")
    if Path(stated).is_absolute():
        return Path(stated)
    if sys.platform == "win32":  # pragma: no cover - no such machine here
        return Path(environ.get("LOCALAPPDATA") or _home(environ) / "AppData" / "Local")
    if sys.platform == "darwin":  # pragma: no cover - no such machine here
        return _home(environ) / "Library" / "Application Support"
    return _home(environ) / ".local" / "state"


def _home(environ: Mapping[str, str]) -> Path:
    stated = environ.get("HOME", "")
    if Path(stated).is_absolute():
        return Path(stated)
    try:
        return Path.home()
    except RuntimeError:
        return _NO_HOME


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
