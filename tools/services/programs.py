"""Which programs there are, where they come from, and what is missing without one."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.services import debian, gobuild

if TYPE_CHECKING:
    from pathlib import Path

VERSION = re.compile(r"\d+(\.\d+)+")


@dataclass(frozen=True, slots=True)
class Programs:
    """What was found.

    Attributes:
        paths: Program by name.
        versions: Version by the same names.
        absent: Why a program is not there, by name.
    """

    paths: dict[str, Path]
    versions: dict[str, str]
    absent: dict[str, str]


# name in the index -> (recipe that builds it, file in its results)
BUILT = {
    "collector": (gobuild.COLLECTOR, "otelcol"),
    "jaeger": (gobuild.JAEGER, "jaeger"),
    "prometheus": (gobuild.PROMETHEUS, "prometheus"),
    "promtool": (gobuild.PROMETHEUS, "promtool"),
    "alertmanager": (gobuild.ALERTMANAGER, "alertmanager"),
    "amtool": (gobuild.ALERTMANAGER, "amtool"),
    "sloth": (gobuild.SLOTH, "sloth"),
    "compose_schema": (gobuild.COMPOSE_SCHEMA, "compose-spec.json"),
    "ferretdb": (gobuild.FERRETDB, "ferretdb"),
}

# name in the index -> (program, argument that shows its version)
INSTALLED = {
    "prometheus": ("prometheus", "--version"),
    "promtool": ("promtool", "--version"),
    "alertmanager": ("prometheus-alertmanager", "--version"),
    "amtool": ("amtool", "--version"),
    "postgres": ("postgres", "--version"),
    "redis": ("redis-server", "--version"),
    "chromium": ("chromium", "--version"),
}
OTHER_NAMES = {"prometheus-alertmanager": "alertmanager"}


def provide() -> Programs:
    """Install and build what is missing; what cannot be had goes to ``absent`` with the reason."""
    reasons = _build_all()
    paths = {name: recipe.folder / file for name, (recipe, file) in BUILT.items() if recipe.folder.is_dir()}
    versions = {name: BUILT[name][0].version for name in paths}
    missing = debian.missing_packages()
    install_reason = debian.install(missing) if missing else ""
    for name, (program, argument) in INSTALLED.items():
        found = debian.find_program(program) or debian.find_program(OTHER_NAMES.get(program, program))
        if found and name not in paths:
            paths[name] = found
            versions[name] = _version(found, argument)
    absent = {
        name: reasons.get(name) or install_reason or "not found on the path"
        for name in (*BUILT, *INSTALLED)
        if name not in paths
    }
    return Programs(paths=paths, versions=versions, absent=absent)


def _build_all() -> dict[str, str]:
    """Build each recipe and return, by the name of a program, why it is not there."""
    if shutil.which("go") is None:
        return dict.fromkeys(BUILT, "Go is not installed (1.26 or later builds it)")
    reasons = {}
    for recipe in gobuild.RECIPES:
        try:
            gobuild.build(recipe)
        except (gobuild.BuildError, subprocess.TimeoutExpired) as error:
            print(f"could not build {recipe.name}: {error}", flush=True)
            reason = f"it could not be built: {str(error).splitlines()[0]}"
            reasons.update({name: reason for name, (made_by, _) in BUILT.items() if made_by is recipe})
    return reasons


def _version(program: Path, argument: str) -> str:
    told = subprocess.run(
        [str(program), argument],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    ).stdout
    found = VERSION.search(told)
    return found.group() if found else "unknown"
