"""An instance as tests of the storage move it: by hand, through the parts that a process has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.analysis import Analysis
from otel_monitoring.settings import load_settings

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.storage.voice import Voice
    from otel_monitoring.notify.message import Message
    from otel_monitoring.storage.database import Database
    from otel_monitoring.testing import FakeClock


class Instance:
    """An instance with a clock that is moved by hand, whose messages are noted."""

    def __init__(self, *, clock: FakeClock, told: list[tuple[str, str]], **settings: Any) -> None:
        self.clock = clock
        self.builder = parts.begin(load_settings(settings=None, environ={}, **settings), {})
        self.builder.clock = clock

        def tell(message: Message) -> None:
            told.append((message.status, message.key))

        self.builder.functions = {"tell": tell}
        self.analysis = Analysis(self.builder)
        self.builder.on_collect.append(self.analysis.hear)
        self._collect = parts.tap(self.builder)
        self.gauge = self.builder.providers.meter.get_meter("shop").create_gauge("broken")

    @property
    def voice(self) -> Voice:
        assert self.analysis.voice is not None
        return self.analysis.voice

    @property
    def database(self) -> Database:
        assert self.analysis.keeping is not None
        return self.analysis.keeping.database

    def live(self, *, is_broken: bool) -> None:
        """Collect, share, evaluate and deliver once."""
        keeping = self.analysis.keeping
        assert keeping is not None
        self.gauge.set(is_broken)
        self._collect(export_now=False)
        keeping.writer.flush(10)
        keeping.follower.look()
        self.analysis.evaluate(self.clock.now_ms())
        assert self.analysis.telling.deliver.flush(10)

    def evaluate(self) -> None:
        """Let an interval pass, evaluate and deliver; collect and read nothing."""
        self.clock.advance(15)
        self.analysis.evaluate(self.clock.now_ms())
        assert self.analysis.telling.deliver.flush(10)

    def reads_no_more(self) -> None:
        """End the thread that reads, as if it did not come to it."""
        assert self.analysis.keeping is not None
        self.analysis.keeping.follower.stop(5)

    def alerts(self) -> list[tuple[str, int]]:
        return [
            (alert.state, alert.active_at_ms)
            for group in self.analysis.groups()
            for rule in group.rules
            for alert in rule.alerts
        ]

    def asked(self, expr: str) -> float | None:
        """Return the one value that an expression has now; ``None`` for none."""
        found = Asking(self.analysis.ask)(expr, self.clock.now_ms())
        return found[0].value if found else None

    def crash(self, *, heir: Instance) -> None:
        """Ask for the lease no more, as if killed, and let another take it."""
        self.voice.keeper.stop(5)
        assert heir.voice.keeper.step()
