"""Where the pages lie: on the application, on a port of their own, or wherever they are mounted by hand."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.api.alone import Front, Handed, OnlyProbes
from otel_monitoring.api.mount import Mounted
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.bootstrap.parts import Builder

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the pages lie.

    Attributes:
        on_app: What of them is put on the application by itself; ``None`` for nothing.
        handed: All of them, for the code of the application.
    """

    on_app: ASGIApp | None
    handed: Handed


def places(builder: Builder, mounted: Mounted | None) -> Places:
    """Return where the pages lie; a port of their own is served for as long as the instance runs."""
    settings = builder.settings.api
    if mounted is None:
        return Places(None, Handed(None))
    probes = mounted.probes
    handed = Handed(Mounted(mounted.built, prefix="", guard=Guard("api"), probes=probes))
    if settings.admin_port is None:
        return Places(mounted if settings.mount else None, handed)
    if importlib.util.find_spec("uvicorn") is None:
        _log.warning("nothing is served at api.admin_port: it needs uvicorn, pip install uvicorn")
    else:
        _serve(builder, mounted, port=settings.admin_port)
    if probes is None or not settings.admin_probes:
        return Places(None, handed)
    return Places(OnlyProbes(probes, prefix=settings.prefix), handed)


def _serve(builder: Builder, mounted: Mounted, *, port: int) -> None:
    """Serve the pages at a port for as long as the instance runs."""
    from otel_monitoring.bootstrap.api.serving import AdminServer

    settings = builder.settings.api
    server = AdminServer(
        Front(mounted, prefix=settings.prefix),
        host=settings.admin_host,
        port=port,
        prefix=settings.prefix,
        guard=Guard("api.admin"),
    )
    builder.services.append(server)
    builder.parts.append(server)
