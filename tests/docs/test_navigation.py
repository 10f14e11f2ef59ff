"""The documentation site: every page can be reached, every link leads somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^( *)(```+).*?^\1\2$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)


def navigation(entries: list[Any]) -> Iterator[str]:
    """Yield the pages of a navigation table, in order."""
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from [value] if isinstance(value, str) else navigation(value)


def listed() -> list[str]:
    return list(navigation(tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"]))


def pages() -> list[Path]:
    """Return every Markdown page that people read."""
    return sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md")])


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    plain = (re.sub(r"[^\w\s-]", "", heading.replace("`", "")) for heading in HEADING.findall(text))
    return {re.sub(r"[\s-]+", "-", heading.strip().lower()) for heading in plain}


def broken(page: Path) -> Iterator[str]:
    """Yield the links of a page that lead nowhere; addresses elsewhere are not asked."""
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def test_every_page_is_in_the_navigation() -> None:
    there = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}

    assert there - set(listed()) == set()


def test_the_navigation_names_no_page_that_is_not_there() -> None:
    assert [name for name in listed() if not (DOCS / name).is_file()] == []


def test_the_navigation_names_no_page_twice() -> None:
    names = listed()

    assert len(names) == len(set(names))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert list(broken(page)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](#one) [b](#two) [c](page.md#one) [d](other.md) [e](https://example.org)\n")

    assert list(broken(page)) == ["#two", "other.md"]
