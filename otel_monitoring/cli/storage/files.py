"""Files that commands write and read: texts or bytes, compressed where their name ends with ``.gz``."""

from __future__ import annotations

import contextlib
import gzip
import io
import sys
import zlib
from typing import TYPE_CHECKING, Any, Literal

from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STANDARD = "-"
_GZIP = ".gz"


def ending(path: Path | None) -> str:
    """Return how the name of a file ends, that of its compression left out."""
    if path is None:
        return ""
    return path.with_suffix("").suffix if path.suffix == _GZIP else path.suffix


@contextlib.contextmanager
def written(path: Path | None, *, is_binary: bool = False) -> Iterator[Any]:
    """Open a file to be written, or standard output; it has its name once it is whole.

    Raises:
        MonitoringError: It is there already, or cannot be written.
    """
    if path is None:
        yield sys.stdout.buffer if is_binary else sys.stdout
        return
    if path.exists():
        msg = f"{path} is there already"
        raise MonitoringError(msg)
    partial = path.with_name(f"{path.name}.partial")
    try:
        with _open(partial, "w", is_binary=is_binary, is_compressed=path.suffix == _GZIP) as file:
            yield file
        partial.rename(path)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise MonitoringError(msg) from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def read(path: Path, *, is_binary: bool = False) -> Iterator[Any]:
    """Open a file to be read, or standard input for ``-``.

    Raises:
        MonitoringError: It cannot be read, or is no text.
    """
    try:
        if str(path) == STANDARD:
            yield sys.stdin.buffer if is_binary else sys.stdin
            return
        with _open(path, "r", is_binary=is_binary, is_compressed=path.suffix == _GZIP) as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        msg = f"{path} cannot be read: {reason}"
        raise MonitoringError(msg) from None
    except UnicodeDecodeError:
        msg = f"{path} cannot be read: it is no text in UTF-8"
        raise MonitoringError(msg) from None


def _open(path: Path, mode: Literal["r", "w"], *, is_binary: bool, is_compressed: bool) -> Any:
    if is_binary:
        return path.open("rb" if mode == "r" else "wb")
    if is_compressed:
        return io.TextIOWrapper(gzip.GzipFile(path, mode), encoding="utf-8", newline="")
    return path.open(mode, encoding="utf-8", newline="")
