"""What other monitors send home is no call of the application.

Sentry and its like deliver in threads of their own through urllib3, which we instrument: without this each
delivery would be a client span and a count of the application.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation
from wrapt import register_post_import_hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from otel_monitoring.guard import Guard

DELIVERIES: tuple[tuple[str, str], ...] = (
    ("sentry_sdk.transport", "HttpTransport._request"),
    ("elasticapm.transport.http", "Transport.send"),
)
"""Modules, and the methods in them that deliver. Logfire, New Relic and Datadog look after themselves."""


def hush(*, guard: Guard, deliveries: Iterable[tuple[str, str]] = DELIVERIES) -> Callable[[], None]:
    """Keep the deliveries of other monitors out of telemetry, from the moment they are imported.

    Args:
        guard: Catches what goes wrong, so that no import of the application fails by it.
        deliveries: Modules, and the methods in them that deliver.

    Returns:
        A function that takes it back.
    """
    undo: list[Callable[[], None]] = []
    is_open = True

    def close() -> None:
        nonlocal is_open
        is_open = False
        while undo:
            undo.pop()()

    for module_name, path in deliveries:

        def imported(module: ModuleType, path: str = path) -> None:
            if is_open:
                with guard:
                    undo.append(_suppress(module, path))

        register_post_import_hook(imported, module_name)
    return close


def _suppress(module: ModuleType, path: str) -> Callable[[], None]:
    *parents, name = path.split(".")
    holder = functools.reduce(getattr, parents, module)
    original = getattr(holder, name)

    @functools.wraps(original)
    def silent(*args: Any, **kwargs: Any) -> Any:
        with suppress_instrumentation():
            return original(*args, **kwargs)

    def undo() -> None:
        if vars(holder).get(name) is silent:  # else somebody wrapped it since, and comes by through it
            setattr(holder, name, original)

    setattr(holder, name, silent)
    return undo
