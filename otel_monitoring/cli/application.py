"""The application that the doctor looks at from inside."""

from __future__ import annotations

import importlib
import logging
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.settings.options import options, value_at
from otel_monitoring.settings.sources import CODE

if TYPE_CHECKING:
    from otel_monitoring.settings.load import LoadedSettings

_log = logging.getLogger(__name__)

_SETUP = "otel_monitoring.bootstrap.setup"


@dataclass(frozen=True, slots=True)
class Application:
    """What a name led to.

    Attributes:
        name: ``module:attribute``, as it was given.
        target: The object, or ``None`` where it cannot be imported.
        running: What ``setup_telemetry`` made while it was imported, or ``None``.
    """

    name: str
    target: Any = None
    running: Any = None


def load_application(name: str) -> Application:
    """Import ``module:attribute`` as a server started in this folder would; its code runs."""
    module, _, attribute = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        target: Any = importlib.import_module(module)
        for part in attribute.split("."):
            target = getattr(target, part)
    except Exception:  # noqa: BLE001 - whatever the application's own code raises is told to whoever asked
        _log.exception("%s cannot be imported", name)
        return Application(name)
    return Application(name, target, _running())


def settings_in_force(loaded: LoadedSettings, running: Any) -> LoadedSettings:
    """Return ``loaded`` with what the code of the application gave to ``setup_telemetry``."""
    if running is None:
        return loaded
    differing = [
        name for name in options() if value_at(running.settings, name) != value_at(loaded.settings, name)
    ]
    origins = {**loaded.origins, **dict.fromkeys(differing, CODE)}
    return replace(loaded, settings=running.settings, origins=origins)


def _running() -> Any:
    """Return the running instance; the set-up is not imported for the question."""
    find = getattr(sys.modules.get(_SETUP), "running", None)
    return None if find is None else find()
