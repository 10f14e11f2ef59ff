"""What ``make services`` is made of: processes that are known again, and builds that are done once."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.integration.servers import eventually
from tools.services import process
from tools.services.__main__ import EXTRAS, required
from tools.services.gobuild import ATTEMPTS, BuildError, Recipe, Workshop, build
from tools.services.places import REPOSITORY, places
from tools.services.servers import servers_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNTIL_TOLD = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]


@pytest.fixture
def handle(tmp_path: Path) -> Iterator[process.Handle]:
    """Give a handle, and end what was started with it."""
    handle = process.Handle(pid_file=tmp_path / "server.pid", log=tmp_path / "server.log")
    yield handle
    process.stop(handle)


def test_a_started_process_is_known_again_until_it_is_stopped(handle: process.Handle, tmp_path: Path) -> None:
    pid = process.start(handle, UNTIL_TOLD, environment={}, folder=tmp_path, fingerprint="one")

    assert handle.running_pid() == pid
    assert handle.fingerprint() == "one"
    assert process.stop(handle) is True
    assert handle.running_pid() is None
    assert process.stop(handle) is False


def test_a_pid_that_belongs_to_another_process_by_now_is_left_alone(handle: process.Handle) -> None:
    handle.pid_file.write_text(f"{os.getpid()} 1 -\n", encoding="utf-8")

    assert handle.running_pid() is None
    assert process.stop(handle) is False  # had it been ended, this test would not go on


def test_a_server_that_ends_at_once_says_why(handle: process.Handle, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such setting: colour')"]
    process.start(handle, command, environment={}, folder=tmp_path)

    with pytest.raises(process.StartError, match=r"ended at once(.|\n)*no such setting: colour"):
        process.wait_healthy(handle, lambda: False)


def test_a_server_that_does_not_answer_in_time_is_reported(handle: process.Handle, tmp_path: Path) -> None:
    process.start(handle, UNTIL_TOLD, environment={}, folder=tmp_path)
    eventually(lambda: handle.log.read_text(encoding="utf-8"), what="its first line")

    with pytest.raises(process.StartError, match=r"no answer within 0 s(.|\n)*up"):
        process.wait_healthy(handle, lambda: False, timeout_s=0.3)


def test_all_that_ci_requires_can_be_had_there(monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(
        r"REQUIRE_SERVICES-([a-z_,]+)", (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    )
    assert found, "no default of REQUIRE_SERVICES in .ci/run"
    monkeypatch.setenv("REQUIRE_SERVICES", found[1])

    asked = required()

    assert asked == set(found[1].split(",")) - {"dashboard"}, "the dashboard is made by a target of its own"
    assert asked <= set(servers_of(places("services"))) | set(EXTRAS)


def test_a_name_that_nothing_makes_stays_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_SERVICES", "redis, posgres,,dashboard")

    assert required() == {"redis", "posgres"}


def test_a_program_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_MONITORING_CACHE", str(tmp_path))
    built: list[Path] = []

    def steps(workshop: Workshop) -> None:
        built.append(workshop.scratch)
        (workshop.results / "program").write_text("x", encoding="utf-8")

    first = Recipe(name="thing", version="1", ingredients="a", about="", build=steps)

    assert (build(first) / "program").exists()
    assert build(first) == first.folder
    assert len(built) == 1


def test_other_ingredients_are_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_MONITORING_CACHE", str(tmp_path))
    before, after = (
        Recipe(name="thing", version="1", ingredients=text, about="", build=lambda _: None)
        for text in ("a", "b")
    )

    assert build(before) != build(after)


def test_a_failed_build_is_tried_again_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_MONITORING_CACHE", str(tmp_path))
    tried: list[Path] = []

    def steps(workshop: Workshop) -> None:
        tried.append(workshop.scratch)
        workshop.run(sys.executable, "-c", "import sys; sys.exit('no route to the proxy')")

    recipe = Recipe(name="thing", version="1", ingredients="a", about="", build=steps)

    with pytest.raises(BuildError, match="no route to the proxy"):
        build(recipe)
    assert len(tried) == ATTEMPTS
    assert [path.name for path in tmp_path.iterdir()] == ["thing.log"]


def test_both_sets_have_ports_of_their_own_that_can_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert places("stack").port_offset != places("services").port_offset

    monkeypatch.setenv("OTEL_MONITORING_SERVICES_PORT_OFFSET", "23000")

    assert places("services").port_offset == 23_000


def test_what_only_tests_talk_to_is_no_part_of_the_stack() -> None:
    assert "ferretdb" in servers_of(places("services"))
    assert set(servers_of(places("services"))) - set(servers_of(places("stack"))) == {"ferretdb"}
