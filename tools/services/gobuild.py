"""Build programs from Go modules, once, into the cache.

Each recipe writes to a folder that bears its version and a digest of its ingredients; the folder
appears only when the build is complete, so that it needs no other mark. Go's own caches are used as they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.services import pins
from tools.services.places import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable

LOG_LINES_SHOWN = 12
STEP_TIMEOUT_S = 20 * 60
ATTEMPTS = 2  # a module proxy hiccups; what was fetched and compiled is kept between attempts
NO_CLOUDS = "-tags=remove_all_sd"
SQLITE_ALONE = "-tags=ferretdb_no_postgresql,ferretdb_no_mysql"


class BuildError(Exception):
    """A build step failed; the text says which one and how its output ends."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where one build works: a scratch folder, the folder for its results, and its log."""

    scratch: Path
    results: Path
    log: Path

    def run(self, *command: str, folder: Path | None = None) -> str:
        """Run one step and return what it printed; raise ``BuildError`` where it fails."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            log.flush()
            done = subprocess.run(
                command,
                cwd=folder or self.scratch,
                env=_go_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                timeout=STEP_TIMEOUT_S,
                check=False,
            )
            log.write(done.stdout)
        if done.returncode:
            end = "\n".join(self.log.read_text(encoding="utf-8").splitlines()[-LOG_LINES_SHOWN:])
            msg = f"`{' '.join(command)}` ended with {done.returncode}\n{self.log} ends with:\n{end}"
            raise BuildError(msg)
        return done.stdout

    def module_source(self, module: str, version: str) -> Path:
        """Download a module and return a copy of its source that may be written to."""
        told = json.loads(self.run("go", "mod", "download", "-json", f"{module}@{version}"))
        source = self.scratch / "source"
        shutil.copytree(told["Dir"], source, copy_function=shutil.copyfile)
        for folder in (source, *(path for path in source.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        return source


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make the programs of one release.

    Attributes:
        name: Name of the folder in the cache.
        version: The release.
        ingredients: What the result depends on beside the version; a change of it builds anew.
        about: What a person reads while waiting.
        build: The steps.
    """

    name: str
    version: str
    ingredients: str
    about: str
    build: Callable[[Workshop], None]

    @property
    def folder(self) -> Path:
        """The results of this recipe in the cache, there or not."""
        digest = hashlib.sha256(self.ingredients.encode()).hexdigest()[:8]
        return cache_folder() / f"{self.name}-{self.version}-{digest}"


def build(recipe: Recipe) -> Path:
    """Return the folder that holds the programs of ``recipe``, building them if need be.

    Raises:
        BuildError: a step failed, twice.
        subprocess.TimeoutExpired: a step took too long, twice.
    """
    if recipe.folder.is_dir():
        return recipe.folder
    cache_folder().mkdir(parents=True, exist_ok=True)
    log = cache_folder() / f"{recipe.name}.log"
    log.unlink(missing_ok=True)
    print(f"building {recipe.name} {recipe.version} {recipe.about}, log in {log}", flush=True)
    started_s = time.monotonic()
    for left in reversed(range(ATTEMPTS)):
        try:
            _build_once(recipe, log)
            break
        except (BuildError, subprocess.TimeoutExpired):
            if not left:
                raise
    print(f"built {recipe.name} in {time.monotonic() - started_s:.0f} s", flush=True)
    return recipe.folder


def _build_once(recipe: Recipe, log: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix=f"{recipe.name}-") as scratch:
        results = Path(scratch) / "results"
        results.mkdir()
        recipe.build(Workshop(scratch=Path(scratch), results=results, log=log))
        results.rename(recipe.folder)


def collector_manifest() -> str:
    """Return the manifest for the Collector's builder, with the parts that ``pins`` names."""
    lines = [
        "dist:",
        "  module: otel-monitoring.local/collector",
        "  name: otelcol-monitoring",
        "  description: OpenTelemetry Collector with the parts that collector-config uses",
        f"  version: {pins.COLLECTOR_VERSION}",
        "  output_path: ./source",
    ]
    for kind, modules in pins.COLLECTOR_PARTS.items():
        lines.append(f"{kind}:")
        lines += [f"  - gomod: {module} v{_part_version(kind)}" for module in modules]
    return "\n".join(lines) + "\n"


def _part_version(kind: str) -> str:
    return pins.COLLECTOR_PROVIDER_VERSION if kind == "providers" else pins.COLLECTOR_VERSION


def _build_collector(workshop: Workshop) -> None:
    """Let the Collector's builder write the source; choose the modules without it.

    The builder would run ``go mod tidy``, which also wants what the tests of every part import;
    ``-mod=mod`` fetches what the program itself needs and nothing else.
    """
    (workshop.scratch / "manifest.yaml").write_text(collector_manifest(), encoding="utf-8")
    builder = f"{pins.CORE}/cmd/builder@v{pins.COLLECTOR_VERSION}"
    workshop.run("go", "run", builder, "--config=manifest.yaml", "--skip-get-modules", "--skip-compilation")
    source = workshop.scratch / "source"
    workshop.run("go", "mod", "init", "otel-monitoring.local/collector", folder=source)
    wanted = [
        f"-require={module}@v{_part_version(kind)}"
        for kind, modules in pins.COLLECTOR_PARTS.items()
        for module in modules
    ]
    wanted += [f"-require={pins.CORE}/{part}@v{pins.COLLECTOR_VERSION}" for part in ("otelcol", "service")]
    workshop.run("go", "mod", "edit", *wanted, folder=source)
    target = str(workshop.results / "otelcol")
    workshop.run(
        "go", "build", "-mod=mod", "-trimpath", "-ldflags", "-s -w", "-o", target, ".", folder=source
    )


