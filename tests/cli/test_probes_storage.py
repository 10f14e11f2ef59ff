"""The probe of the storage."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.probes_storage import storage
from tests.cli.patients import found, patient
from tests.integration.servers import addresses, listening

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from otel_monitoring.cli.finding import Finding


def look(chosen: dict[str, Any], environ: dict[str, str] | None = None, **rest: Any) -> Finding:
    return found(storage, patient(environ or {}, settings=chosen, **rest))["storage"]


def test_a_service_with_a_name_has_a_file_of_its_own(tmp_path: Path) -> None:
    finding = look({"service_name": "shop", "storage": {"data_directory": str(tmp_path / "data")}})

    assert (finding.state, finding.reason) == (
        "on",
        f"in {tmp_path}/data/shop.db, which is made at the first start",
    )
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop.db").touch()

    finding = look({"storage": {"url": f"sqlite:///{tmp_path}/shop.db"}})

    assert (finding.state, finding.reason) == ("on", f"in {tmp_path}/shop.db")


def test_without_a_name_the_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)

    finding = look({}, {"XDG_STATE_HOME": str(tmp_path)})

    assert finding.state == "on"
    assert finding.reason.startswith(f"in {tmp_path}/otel_monitoring, in a file with the name of the service")


def test_memory_is_off_by_choice() -> None:
    assert look({"storage": {"url": "memory"}}).state == "off"


def test_a_folder_that_may_not_be_written_is_doubtful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)  # root may write everywhere

    finding = look({"service_name": "shop", "storage": {"data_directory": str(tmp_path / "data")}})

    assert finding.state == "warn"
    assert finding.reason.startswith(f"{tmp_path} cannot be written")


def test_a_place_that_is_no_folder_is_doubtful() -> None:
    finding = look({"service_name": "shop", "storage": {"data_directory": "/dev/null/x"}})

    assert finding.state == "warn"
    assert finding.reason.startswith("/dev/null is not what it has to be")
    assert "storage.data_directory" in finding.advice


def test_a_network_file_system_is_doubtful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otel_monitoring.storage.engines.place.network_file_system", lambda _path: "nfs4")

    finding = look({"storage": {"url": f"sqlite:///{tmp_path}/shop.db"}})

    assert finding.state == "warn"
    assert "network file system (nfs4)" in finding.reason


def test_a_server_is_not_asked_unless_one_wants_it() -> None:
    finding = look({"storage": {"url": "postgresql://ada:hunter2@db/shop"}})

    assert (finding.state, finding.advice) == ("on", "--check tries to connect")
    assert "hunter2" not in finding.reason


def test_a_server_that_answers_is_fine() -> None:
    url = addresses("postgres")["url"]
    listening("postgres", url)

    finding = look({"storage": {"url": url}}, connect=True)

    assert finding.state == "on"
    assert finding.reason.endswith("which answers")


def test_a_server_that_does_not_answer_is_doubtful_and_keeps_its_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://ada:hunter2@127.0.0.1:{closed.getsockname()[1]}/shop"

        finding = look({"storage": {"url": url}}, connect=True)

    assert finding.state == "warn"
    assert "does not answer" in finding.reason
    assert "hunter2" not in finding.reason


def test_a_driver_that_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otel_monitoring.bootstrap.storage.place.find_spec", lambda _name: None)

    finding = look({"storage": {"url": "postgresql://db/shop"}})

    assert finding.state == "fail"
    assert "otel-monitoring[postgres]" in finding.reason
