"""Build the dashboard: ``python -m tools.frontend build``, and what checks it: ``check``, ``test``.

Node comes from the machine where it is new enough, else from the wheel that brings it along. Nothing is
built where what was built is of the same sources. With ``--optional`` a machine without Node, or one that
cannot reach npm's registry, is told what it goes without, and nothing fails for that.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from tools.frontend import build as page
from tools.frontend.packages import UnavailableError, install, node_of_at_least, run

_WITHOUT = {
    "build": "the dashboard was not built, /monitoring/ shows a page of links instead",
    "check": "the sources of the dashboard were not checked",
    "test": "the tests of the dashboard's sources did not run",
}


def main(arguments: list[str] | None = None) -> int:
    """Do what one word asks for and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.frontend")
    parser.add_argument("word", choices=_WITHOUT)
    parser.add_argument("--optional", action="store_true", help="go on without what cannot be had here")
    told = parser.parse_args(arguments)
    try:
        {"build": _build, "check": _check, "test": _test}[told.word]()
    except UnavailableError as error:
        print(f"{_WITHOUT[told.word]}: {error}", file=sys.stderr)
        return 0 if told.optional else 1
    except subprocess.CalledProcessError as error:
        print(error.stderr or error, file=sys.stderr)
        return 1
    return 0


def _build() -> None:
    if not page.is_current():
        print("Building the dashboard.", flush=True)
        page.build()


def _check() -> None:
    from tools.frontend.document import written_to

    node = node_of_at_least()
    install(node, page.FRONTEND)
    written_to(page.FRONTEND / "openapi.json")
    for script in ("types", "check"):
        run(node, page.FRONTEND, script)


def _test() -> None:
    node = node_of_at_least()
    install(node, page.FRONTEND)
    run(node, page.FRONTEND, "test")


if __name__ == "__main__":
    sys.exit(main())
