"""The page and its files over HTTP."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from otel_monitoring.dashboard.files import DashboardError, read_files
from otel_monitoring.dashboard.router import dashboard_router

if TYPE_CHECKING:
    from pathlib import Path

BY_BROTLI = b"what Brotli made of it"  # no package here reads it; the browser tests do
SCRIPT = "console.log('a script that is worth compressing');\n" * 60
BY_GZIP = gzip.compress(SCRIPT.encode())


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text("{}")
    (tmp_path / "index.html").write_text('<script type="module" src="./assets/index-1a2b.js"></script>')
    (tmp_path / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (tmp_path / "assets" / "index-1a2b.js.br").write_bytes(BY_BROTLI)
    (tmp_path / "assets" / "index-1a2b.js.gz").write_bytes(BY_GZIP)
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path.parent / "secret.txt").write_text("not for everybody")
    return tmp_path


@pytest.fixture
def client(built: Path) -> TestClient:
    app = FastAPI()
    app.include_router(dashboard_router(read_files(built)))
    return TestClient(app)


def test_the_page_allows_nothing_of_another_host(client: TestClient) -> None:
    answer = client.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in policy


def test_a_file_is_kept_for_ever_and_sent_compressed(client: TestClient) -> None:
    answer = client.get("/assets/index-1a2b.js", headers={"accept-encoding": "deflate, gzip"})

    assert answer.text == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(SCRIPT)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=1.0, gzip;q=0.5", "br"),
        ("gzip, br; q=0", "gzip"),
        ("gzip;q=0.0, br;q=0.00", None),
        ("brotli", None),
        ("identity", None),
        ("", None),
    ],
)
def test_it_is_sent_in_a_coding_that_the_browser_takes(
    client: TestClient, accepted: str, coding: str | None
) -> None:
    with client.stream("GET", "/assets/index-1a2b.js", headers={"accept-encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())

    assert answer.headers.get("content-encoding") == coding
    assert sent == {"br": BY_BROTLI, "gzip": BY_GZIP, None: SCRIPT.encode()}[coding]


@pytest.mark.parametrize("name", ["index-1a2b.js.gz", "index-1a2b.js.br"])
def test_compressed_files_have_no_address_of_their_own(client: TestClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_what_did_not_change_is_not_sent_again(client: TestClient) -> None:
    etag = client.get("/").headers["etag"]

    again = client.get("/", headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        "/assets/..%2findex.html",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/.vite/manifest.json",
        "/assets/",
    ],
)
def test_what_was_not_built_does_not_exist(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_that_was_not_built_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(DashboardError, match=r"was not built: expected index\.html"):
        read_files(tmp_path / "nowhere")
