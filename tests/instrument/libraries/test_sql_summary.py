from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.instrument.libraries.sql_summary import MAX_CHARS, Summary, summary


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT id FROM items WHERE id = ?", Summary("SELECT items", "SELECT", "items")),
        ("select 1", Summary("SELECT", "SELECT", "")),
        ("  insert into carts (id) values (?)", Summary("INSERT carts", "INSERT", "carts")),
        ("UPDATE items SET stock = stock - 1", Summary("UPDATE items", "UPDATE", "items")),
        ("DELETE FROM shop.items", Summary("DELETE shop.items", "DELETE", "shop.items")),
        ('SELECT * FROM "Items"', Summary("SELECT Items", "SELECT", "Items")),
        ("SELECT * FROM [dbo].[Items]", Summary("SELECT dbo.Items", "SELECT", "dbo.Items")),
        (
            "SELECT * FROM orders JOIN items ON orders.item_id = items.id",
            Summary("SELECT orders items", "SELECT", ""),
        ),
        ("SELECT * FROM a JOIN a AS b ON a.id = b.up", Summary("SELECT a", "SELECT", "a")),
        ("SELECT * FROM (SELECT id FROM items) AS x", Summary("SELECT items", "SELECT", "items")),
        ("/* from report */ SELECT id FROM items", Summary("SELECT items", "SELECT", "items")),
        ("-- select from nowhere\nSELECT id FROM items", Summary("SELECT items", "SELECT", "items")),
        ("SELECT 'secret from vault' FROM items", Summary("SELECT items", "SELECT", "items")),
        ("SELECT id FROM items FOR UPDATE OF items", Summary("SELECT items", "SELECT", "items")),
        ("CREATE TABLE IF NOT EXISTS items (id int)", Summary("CREATE items", "CREATE", "items")),
        ("(SELECT id FROM items)", Summary("SELECT items", "SELECT", "items")),
        ("PRAGMA main.table_info('items')", Summary("PRAGMA", "PRAGMA", "")),
        ("SET search_path FROM CURRENT", Summary("SET", "SET", "")),
        ("", Summary("", "", "")),
        ("?!", Summary("", "", "")),
    ],
)
def test_a_statement_is_told_in_a_few_words(statement: str, expected: Summary) -> None:
    assert summary(statement) == expected


def test_a_summary_is_bounded() -> None:
    tables = ", ".join(f"JOIN {'x' * 100}{number} ON true" for number in range(50))

    assert len(summary(f"SELECT * FROM a {tables}").text) <= MAX_CHARS


@given(st.text())
def test_any_text_has_a_summary_without_its_literals(text: str) -> None:
    found = summary(f"SELECT '{text.replace(chr(39), chr(39) * 2)}' FROM items")

    assert found.text == "SELECT items"


@given(st.text(max_size=5000))
def test_nothing_raises(text: str) -> None:
    assert len(summary(text).text) <= MAX_CHARS
