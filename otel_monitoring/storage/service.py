"""Whose something is: several services, or several environments of one, may share a database.

Everything that is kept belongs to a service. Each evaluates its own rules, tells people for itself and sees
its own samples; what others keep in the same database it neither sees nor takes over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otel_monitoring.storage.documents import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "service.name"
_NAMESPACE = "service.namespace"
_ENVIRONMENTS = ("deployment.environment.name", "deployment.environment")
"""The second is what the first was called before semantic conventions 1.27."""

_KEY_CHARS = 16
"""64 bits are plenty for services that share a database, and every row of the storage bears them."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service in one environment: all processes that speak with one voice.

    Attributes:
        name: ``service.name``.
        namespace: ``service.namespace``; empty for none.
        environment: ``deployment.environment.name``; empty for none.
    """

    name: str = ""
    namespace: str = ""
    environment: str = ""

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> Service:
        """Return the service that the attributes of a resource name."""
        environments = (str(resource.get(name) or "") for name in _ENVIRONMENTS)
        return cls(
            name=str(resource.get(_NAME) or ""),
            namespace=str(resource.get(_NAMESPACE) or ""),
            environment=next((one for one in environments if one), ""),
        )

    @classmethod
    def parsed(cls, text: str) -> Service:
        """Return the service that ``[NAMESPACE/]NAME[@ENVIRONMENT]`` names, as ``str()`` writes it."""
        rest, at, environment = text.rpartition("@")
        if not at:
            rest, environment = text, ""
        namespace, slash, name = rest.partition("/")
        return cls(name, namespace, environment) if slash else cls(rest, "", environment)

    @property
    def key(self) -> str:
        """What everything that belongs to it bears, 16 characters; the same at every process."""
        return digest(self.namespace, self.name, self.environment)[:_KEY_CHARS]

    def __str__(self) -> str:
        """Return ``[NAMESPACE/]NAME[@ENVIRONMENT]``."""
        namespace = f"{self.namespace}/" if self.namespace else ""
        return f"{namespace}{self.name}" + (f"@{self.environment}" if self.environment else "")
