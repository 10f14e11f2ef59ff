"""A database that loses its connection at the worst moment, once."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from otel_monitoring.storage.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database


def lose_the_answer(database: Database) -> None:
    """Let the next transaction be committed without anybody being told."""
    write, lost = database.write, iter([UnavailableError("gone")])

    @contextlib.contextmanager
    def losing() -> Iterator[Connection]:
        with write() as connection:
            yield connection
        for error in lost:
            raise error

    database.write = losing  # type: ignore[method-assign]


def lose_the_transaction(database: Database) -> None:
    """Let the next transaction come to nothing."""
    write, lost = database.write, iter([UnavailableError("gone")])

    @contextlib.contextmanager
    def losing() -> Iterator[Connection]:
        with write() as connection:
            yield connection
            for error in lost:
                raise error

    database.write = losing  # type: ignore[method-assign]
