"""What amtool says of a configuration, we say too: of files made by hand, and of files made up from seeds.

``OTEL_MONITORING_HUNT=5000`` judges that many further files; ``OTEL_MONITORING_AMTOOL`` names another amtool
than the one that was found. Where we are stricter on purpose: a list that holds ``null`` in the place of a
channel is refused for every kind, and so is a whole number with a fraction.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
import yaml

from otel_monitoring.alerts.routing.alertmanager.load import load_routing
from otel_monitoring.alerts.routing.errors import RoutingFileError
from otel_monitoring.alerts.routing.tree import Tree
from otel_monitoring.model.labels import Labels
from tests.alerts.routing.alertmanager.files import INVALID, VALID
from tests.integration.routing import generated
from tests.integration.servers import absent, program

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.integration

FILES = 300
TREES = 20
LABEL_SETS = 10
_VERDICT = re.compile(r"Checking '([^']+)'(?:time=.*\n(?:time=.*\n)*)?\s+(SUCCESS|FAILED.*(?:\n  line.*)*)")
_OLDER = re.compile(r"is not a valid label name|invalid label name|cannot unmarshal !!seq into string")
"""What versions before 0.34 refuse that later ones take."""


@pytest.fixture(scope="module")
def amtool() -> Path:
    return Path(os.environ.get("OTEL_MONITORING_AMTOOL") or program("amtool"))


@pytest.fixture(scope="module")
def minor(amtool: Path) -> int:
    """Give the minor version; 34 is the one whose schema we read."""
    said = subprocess.run([amtool, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"version 0\.([0-9]+)", said.stdout + said.stderr)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("name", [*VALID, *INVALID])
def test_a_file_is_valid_here_exactly_where_it_is_valid_there(
    name: str, amtool: Path, minor: int, tmp_path: Path
) -> None:
    if minor < 34:
        absent("amtool", f"expected 0.34 or later, which knows every field, found 0.{minor}")
    text = VALID[name] if name in VALID else INVALID[name][0]
    path = tmp_path / "alertmanager.yml"
    path.write_text(text, encoding="utf-8")

    verdicts = _verdicts(amtool, [path])

    assert verdicts[path].startswith("SUCCESS") is (name in VALID)


def test_files_made_up_from_seeds_are_valid_here_exactly_where_they_are_valid_there(
    amtool: Path, minor: int, tmp_path: Path
) -> None:
    paths = []
    for seed in range(FILES + int(os.environ.get("OTEL_MONITORING_HUNT", "0"))):
        random = Random(seed)
        made = generated.config(random)
        paths.append(tmp_path / f"{seed}.yml")
        paths[-1].write_text(yaml.safe_dump(generated.spoilt(made, random) if seed % 8 else made))

    theirs = _verdicts(amtool, paths)

    ours = {path: _our_verdict(path) for path in paths}
    differing = {
        path.name: (theirs[path], ours[path])
        for path in paths
        if theirs[path].startswith("SUCCESS") != ours[path].startswith("SUCCESS")
        and not (minor < 34 and _OLDER.search(theirs[path]))
    }
    assert differing == {}
    assert sum(verdict.startswith("SUCCESS") for verdict in ours.values()) > len(paths) / 4
    assert sum(verdict.startswith("FAILED") for verdict in ours.values()) > len(paths) / 4


def test_a_text_is_a_matcher_here_exactly_where_it_is_one_there(
    amtool: Path, minor: int, tmp_path: Path
) -> None:
    """S9.3."""
    if minor < 34:
        absent("amtool", f"expected 0.34 or later, which knows both grammars, found 0.{minor}")
    texts = {}
    for seed in range(FILES + int(os.environ.get("OTEL_MONITORING_HUNT", "0"))):
        path = tmp_path / f"{seed}.yml"
        texts[path] = generated.scribbled_matcher(Random(seed))
        route = {"receiver": "ops", "routes": [{"matchers": [texts[path]]}]}
        path.write_text(yaml.safe_dump({"route": route, "receivers": [{"name": "ops"}]}))

    theirs = _verdicts(amtool, texts)

    ours = {path: _our_verdict(path) for path in texts}
    assert {
        text: (theirs[path], ours[path])
        for path, text in texts.items()
        if theirs[path].startswith("SUCCESS") != ours[path].startswith("SUCCESS")
    } == {}
    assert sum(verdict.startswith("SUCCESS") for verdict in ours.values()) > 20


@pytest.mark.parametrize("seed", range(TREES))
def test_a_label_set_goes_to_the_same_receivers(seed: int, amtool: Path, tmp_path: Path) -> None:
    """S9.2, S9.3."""
    random = Random(seed)
    path = tmp_path / "alertmanager.yml"
    path.write_text(yaml.safe_dump(generated.config(random)))
    tree = Tree(load_routing(str(path)).route)
    sets = [generated.labels(random) for _ in range(LABEL_SETS)]

    ours = [",".join(route.receiver for route in tree.routes(Labels.of(one))) for one in sets]

    assert ours == [_receivers(amtool, path, one) for one in sets]


def _receivers(amtool: Path, path: Path, labels: dict[str, str]) -> str:
    command = [str(amtool), "config", "routes", "test", f"--config.file={path}"]
    given = [f"{name}={value}" for name, value in labels.items()]
    said = subprocess.run([*command, *given], capture_output=True, text=True, check=True)
    return said.stdout.strip()


def _our_verdict(path: Path) -> str:
    try:
        load_routing(str(path))
    except RoutingFileError as error:
        return f"FAILED: {error}"
    return "SUCCESS"


def _verdicts(amtool: Path, paths: Iterable[Path]) -> dict[Path, str]:
    """Return what amtool says of each file; it dies of some, and is then asked about the rest."""
    found: dict[Path, str] = {}
    rest = list(paths)
    while rest:
        command = [str(amtool), "check-config", *map(str, rest)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        found |= {Path(path): verdict for path, verdict in _VERDICT.findall(said.stdout)}
        rest = [path for path in rest if path not in found]
        if rest:
            found[rest.pop(0)] = "FAILED: amtool died"
    return found
