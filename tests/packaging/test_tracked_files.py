"""What may not stand in the repository: addresses of one network, paths of one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Put together from halves, so that this file is clean too.
REGISTRIES = re.compile(
    "|".join(
        (
            r"pypi" + r"\.org",
            r"python" + r"hosted\.org",
            r"registry" + r"\.npmjs",
            r"proxy" + r"\.golang\.org",
            r"sum" + r"\.golang\.org",
            r"deb" + r"\.debian\.org",
        )
    )
)
INDEX_LINES = re.compile(
    r"^\s*(?:-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b", re.MULTILINE
)
MACHINE_PATHS = re.compile(r"(?<![\w.:])/(?:root|work|Users|home/(?!\w+/\.\.\.)\w+)/[\w.-]+")


def tracked() -> list[Path]:
    """Return the files that git knows, as far as they are text and there."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def found(pattern: re.Pattern[str]) -> list[str]:
    """Return ``file:line: match`` for every match in a tracked file."""
    matches = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            matches.append(f"{path.relative_to(ROOT)}:{line}: {match[0]}")
    return matches


def test_no_file_names_a_package_registry() -> None:
    assert found(REGISTRIES) == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert found(MACHINE_PATHS) == []


def test_no_requirements_file_chooses_an_index() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))

    assert {path.name for path in locks} == {"demo.txt", "dev.txt", "uv.txt"}
    assert [path.name for path in locks if INDEX_LINES.search(path.read_text())] == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRIES, "https://" + "pypi" + ".org/simple"),
        (INDEX_LINES, "--index-url https://example.org"),
        (MACHINE_PATHS, "cd /" + "root/project"),
        (MACHINE_PATHS, "/" + "home/somebody/project"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)
