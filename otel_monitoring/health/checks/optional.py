"""Packages that a check needs and not everybody has."""

from __future__ import annotations

from importlib.util import find_spec

from otel_monitoring.errors import MissingExtraError


class MissingPackageError(MissingExtraError):
    """A package is needed that comes with no extra of ours.

    Args:
        package: Its import name, which is also what is installed.
        needed_for: What the user asked for, as it reads after "for".
    """

    def __init__(self, package: str, *, needed_for: str) -> None:
        ImportError.__init__(
            self, f"{package!r} is needed for {needed_for} and is not installed: pip install {package}"
        )


def require(package: str, *, extra: str = "", needed_for: str) -> None:
    """Make sure, without importing it, that a package is there.

    Args:
        package: Its import name.
        extra: Our extra that brings it; empty where none does.
        needed_for: What the user asked for, as it reads after "for".

    Raises:
        MissingExtraError: It is not installed; the message says what to install.
    """
    if find_spec(package) is not None:
        return
    if extra:
        raise MissingExtraError(package, extra=extra, needed_for=needed_for)
    raise MissingPackageError(package, needed_for=needed_for)
