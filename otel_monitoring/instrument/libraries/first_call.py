"""The first call that the application makes of a function."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import is_http_instrumentation_enabled

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def on_first_call(module: ModuleType, path: str, start: Callable[[], None]) -> Callable[[], None]:
    """Call ``start`` when the application first calls ``module.path``; our own calls do not count.

    Returns a function that takes the watch away again.
    """
    *parents, name = path.split(".")
    holder = functools.reduce(getattr, parents, module)
    original = getattr(holder, name)
    is_waiting = True

    @functools.wraps(original)
    def first(*args: Any, **kwargs: Any) -> Any:
        nonlocal is_waiting
        if not is_waiting or not is_http_instrumentation_enabled():
            return original(*args, **kwargs)
        is_waiting = False
        was_restored = restore()
        start()
        return getattr(holder, name)(*args, **kwargs) if was_restored else original(*args, **kwargs)

    def restore() -> bool:
        if vars(holder).get(name) is not first:  # somebody wrapped it since, and comes by through it
            return False
        setattr(holder, name, original)
        return True

    def leave() -> None:
        nonlocal is_waiting
        is_waiting = False
        restore()

    setattr(holder, name, first)
    return leave
