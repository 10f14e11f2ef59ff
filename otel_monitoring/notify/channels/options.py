"""Reading the options of a channel, with errors that name source, field, value and what was expected."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import MonitoringError, NotifyError
from otel_monitoring.model.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.model.receiver import ChannelSpec

_log = logging.getLogger(__name__)

_SECRET_WORDS = ("password", "secret", "token", "key", "credentials", "url", "headers")


class Options:
    """The options of one channel, read once each; what nobody read is unknown.

    Args:
        values: The options by name.
        source: Where they are stated, as errors begin.
        path: The name of the option that holds these, for those within another one.

    Attributes:
        where: The source.
    """

    def __init__(self, values: Mapping[str, Any], *, source: str, path: str = "") -> None:
        self._values = values
        self.where = source
        self._path = path
        self._read: set[str] = set()

    @classmethod
    def of(cls, spec: ChannelSpec) -> Options:
        """Return the options of a channel as its configuration states them."""
        where = f"{spec.source}: {spec.name}" if spec.source else spec.name
        options = cls(spec.options, source=where)
        options.skip("send_resolved")
        return options

    def has(self, name: str) -> bool:
        """Return whether an option is stated, and neither empty nor null."""
        return self._values.get(name) not in (None, "", {}, [])

    def text(self, name: str, default: str = "") -> str:
        """Return a text; numbers count as one."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.wrong(name, "a text")
        return str(value)

    def needed(self, name: str) -> str:
        """Return a text that must be there."""
        text = self.text(name)
        if not text:
            raise self.missing(name)
        return text

    def secret(self, name: str) -> str:
        """Return a text that is never shown, stated as it is or as the ``…_file`` that holds it."""
        path = self.text(f"{name}_file")
        if not path:
            return self.text(name)
        if self.has(name):
            msg = f"{self._at(name)}: at most one of {name} and {name}_file"
            raise NotifyError(msg)
        self.skip(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            msg = f"{self._at(f'{name}_file')}: {path!r} cannot be read: {type(error).__name__}"
            raise NotifyError(msg) from None

    def needed_secret(self, name: str) -> str:
        """Return a secret that must be there."""
        text = self.secret(name)
        if not text:
            raise self.missing(name)
        return text

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def whole(self, name: str, default: int = 0) -> int:
        """Return a whole number from 0 on."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.wrong(name, "a whole number from 0 on")
        return value

    def seconds(self, name: str, default: float) -> float:
        """Return the seconds of a duration such as ``1m30s``, or of a number of seconds."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return float(value)
        try:
            return parse_duration(str(value)) / 1000
        except MonitoringError:
            raise self.wrong(name, "a duration such as 1m30s") from None

    def one_of(self, name: str, default: str, known: Sequence[str]) -> str:
        """Return a text that is one of ``known``."""
        text = self.text(name, default)
        if text not in known:
            raise self.wrong(name, f"one of {', '.join(known)}")
        return text

    def texts(self, name: str) -> dict[str, str]:
        """Return texts by name."""
        value = self._take(name) or {}
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            raise self.wrong(name, "texts by name")
        return {str(key): text for key, text in value.items()}

    def mapping(self, name: str) -> Options:
        """Return the options within an option."""
        value = self._take(name) or {}
        if not isinstance(value, Mapping):
            raise self.wrong(name, "options by name")
        return Options(value, source=self.where, path=f"{self._path}{name}.")

    def items(self, name: str) -> list[Options]:
        """Return the options of each entry of a list."""
        value = self._take(name) or []
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            raise self.wrong(name, "a list of options by name")
        return [
            Options(one, source=self.where, path=f"{self._path}{name}[{number}].")
            for number, one in enumerate(value)
        ]

    def raw(self, name: str) -> Any:
        """Return an option as it is."""
        return self._take(name)

    def template(self, name: str, default: str, check: Callable[[str], object]) -> str:
        """Return a template that parses."""
        text = self.text(name, default)
        self.checked(name, text, check)
        return text

    def checked(self, name: str, text: str, check: Callable[[str], object]) -> None:
        """Let ``check`` look at a text, and name the option where it refuses."""
        try:
            check(text)
        except MonitoringError as error:
            msg = f"{self._at(name)}: {error}"
            raise NotifyError(msg) from None

    def refuse(self, why: str, *names: str) -> None:
        """Refuse options that cannot be followed and would change what is sent."""
        for name in names:
            if self.has(name):
                msg = f"{self._at(name)}: not supported: {why}"
                raise NotifyError(msg)
            self.skip(name)

    def skip(self, *names: str) -> None:
        """Let options pass that mean nothing here."""
        self._read.update(names)

    def ignore(self, *names: str) -> None:
        """Let options pass that change nothing that is sent, with a warning."""
        for name in names:
            if self.has(name):
                _log.warning("%s: not supported and ignored", self._at(name))
            self.skip(name)

    def finish(self) -> None:
        """Refuse options that nobody has read."""
        for name in self._values:
            if name not in self._read:
                known = ", ".join(sorted(self._read))
                msg = f"{self._at(str(name))}: unknown option, expected one of {known}"
                raise NotifyError(msg)

    def wrong(self, name: str, expected: str) -> NotifyError:
        """Return the error about the value of an option; what may be secret is not shown."""
        value = self._values.get(name)
        is_secret = any(word in name.lower() for word in _SECRET_WORDS) or isinstance(value, Mapping | list)
        shown = f"a {type(value).__name__}" if is_secret else repr(value)
        return NotifyError(f"{self._at(name)}: {shown}: expected {expected}")

    def missing(self, *names: str) -> NotifyError:
        """Return the error about an option that must be there."""
        return NotifyError(f"{self._at(' or '.join(names))}: missing")

    def _take(self, name: str) -> Any:
        self._read.add(name)
        return self._values.get(name)

    def _at(self, name: str) -> str:
        return f"{self.where}: {self._path}{name}"
