"""Who speaks: the resource of this process.

Source: OpenTelemetry semantic conventions 1.44, resource; the command line is left out on purpose.
"""

from __future__ import annotations

import os
import platform
import re
import socket
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.semconv.schemas import Schemas

from otel_monitoring._version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

_CGROUP_ID = re.compile(r"[/-]([0-9a-f]{64})(?:\.scope)?(?:/|$)")
_MOUNT_ID = re.compile(r"/(?:overlay-)?containers/([0-9a-f]{64})/")  # not a layer's: /overlay/<id>/diff
_K8S = {
    "k8s.pod.name": ("K8S_POD_NAME", "POD_NAME"),
    "k8s.pod.uid": ("K8S_POD_UID", "POD_UID"),
    "k8s.namespace.name": ("K8S_NAMESPACE_NAME", "POD_NAMESPACE"),
    "k8s.node.name": ("K8S_NODE_NAME", "NODE_NAME"),
}
_SCHEMA_URL = Schemas.V1_44_0.value if hasattr(Schemas, "V1_44_0") else ""


class ProcessResource(Resource):
    """A resource that follows its process: after a fork it describes the child.

    The providers, their tracers and loggers all hold this one object, so that replacing what it says is
    enough.
    """

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        super().__init__(dict(attributes), _SCHEMA_URL)
        self._has_own_instance = "service.instance.id" not in attributes
        self._follow()

    def after_fork(self) -> None:
        """Describe the child: its process id, and an instance id of its own."""
        self._has_own_instance = True
        self._follow()

    def merge(self, other: Resource) -> Resource:
        """Merge as usual, except for what the SDK's fork handlers would put over this resource.

        They merge a new instance id and nothing else; this object has taken care of that.
        """
        if set(other.attributes) <= {"service.instance.id", *_PROCESS_KEYS}:
            return self
        return super().merge(other)

    def _follow(self) -> None:
        attributes = dict(self.attributes)
        attributes.update(_process())
        if self._has_own_instance:
            attributes["service.instance.id"] = str(uuid.uuid4())
        self._attributes = type(self._attributes)(attributes=attributes, immutable=True)


_PROCESS_KEYS = (
    "process.pid",
    "process.parent_pid",
    "process.runtime.name",
    "process.runtime.version",
    "process.runtime.description",
    "process.executable.name",
    "process.executable.path",
    "process.command",
    "process.command_args",
    "process.command_line",
    "process.owner",
    "process.creation.time",
)


def resource(
    *,
    service_name: str | None = None,
    service_version: str | None = None,
    service_namespace: str | None = None,
    environment: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> ProcessResource:
    """Return the resource of this process.

    What is given here wins over ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES``, which win over
    what is detected.

    Args:
        service_name: ``service.name``; by default the name of the program.
        service_version: ``service.version``.
        service_namespace: ``service.namespace``.
        environment: ``deployment.environment.name``.
        attributes: Further attributes.
    """
    given = {
        "service.name": service_name,
        "service.version": service_version,
        "service.namespace": service_namespace,
        "deployment.environment.name": environment,
    }
    found: dict[str, Any] = {**_sdk(), **_host(), **_container(), **_kubernetes()}
    found.update(OTELResourceDetector().detect().attributes)
    found.update(attributes or {})
    found.update({key: value for key, value in given.items() if value})
    found.setdefault("service.name", _program())
    return ProcessResource(found)


def _sdk() -> dict[str, str]:
    from opentelemetry.sdk.version import __version__ as sdk_version

    return {
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": sdk_version,
        "telemetry.distro.name": "otel_monitoring",
        "telemetry.distro.version": __version__,
    }


def _host() -> dict[str, str]:
    found = {
        "host.name": socket.gethostname(),
        "host.arch": _architecture(platform.machine()),
        "os.type": platform.system().lower(),
    }
    machine_id = _first_line(Path("/etc/machine-id"))
    if machine_id:
        found["host.id"] = machine_id
    return found


def _architecture(machine: str) -> str:
    return {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _process() -> dict[str, Any]:
    return {
        "process.pid": os.getpid(),
        "process.executable.name": Path(sys.executable or "python").name,
        "process.runtime.name": sys.implementation.name,
        "process.runtime.version": platform.python_version(),
    }


def _container() -> dict[str, str]:
    container_id = container_id_of(Path("/proc/self"))
    return {"container.id": container_id} if container_id else {}


def container_id_of(process: Path) -> str | None:
    """Return the id of the container that the process lives in, or ``None``.

    Control groups of version 1 name it in ``cgroup``; with version 2 only the mounts tell.

    Args:
        process: A folder such as ``/proc/self``.
    """
    for name, pattern in (("cgroup", _CGROUP_ID), ("mountinfo", _MOUNT_ID)):
        try:
            text = (process / name).read_text(errors="replace")
        except OSError:
            continue
        for line in text.splitlines():
            if match := pattern.search(line):
                return match.group(1)
    return None


def _kubernetes() -> dict[str, str]:
    found = {}
    for key, variables in _K8S.items():
        value = next((os.environ[name] for name in variables if os.environ.get(name)), "")
        if value:
            found[key] = value
    return found


def _program() -> str:
    path = Path(sys.argv[0] if sys.argv and sys.argv[0] not in ("-c", "-m") else "")
    name = path.parent.name if path.stem == "__main__" else path.stem  # the package of `python -m package`
    return f"unknown_service:{name or Path(sys.executable or 'python').name}"


def _first_line(path: Path) -> str:
    try:
        return path.read_text(errors="replace").split("\n", 1)[0].strip()
    except OSError:
        return ""
