"""Settings files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.settings.file import read_file
from otel_monitoring.settings.sources import CODE, Entry, Origin

if TYPE_CHECKING:
    from pathlib import Path

TOML = """\
service_name = "shop"

[alerts]
# every so often
interval_s = 5
external_labels = { team = "web" }
"""

YAML = """\
service_name: shop
alerts:
  # every so often
  interval_s: 5
  external_labels:
    team: web
"""


@pytest.mark.parametrize(("name", "text"), [("s.toml", TOML), ("s.yaml", YAML), ("s.yml", YAML)])
def test_values_are_read_by_dotted_name(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)

    source = read_file(str(path), named_by=CODE)

    assert {option: entry.value for option, entry in source.entries.items()} == {
        "service_name": "shop",
        "alerts.interval_s": 5,
        "alerts.external_labels": {"team": "web"},
    }


@pytest.mark.parametrize(("name", "text", "line"), [("s.toml", TOML, 5), ("s.yaml", YAML, 4)])
def test_a_value_knows_its_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    path = tmp_path / name
    path.write_text(text)

    source = read_file(str(path), named_by=CODE)

    assert source.entries["alerts.interval_s"] == Entry(5, Origin("file", f"{path} line {line}"))


def test_an_unknown_name_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text("[alerts]\ninterval = 5\n")

    source = read_file(str(path), named_by=CODE)

    assert source.unknown == {"alerts.interval": Origin("file", f"{path} line 2")}


@pytest.mark.parametrize("name", ["s.toml", "s.yaml"])
def test_an_empty_file_says_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("")

    assert read_file(str(path), named_by=CODE).entries == {}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("s.toml", b"a = ", "valid TOML, but: Invalid value"),
        ("s.yaml", b"a: [", "valid YAML, but: .* in line"),
        ("s.yaml", b"- a\n- b\n", "holds no table of options"),
        ("s.yaml", b"a: &x\n  <<: *y\n", "in line 2"),
        ("s.toml", b"a = '\xff'", "not UTF-8"),
        ("s.ini", b"", r"\.toml, \.yaml or \.yml"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(SettingsError, match=expected) as caught:
        read_file(str(path), named_by=Origin("environment", "OTEL_MONITORING_CONFIG_FILE"))

    assert str(path) in str(caught.value)
    assert "environment variable OTEL_MONITORING_CONFIG_FILE" in str(caught.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read_file(str(tmp_path / "gone.toml"), named_by=CODE)
