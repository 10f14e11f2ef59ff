"""Who calls, once that is proven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import Scope

Role: TypeAlias = Literal["viewer", "admin"]
"""A viewer reads and asks; an admin changes things too."""

_CALLER: Final = "otel_monitoring.caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has proven who they are.

    Attributes:
        name: As the audit trail names them, such as ``key ci`` or ``user 42``; holds no secret.
        role: What they may do.
        by: How they proved it.
        proof: Which proof it was, without a secret in it, such as ``key 2fo3kq7xab``: a session that began
            with it ends with it. Empty where there is nothing that could be taken back.
        routes: The routes below the prefix that the proof opens, such as ``/metrics``; one that ends with
            ``/*`` stands for whatever lies below. Empty opens all that the role does.
        until_ms: When the proof ends by itself, Unix milliseconds; no session outlives it. ``None`` for
            never.
    """

    name: str
    role: Role
    by: Literal["token", "key", "jwt", "session", "application"] = "application"
    proof: str = ""
    routes: tuple[str, ...] = ()
    until_ms: int | None = None

    def may_use(self, path: str) -> bool:
        """Tell whether the proof opens a path below the prefix; what the role says is asked besides."""
        if not self.routes:
            return True
        if ".." in path or "//" in path:
            return False
        return any(_covers(route, path) for route in self.routes)


class Verifier(Protocol):
    """One way to prove who one is."""

    async def caller(self, credential: str) -> Caller | None:
        """Return who brings ``credential``, the text after ``Bearer``; ``None`` where it proves nobody.

        Never raises; takes the same time whichever character of a guess is wrong.
        """
        ...


def _covers(route: str, path: str) -> bool:
    if route.endswith("/*"):
        return path.startswith(route[:-1])
    return path.rstrip("/") == route.rstrip("/")


def note_caller(scope: Scope, caller: Caller) -> None:
    """Let the routes behind the gate know who calls."""
    scope[_CALLER] = caller


def caller_of(scope: Scope) -> Caller | None:
    """Return who calls; ``None`` for a stranger, who gets no further than the public routes."""
    found = scope.get(_CALLER)
    return found if isinstance(found, Caller) else None
