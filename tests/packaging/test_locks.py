"""The locks: everything pinned, everything hashed, nothing of pyproject.toml forgotten."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==\S+")
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def entries(lock: str) -> list[str]:
    """Return the requirements of a lock, each with the lines that continue it."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return text.replace("\\\n", " ").splitlines()


def locked_names(lock: str) -> set[str]:
    return {match[1] for entry in entries(lock) if (match := PINNED.match(entry))}


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def canonical(requirement: str) -> str:
    """Return the name in a requirement, as locks write it."""
    match = NAME.match(requirement)
    assert match is not None, requirement
    return re.sub(r"[._-]+", "-", match[0]).lower()


@pytest.mark.parametrize("lock", ["demo.txt", "dev.txt", "uv.txt"])
def test_every_entry_is_pinned_and_hashed(lock: str) -> None:
    loose = [entry for entry in entries(lock) if not PINNED.match(entry) or "--hash=sha256:" not in entry]

    assert loose == []


def test_the_demo_has_what_the_shop_needs() -> None:
    project = pyproject()["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    (several,) = [name for name in extras["shop"] if canonical(name) == "otel-monitoring"]
    named = several.partition("[")[2].rstrip("]").split(",")
    wanted = [*project["dependencies"], *extras["shop"], *(name for one in named for name in extras[one])]
    needed = {canonical(name) for name in wanted} - {"otel-monitoring"}

    assert len(named) > 5
    assert needed - locked_names("demo.txt") == set()


def test_development_has_what_the_groups_name() -> None:
    groups = pyproject()["dependency-groups"]
    needed = {canonical(name) for group in groups.values() for name in group if isinstance(name, str)}

    assert needed - locked_names("dev.txt") == set()


def test_the_demo_and_development_agree_on_versions() -> None:
    development = {entry.split(" ")[0] for entry in entries("dev.txt")}
    demo = {entry.split(" ")[0] for entry in entries("demo.txt")}

    assert demo - development == set()
