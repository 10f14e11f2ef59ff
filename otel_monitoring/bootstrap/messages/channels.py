"""The channels of all receivers, made from a routing configuration."""

from __future__ import annotations

import glob
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.errors import MonitoringError
from otel_monitoring.notify.channels.making import ChannelOptions
from otel_monitoring.notify.channels.table import channel_from_spec
from otel_monitoring.notify.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.alerts.routing.config import RoutingConfig
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.model.receiver import ChannelSpec
    from otel_monitoring.notify.channel import Channel


class Channels:
    """Make channels; one that a new configuration states as before stays what it is, and keeps its memory.

    Args:
        builder: The settings and what the parts share.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._templates: list[str] | None = None
        self._made: dict[tuple[str, str], tuple[ChannelSpec, Channel]] = {}

    def of(self, config: RoutingConfig) -> dict[str, dict[str, Channel]]:
        """Return the channels of each receiver, by name.

        Raises:
            RoutingError: Something cannot be used; the message has a line for each problem.
        """
        templates = _templates(config.templates)
        known = self._made if templates == self._templates else {}
        common = self._options(templates)
        made: dict[tuple[str, str], tuple[ChannelSpec, Channel]] = {}
        problems = self._unknown_receivers(config)
        for receiver in config.receivers:
            options = self._for_receiver(common, receiver.name)
            for spec in receiver.channels:
                try:
                    channel = _known(known, receiver.name, spec) or channel_from_spec(spec, options)
                except MonitoringError as error:
                    problems.append(str(error))
                else:
                    made[receiver.name, spec.name] = (spec, channel)
        if problems:
            raise RoutingError("\n".join(problems))
        self._made, self._templates = made, templates
        return {
            receiver.name: {spec.name: made[receiver.name, spec.name][1] for spec in receiver.channels}
            for receiver in config.receivers
        }

    def _options(self, templates: Sequence[str]) -> ChannelOptions:
        clock, notify = self._builder.clock, self._builder.settings.notify
        return ChannelOptions(
            clock=clock,
            timeout_s=notify.timeout_s,
            headers={name: value.get_secret_value() for name, value in notify.webhook_headers.items()},
            allow_private=notify.allow_private,
            texts=Texts(clock=clock, sources=templates, zone=_zone("notify.timezone", notify.timezone)),
            functions=self._builder.functions,
        )

    def _for_receiver(self, common: ChannelOptions, receiver: str) -> ChannelOptions:
        """Return the options with which the channels of one receiver are made: times in its own zone."""
        zone = self._builder.settings.notify.timezones.get(receiver)
        if zone is None:
            return common
        texts = common.wording().within(_zone(f"notify.timezones.{receiver}", zone))
        return replace(common, texts=texts)

    def _unknown_receivers(self, config: RoutingConfig) -> list[str]:
        names = sorted(receiver.name for receiver in config.receivers)
        unknown = sorted(self._builder.settings.notify.timezones.keys() - names)
        expected = f"expected one of {', '.join(names)}"
        return [f"notify.timezones: there is no receiver {name!r}: {expected}" for name in unknown]


def _known(
    made: Mapping[tuple[str, str], tuple[ChannelSpec, Channel]], receiver: str, spec: ChannelSpec
) -> Channel | None:
    """Return the channel that was made from the same statement, unless files may say something else now."""
    before, channel = made.get((receiver, spec.name), (None, None))
    if before is None or _names_files(spec.options):
        return None
    return channel if replace(before, source="") == replace(spec, source="") else None


def _names_files(options: Any) -> bool:
    if isinstance(options, dict):
        return any(str(name).endswith("_file") or _names_files(one) for name, one in options.items())
    return isinstance(options, list | tuple) and any(map(_names_files, options))


def _zone(setting: str, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        msg = f"{setting} is {name!r}: expected the name of a zone, such as Europe/Berlin"
        raise RoutingError(msg) from None


def _templates(patterns: Sequence[str]) -> list[str]:
    found = []
    for path in template_files(patterns):
        try:
            found.append(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            msg = f"templates: {path!r} cannot be read ({type(error).__name__}): expected UTF-8"
            raise RoutingError(msg) from None
    return found


def template_files(patterns: Sequence[str]) -> list[str]:
    """Return the files that the patterns of a configuration name, in the order that they are read in."""
    return [path for pattern in patterns for path in sorted(glob.glob(pattern))]  # noqa: PTH207 - may be absolute
