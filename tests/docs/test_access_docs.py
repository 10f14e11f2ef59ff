"""The guide says what each route asks for, as the gate has it."""

from __future__ import annotations

from pathlib import Path

from otel_monitoring.api.access.roles import ROLES

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "access.md"


def table() -> list[str]:
    """Return the rows as the guide has to have them."""
    return [f"| `{route}` | {'nothing' if asked == 'public' else asked} |" for route, asked in ROLES.items()]


def test_the_guide_has_the_roles_of_all_named_routes() -> None:
    text = GUIDE.read_text(encoding="utf-8")

    found = text.partition("<!-- roles -->\n")[2].partition("\n<!-- roles end -->")[0].splitlines()

    assert found == ["| route | asks for |", "| --- | --- |", *table()]
