"""The request id on outgoing calls: a propagator beside those that carry the trace.

Every client library that an OpenTelemetry instrumentation looks after asks the global propagator what
to send along, so this one place serves httpx, requests, aiohttp, urllib3, Celery and the rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.environment_variables import OTEL_PROPAGATORS
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import TextMapPropagator, default_getter, default_setter

from otel_monitoring.context.correlation import Correlation, in_context, of_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.propagators.textmap import CarrierT, Getter, Setter

    from otel_monitoring.context.headers import RequestIdPolicy


class RequestIdPropagator(TextMapPropagator):
    """Send the current request id along, and take over one that arrives.

    Args:
        policy: Which header carries the id, and which incoming ids are taken over.
    """

    def __init__(self, policy: RequestIdPolicy) -> None:
        self._policy = policy
        self._names = tuple(name.decode("ascii") for name in policy.header_names)
        self._name = self._names[0]

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """Return ``context`` with the correlation that ``carrier`` names, if it names a valid one.

        A correlation that ``context`` has already stays.
        """
        base = Context() if context is None else context
        if of_context(base) is not None:
            return base
        for name in self._names:
            for value in getter.get(carrier, name) or ():
                accepted = self._policy.accept(value.encode("utf-8", "surrogatepass"))
                if accepted is not None:
                    return in_context(Correlation(accepted), base)
        return base

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        """Write the id of ``context``, by default the current one, unless the call has one of its own."""
        correlation = of_context(context)
        if correlation is not None and not self._has_own(carrier):
            setter.set(carrier, self._name, correlation.request_id)

    @property
    def fields(self) -> set[str]:
        """Return the name of the header that ``inject`` writes."""
        return {self._name}

    def _has_own(self, carrier: object) -> bool:
        return isinstance(carrier, Mapping) and any(
            isinstance(key, str) and key.lower() == self._name for key in carrier
        )


def join_global(propagator: TextMapPropagator) -> Callable[[], None]:
    """Let ``propagator`` work beside whatever the process propagates by now.

    The propagators of ``OTEL_PROPAGATORS``, or those that the program set itself, stay and come first.
    Nothing happens where they write the same headers already, so a second call is harmless, and where
    ``OTEL_PROPAGATORS`` is ``none``.

    Returns:
        A function that takes ``propagator`` out again; it does nothing once the program has set
        another propagator over it.
    """
    before = get_global_textmap()
    if propagator.fields <= before.fields or _is_switched_off():
        return _nothing_to_undo
    joined = CompositePropagator([before, propagator])
    set_global_textmap(joined)

    def leave() -> None:
        if get_global_textmap() is joined:
            set_global_textmap(before)

    return leave


def _is_switched_off() -> bool:
    names = os.environ.get(OTEL_PROPAGATORS, "").lower().split(",")
    return "none" in (name.strip() for name in names)


def _nothing_to_undo() -> None:
    """Leave the global propagator as it is."""
