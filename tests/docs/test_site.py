"""The site builds, and a warning is an error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import otel_monitoring

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site, made beside a copy of the documentation."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    (folder / "otel_monitoring").symlink_to(ROOT / "otel_monitoring")
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


def test_the_front_page_is_built(site: Path) -> None:
    assert "quick-start/" in (site / "index.html").read_text(encoding="utf-8")


def test_the_reference_shows_every_public_name(site: Path) -> None:
    page = (site / "reference" / "api" / "index.html").read_text(encoding="utf-8")
    names = set(otel_monitoring.__all__) - {"__version__"}

    assert {name for name in names if f'id="otel_monitoring.{name}"' not in page} == set()


def test_the_pages_load_nothing_from_elsewhere(site: Path) -> None:
    loading = ('<script src="http', '<link rel="stylesheet" href="http', 'src="//')
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]

    assert [text for page in pages for text in loading if text in page] == []