def _build_jaeger(workshop: Workshop) -> None:
    source = workshop.module_source(pins.JAEGER_MODULE, pins.JAEGER_MODULE_VERSION)
    named = f"-s -w -X {pins.JAEGER_MODULE}/internal/version.latestVersion=v{pins.JAEGER_VERSION}"
    target = str(workshop.results / "jaeger")
    workshop.run("go", "build", "-trimpath", "-ldflags", named, "-o", target, "./cmd/jaeger", folder=source)


def _build_prometheus(workshop: Workshop) -> None:
    """Leave out the clouds' service discoveries: they are most of the time and of the size."""
    source = workshop.module_source(pins.PROMETHEUS_MODULE, pins.PROMETHEUS_MODULE_VERSION)
    named = f"-s -w -X github.com/prometheus/common/version.Version={pins.PROMETHEUS_VERSION}"
    commands = ("./cmd/prometheus", "./cmd/promtool")
    target = f"{workshop.results}/"
    workshop.run(
        "go", "build", "-trimpath", NO_CLOUDS, "-ldflags", named, "-o", target, *commands, folder=source
    )


def _build_alertmanager(workshop: Workshop) -> None:
    """Put an empty page where the module has none: the program asks for one, its API does not."""
    source = workshop.module_source(pins.ALERTMANAGER_MODULE, f"v{pins.ALERTMANAGER_VERSION}")
    page = source / "ui" / "app" / "dist" / "index.html"
    page.parent.mkdir()
    page.write_text("<!doctype html><title>Alertmanager</title>\n", encoding="utf-8")
    named = f"-s -w -X github.com/prometheus/common/version.Version={pins.ALERTMANAGER_VERSION}"
    commands = ("./cmd/alertmanager", "./cmd/amtool")
    target = f"{workshop.results}/"
    workshop.run("go", "build", "-trimpath", "-ldflags", named, "-o", target, *commands, folder=source)


def _fetch_compose_schema(workshop: Workshop) -> None:
    source = workshop.module_source(pins.COMPOSE_MODULE, f"v{pins.COMPOSE_SCHEMA_VERSION}")
    shutil.copyfile(source / "schema" / "compose-spec.json", workshop.results / "compose-spec.json")


def _build_sloth(workshop: Workshop) -> None:
    source = workshop.module_source(pins.SLOTH_MODULE, f"v{pins.SLOTH_VERSION}")
    named = f"-s -w -X {pins.SLOTH_MODULE}/internal/info.Version=v{pins.SLOTH_VERSION}"
    target = str(workshop.results / "sloth")
    workshop.run("go", "build", "-trimpath", "-ldflags", named, "-o", target, "./cmd/sloth", folder=source)


def _build_ferretdb(workshop: Workshop) -> None:
    """Write the version where the program looks for it: its module leaves the file out."""
    source = workshop.module_source(pins.FERRETDB_MODULE, f"v{pins.FERRETDB_VERSION}")
    (source / "build" / "version" / "version.txt").write_text(f"v{pins.FERRETDB_VERSION}\n", encoding="utf-8")
    target = str(workshop.results / "ferretdb")
    flags = ("-trimpath", SQLITE_ALONE, "-ldflags", "-s -w")
    workshop.run("go", "build", *flags, "-o", target, "./cmd/ferretdb", folder=source)


COLLECTOR = Recipe(
    name="collector",
    version=pins.COLLECTOR_VERSION,
    ingredients=collector_manifest(),
    about="(about 3 minutes on 2 cores)",
    build=_build_collector,
)
JAEGER = Recipe(
    name="jaeger",
    version=pins.JAEGER_VERSION,
    ingredients=f"{pins.JAEGER_MODULE} {pins.JAEGER_MODULE_VERSION}",
    about="(about 4 minutes on 2 cores)",
    build=_build_jaeger,
)
PROMETHEUS = Recipe(
    name="prometheus",
    version=pins.PROMETHEUS_VERSION,
    ingredients=f"{pins.PROMETHEUS_MODULE} {pins.PROMETHEUS_MODULE_VERSION} {NO_CLOUDS}",
    about="(about 3 minutes on 2 cores)",
    build=_build_prometheus,
)
ALERTMANAGER = Recipe(
    name="alertmanager",
    version=pins.ALERTMANAGER_VERSION,
    ingredients=pins.ALERTMANAGER_MODULE,
    about="(about a minute on 2 cores)",
    build=_build_alertmanager,
)
COMPOSE_SCHEMA = Recipe(
    name="compose-schema",
    version=pins.COMPOSE_SCHEMA_VERSION,
    ingredients=pins.COMPOSE_MODULE,
    about="(seconds)",
    build=_fetch_compose_schema,
)
SLOTH = Recipe(
    name="sloth",
    version=pins.SLOTH_VERSION,
    ingredients=pins.SLOTH_MODULE,
    about="(about 2 minutes on 2 cores)",
    build=_build_sloth,
)
FERRETDB = Recipe(
    name="ferretdb",
    version=pins.FERRETDB_VERSION,
    ingredients=f"{pins.FERRETDB_MODULE} {SQLITE_ALONE}",
    about="(about 2 minutes on 2 cores)",
    build=_build_ferretdb,
)
RECIPES = (COLLECTOR, JAEGER, PROMETHEUS, ALERTMANAGER, COMPOSE_SCHEMA, SLOTH, FERRETDB)


def _go_environment() -> dict[str, str]:
    """Return the environment for ``go``: no C compiler, no workspace, flags of the user first."""
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOWORK": "off",
        "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -buildvcs=false".strip(),
    }
