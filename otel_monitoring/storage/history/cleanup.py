"""What is old enough, shown and let go when somebody asks for it, beside what is done on schedule.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from otel_monitoring.storage.history.retention import Due, Retention, Share, due

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.history.erase import Going
    from otel_monitoring.storage.history.retention import Keep


class Gone(NamedTuple):
    """What went.

    Attributes:
        rows: How many rows of each kind; ``for_space`` for what went for want of space.
        is_complete: Whether nothing is left that was to go.
    """

    rows: dict[str, int]
    is_complete: bool


class Cleanup:
    """Show what would go, or let it go; thread-safe.

    Args:
        database: Where it is.
        keep: How long what is kept, where the one who asks does not say.
        clock: Tells now.
        going: Told of every slice before it goes, such as an archive.
        service: The key of the service whose it is; ``None`` for all services.
    """

    def __init__(
        self,
        *,
        database: Database,
        keep: Keep,
        clock: Clock,
        going: Going | None = None,
        service: str | None = None,
    ) -> None:
        self.keep = keep
        self._service = service
        self._database = database
        self._clock = clock
        self._going = going

    def due(self, keep: Keep | None = None) -> list[Due]:
        """Return what would go now, by kind; nothing is changed.

        Raises:
            StorageError: The database cannot be used now.
        """
        self._database.ensure()
        with self._database.read() as connection:
            return due(connection, self._share(keep), self._clock.now_ms())

    def run(self, keep: Keep | None = None, *, most_s: float = 30.0) -> Gone:
        """Let go what is old enough.

        Args:
            keep: How long what is kept.
            most_s: For how many seconds; the rest goes when asked again, or on schedule.

        Raises:
            StorageError: The database cannot be used now.
        """
        self._database.ensure()
        share = self._share(keep)
        retention = Retention(
            database=self._database,
            keep=share.keep,
            shares=lambda _connection, _keep: [share],
            going=self._going,
        )
        until_s = self._clock.monotonic_s() + most_s
        is_complete = True
        while is_complete and retention.step(self._clock.now_ms()):
            is_complete = self._clock.monotonic_s() <= until_s
        return Gone(retention.gone(), is_complete=is_complete)

    def _share(self, keep: Keep | None) -> Share:
        return Share(keep or self.keep, self._service)
