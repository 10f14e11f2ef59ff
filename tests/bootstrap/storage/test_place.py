"""Where the storage is when the settings do not say it to the letter."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from otel_monitoring.bootstrap.storage import place
from otel_monitoring.bootstrap.storage.place import data_directory, file_name, storage_url
from otel_monitoring.errors import MissingExtraError, SettingsError
from otel_monitoring.settings import load_settings

HOME = {"HOME": "/srv/ada"}


def url(environ: dict[str, str] | None = None, *, service: str = "shop", **storage: object) -> str | None:
    settings = load_settings(environ={}, storage=storage).settings
    return storage_url(settings, service=service, environ=HOME if environ is None else environ)


def test_each_service_has_a_file_of_its_own_where_programs_keep_what_they_remember() -> None:
    assert url() == "sqlite:////srv/ada/.local/state/otel_monitoring/shop.db"


def test_the_standard_variable_moves_it() -> None:
    found = url({**HOME, "XDG_STATE_HOME": "/var/state"})

    assert found == "sqlite:////var/state/otel_monitoring/shop.db"


def test_a_standard_variable_with_a_relative_path_is_ignored_as_the_standard_wants() -> None:
    assert url({**HOME, "XDG_STATE_HOME": "state"}) == url()


def test_the_setting_moves_it(tmp_path: Path) -> None:
    assert url(data_directory=str(tmp_path)) == f"sqlite:///{tmp_path}/shop.db"


def test_a_relative_folder_is_seen_from_where_the_process_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert url(data_directory="data") == f"sqlite:///{tmp_path}/data/shop.db"


def test_a_user_without_a_home_lives_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_entry() -> Path:
        msg = "no entry"
        raise RuntimeError(msg)

    monkeypatch.setattr(Path, "home", without_entry)

    assert url({}) == "sqlite:////.local/state/otel_monitoring/shop.db"


def test_a_url_is_taken_as_it_is() -> None:
    assert url(url="postgresql://db/shop", data_directory="/data") == "postgresql://db/shop"


def test_memory_is_no_storage() -> None:
    assert url(url="memory") is None


def test_postgresql_without_its_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(place, "find_spec", lambda name: None if name == "psycopg" else real(name))

    with pytest.raises(MissingExtraError, match="otel-monitoring\\[postgres\\]"):
        url(url="postgresql://db/shop")


@pytest.mark.parametrize(
    "wrong", ["shop.db", "mysql://db/shop", "sqlite://", "sqlite:///", "sqlite:///:memory:"]
)
def test_what_is_no_storage_is_refused_at_once(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"storage.url = .*expected sqlite:///path, postgresql://"):
        url(url=wrong)


@pytest.mark.parametrize("wrong", ["", " ", "what?", "a\0b"])
def test_what_is_no_folder_is_refused_at_once(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"storage.data_directory = .*expected the path of a folder"):
        url(data_directory=wrong)


@pytest.mark.parametrize("service", ["shop", "shop-2", "shop.api_v1"])
def test_a_plain_name_names_the_file(service: str) -> None:
    assert file_name(service) == f"{service}.db"


@pytest.mark.parametrize("service", ["a/b", "../etc/passwd", "täglich", ".hidden", "a b", "x" * 300, ".."])
def test_an_odd_name_stays_within_the_folder(service: str) -> None:
    name = file_name(service)

    assert Path("/data", name).resolve().parent == Path("/data")
    assert len(name) < 128
    assert not name.startswith(".")


def test_odd_names_that_look_alike_have_files_of_their_own() -> None:
    assert file_name("a/b") != file_name("a b")


def test_services_without_a_name_are_told_apart_by_where_they_run() -> None:
    first = file_name("unknown_service:uvicorn", "/srv/shop")
    second = file_name("unknown_service:uvicorn", "/srv/bank")

    assert first != second
    assert first == file_name("unknown_service:uvicorn", "/srv/shop")


def test_the_folder_is_known_without_a_service(tmp_path: Path) -> None:
    storage = load_settings(environ={}, storage={"data_directory": f"{tmp_path}/x/.."}).settings.storage

    assert data_directory(storage, {}) == tmp_path
