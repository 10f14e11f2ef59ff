"""The files of the built page, read once: a name that is not among them does not exist.

There are some twenty of them, a megabyte and a half together. Served from memory, no path of a request ever
reaches a file system. They were compressed when they were built.
"""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

INDEX: Final = "index.html"

CODINGS: Final = {"br": ".br", "gzip": ".gz"}
"""How a file may have been compressed, the best in front, and what its name ends in then."""

_TYPES: Final = {".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html", ".css": "text/css"}
"""What a machine's own table of types may say otherwise, and a browser would then not run."""


class DashboardError(MonitoringError):
    """The page was not built."""


@dataclass(frozen=True, slots=True)
class File:
    """One file.

    Attributes:
        content: As it was built.
        compressed: The same by the codings that it was built in, of :data:`CODINGS`.
        media_type: What it is.
        etag: Changes with the content.
    """

    content: bytes
    compressed: Mapping[str, bytes]
    media_type: str
    etag: str


def read_files(folder: Traversable) -> Mapping[str, File]:
    """Return the files below a folder by their paths, such as ``assets/index-1a2b.js``.

    Raises:
        DashboardError: There is no page among them.
    """
    contents = {path: entry.read_bytes() for path, entry in _walk(folder, "")}
    endings = tuple(CODINGS.values())
    found = {path: _file(path, contents) for path in contents if not path.endswith(endings)}
    if INDEX not in found:
        msg = f"the dashboard was not built: expected {INDEX} among the files of the package; make dashboard"
        raise DashboardError(msg)
    return found


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry


def _file(path: str, contents: Mapping[str, bytes]) -> File:
    suffix = path[path.rfind(".") :]
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    content = contents[path]
    named = {coding: contents.get(path + ending) for coding, ending in CODINGS.items()}
    return File(
        content=content,
        compressed={coding: one for coding, one in named.items() if one is not None},
        media_type=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    )
