"""What the doctor looks at and what it says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from otel_monitoring.cli.application import Application
    from otel_monitoring.settings.load import LoadedSettings

State = Literal["on", "off", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is on, off, doubtful or broken.

    Attributes:
        name: What it is about.
        state: ``on``, ``off`` by choice or by default, ``warn``, or ``fail``.
        reason: Why, in one sentence without a full stop.
        advice: What to do about it, or nothing.
    """

    name: str
    state: State
    reason: str
    advice: str = ""


def installed_version(package: str) -> str | None:
    """Return the installed version of the distribution ``package``, or ``None``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Patient:
    """What a probe may look at.

    Attributes:
        environ: The environment variables.
        loaded: The settings in force, with their origins.
        app: The application, imported, or ``None``.
        connect: Whether endpoints may be connected to.
        timeout_s: Time limit of one connection.
        package_version: Gives the installed version of a distribution, or ``None``.
    """

    environ: Mapping[str, str]
    loaded: LoadedSettings
    app: Application | None = None
    connect: bool = False
    timeout_s: float = 2.0
    package_version: Callable[[str], str | None] = installed_version


Probe: TypeAlias = Callable[[Patient], Iterable[Finding]]
"""Looks at one topic; it changes nothing and waits for nothing but a connection that was asked for."""
