"""Who is told, and over which channels, as a configuration states it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One channel of one receiver, not built yet.

    Attributes:
        name: Its own within the receiver, in the words of Alertmanager: ``slack[0]``.
        kind: Which channel: ``webhook``, ``email``, ``slack``, ``pagerduty``, ``url`` …
        options: What the configuration says about it, under the configuration's own names; never shown, as
            there are secrets among them.
        send_resolved: Whether it is told when an alert resolves.
        source: Where it is stated, as errors about it begin: ``alertmanager.yml:12:7``.
    """

    name: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    send_resolved: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class ReceiverSpec:
    """Somebody who is told.

    Attributes:
        name: What routes call it.
        channels: Its channels; none for a receiver that is told nothing.
    """

    name: str
    channels: tuple[ChannelSpec, ...] = ()
