"""The built page: of which sources it is, and how it is built from them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from tools.frontend.packages import install, node_of_at_least, run

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "otel_monitoring" / "dashboard" / "static"

INDEX = "index.html"
STAMP = ".sources"
"""Beside what was built, with what :func:`digest_of` said of its sources."""

_SOURCES = ("src/**/*", "public/*", "package*.json", "*.ts", "index.html")
_ASIDE = (".test.ts", ".test.tsx", ".gen.ts")
"""What no page is built from: tests, and types that are generated from the API."""


def is_current(*, built: Path = BUILT, frontend: Path = FRONTEND) -> bool:
    """Say whether the page is there, and of the sources that are there now.

    What was built elsewhere and came without a stamp, as in a source distribution, is taken as it is.
    """
    stamp = built / STAMP
    if not (built / INDEX).is_file():
        return False
    return not stamp.is_file() or stamp.read_text(encoding="utf-8") == digest_of(frontend)


def build(*, built: Path = BUILT, frontend: Path = FRONTEND) -> None:
    """Build the page beside the old one and put it in its place, so that nobody reads half of it.

    Raises:
        UnavailableError: Node or the packages cannot be had.
        CalledProcessError: The build failed.
    """
    node, digest = node_of_at_least(), digest_of(frontend)
    install(node, frontend)
    fresh = frontend / "node_modules" / ".built"
    shutil.rmtree(fresh, ignore_errors=True)
    run(node, frontend, "build", ("--outDir", str(fresh), "--emptyOutDir", "--logLevel=error"))
    (fresh / STAMP).write_text(digest, encoding="utf-8")
    shutil.rmtree(built, ignore_errors=True)
    shutil.move(fresh, built)


def digest_of(frontend: Path) -> str:
    """Return what changes whenever a source of the page does."""
    digest = hashlib.sha256()
    found = {path for pattern in _SOURCES for path in frontend.glob(pattern) if path.is_file()}
    for path in sorted(path for path in found if not path.name.endswith(_ASIDE)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(frontend).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
