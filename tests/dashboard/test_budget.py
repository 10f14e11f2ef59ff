"""What a browser loads before it shows anything: at most 150 KB of scripts, compressed."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.servers import absent

BUILT = Path(__file__).parents[2] / "otel_monitoring" / "dashboard" / "static"
MANIFEST = BUILT / ".vite" / "manifest.json"
BUDGET_BYTES = 150_000


@pytest.fixture
def manifest() -> dict[str, Any]:
    """Which file is built of which sources, and needs which others."""
    if not MANIFEST.is_file():
        absent("dashboard", "it was not built; `make dashboard` does it")
    found: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return found


def test_the_first_scripts_are_small(manifest: dict[str, Any]) -> None:
    sizes = {name: compressed(name) for name in first_scripts(manifest)}

    assert len(sizes) >= 1
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes


def test_so_they_are_with_those_of_the_first_page(manifest: dict[str, Any]) -> None:
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    preloaded = set(re.findall(r'rel="modulepreload"[^>]*href="\./([^"]+)"', page))

    sizes = {name: compressed(name) for name in first_scripts(manifest) | preloaded}

    assert manifest["src/pages/overview/Overview.tsx"]["file"] in sizes
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes


def test_every_page_is_loaded_when_it_is_opened(manifest: dict[str, Any]) -> None:
    first = first_scripts(manifest)

    pages = {one["file"] for source, one in manifest.items() if source.startswith("src/pages/")}

    assert len(pages) >= 7
    assert pages & first == set()


def compressed(name: str) -> int:
    """Return the bytes of a script as it is sent."""
    return len(gzip.compress((BUILT / name).read_bytes(), mtime=0))


def first_scripts(manifest: dict[str, Any]) -> set[str]:
    """Return the entry and all that it imports at once, and what that imports."""
    found: set[str] = set()
    wanted = [source for source, one in manifest.items() if one.get("isEntry")]
    while wanted:
        one = manifest[wanted.pop()]
        if one["file"] not in found:
            found.add(one["file"])
            wanted += one.get("imports", [])
    return found
