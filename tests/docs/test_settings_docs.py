"""The page of settings."""

from __future__ import annotations

from otel_monitoring.settings.options import options
from tools.docs import settings_table
from tools.docs.page import ROOT


def test_the_page_is_what_the_generator_prints() -> None:
    """Where it fails: ``python -m tools.docs.settings_table --write``."""
    assert (ROOT / settings_table.PATH).read_text(encoding="utf-8") == settings_table.page()


def test_every_setting_is_on_the_page_with_its_variable() -> None:
    page = settings_table.page()

    assert [option.variable for option in options().values() if f"`{option.variable}`" not in page] == []


def test_secrets_are_marked() -> None:
    (row,) = [line for line in settings_table.page().splitlines() if "`OTEL_MONITORING_API__TOKEN`" in line]

    assert row.endswith("Secret. |")
