"""The databases of these tests are those of the storage's own."""

from __future__ import annotations

from tests.storage.conftest import postgres_database, postgres_url, sqlite_url, url

__all__ = ["postgres_database", "postgres_url", "sqlite_url", "url"]
