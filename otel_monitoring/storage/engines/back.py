"""What the database wants of the kind of database that is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Engine

    from otel_monitoring.storage.state import Trouble


class Back(Protocol):
    """One kind of database."""

    engines: tuple[Engine, Engine]
    """The one that writes, and the one that reads."""

    errors: tuple[type[Exception], ...]
    """What it raises besides SQLAlchemy's errors."""

    def opening(self) -> AbstractContextManager[Engine]:
        """Prepare the place and give the engine that writes."""
        ...

    def check(self) -> Trouble | None:
        """Say what is the matter before anything is asked."""
        ...

    def meaning(self, error: Exception) -> Trouble | None:
        """Say what an error means for the database as a whole."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...

    def renew(self) -> list[object]:
        """Take new engines and return the old ones."""
        ...
