"""Merging the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import SettingsError
from otel_monitoring.settings import Settings, differences, examine_settings, load_settings
from otel_monitoring.settings.options import options

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "OTEL_MONITORING_ALERTS__INTERVAL_S"
NEAR_MISS = "there is no such setting; did you mean"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "monitoring.toml"
    path.write_text("[alerts]\ninterval_s = 4\n")
    return path


def test_the_defaults_are_in_force_where_nothing_is_said() -> None:
    loaded = load_settings(environ={})

    assert loaded.settings == Settings()
    assert {origin.kind for origin in loaded.origins.values()} == {"default"}
    assert set(loaded.origins) == set(options())


@pytest.mark.parametrize("sources", range(5))
def test_the_earlier_source_wins(file: Path, sources: int) -> None:
    """Sources are taken away one by one, the winning one first."""
    said: list[tuple[str, dict[str, Any]]] = [
        ("code", {"alerts__interval_s": 1}),
        ("code", {"settings": Settings.model_validate({"alerts": {"interval_s": 2}})}),
        (f"environment variable {VARIABLE}", {"environ": {VARIABLE: "3"}}),
        (f"file {file} line 2", {"config_file": file}),
        ("default", {}),
    ]
    arguments = {"environ": {}} | {key: value for _, part in said[sources:] for key, value in part.items()}

    loaded = load_settings(**arguments)

    assert loaded.settings.alerts.interval_s == [1, 2, 3, 4, 15][sources]
    assert str(loaded.origins["alerts.interval_s"]) == said[sources][0]


def test_options_of_one_group_come_from_several_sources(file: Path) -> None:
    loaded = load_settings(
        config_file=file,
        environ={"OTEL_MONITORING_ALERTS__DEFAULT_RULES": "false"},
        alerts={"disabled": ["DiskFull"]},
    )

    assert loaded.settings.alerts.interval_s == 4
    assert loaded.settings.alerts.default_rules is False
    assert loaded.settings.alerts.disabled == ("DiskFull",)


@pytest.mark.parametrize("way", ["argument", "variable", "settings"])
def test_the_file_can_be_named_in_code_and_in_the_environment(file: Path, way: str) -> None:
    ways: dict[str, dict[str, Any]] = {
        "argument": {"config_file": str(file), "environ": {}},
        "variable": {"environ": {"OTEL_MONITORING_CONFIG_FILE": str(file)}},
        "settings": {"settings": Settings(config_file=str(file)), "environ": {}},
    }

    loaded = load_settings(**ways[way])

    assert loaded.settings.alerts.interval_s == 4
    assert loaded.settings.config_file == str(file)


def test_all_problems_are_told_at_once(file: Path) -> None:
    other = "OTEL_MONITORING_TELEMETRY__QUEUE_SIZE"
    file.write_text("[alerts]\ninterval_s = 0\ninterval = 3\n")

    with pytest.raises(SettingsError) as caught:
        load_settings(
            config_file=file,
            environ={other: "many"},
            trace_sample_rate=3,
            alert={},
            http=5,
        )

    assert str(caught.value).splitlines() == [
        "6 settings cannot be used:",
        f"  alert (code): {NEAR_MISS} 'alerts'?",
        f"  alerts.interval (file {file} line 3): {NEAR_MISS} 'alerts.interval_s'?",
        "  http = 5 (code): expected a table of options",
        "  trace_sample_rate = 3 (code): expected less than or equal to 1",
        f"  telemetry.queue_size = 'many' (environment variable {other}): expected a valid integer",
        f"  alerts.interval_s = 0 (file {file} line 2): expected greater than 0",
    ]


def test_a_place_inside_a_value_is_named() -> None:
    with pytest.raises(SettingsError, match=r"trusted_proxies = .* \(at 1\)"):
        load_settings(environ={"OTEL_MONITORING_HTTP__TRUSTED_PROXIES": "10.0.0.1,nowhere"})


def test_a_long_value_is_cut() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, http_instrumentation="x" * 10_000)

    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "variable", ["OTEL_MONITORING_NOTIFY__CHANNELS", "OTEL_MONITORING_NOTIFY__WEBHOOK_HEADERS"]
)
def test_a_secret_that_is_wrong_is_not_shown(variable: str) -> None:
    with pytest.raises(SettingsError, match=r"\*{10}") as caught:
        load_settings(environ={variable: "hunter2"})

    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_unknown_variable_is_a_warning() -> None:
    loaded = load_settings(environ={"OTEL_MONITORING_ALERTS__INTERVAL": "5"})

    (warning,) = loaded.warnings
    assert warning.startswith(
        "environment variable OTEL_MONITORING_ALERTS__INTERVAL: there is no such setting"
    )
    assert warning.endswith(f"did you mean {VARIABLE!r}?")


def test_a_file_cannot_name_another(file: Path) -> None:
    file.write_text('config_file = "other.toml"\n')

    with pytest.raises(SettingsError, match=r"line 1\): a file cannot name another"):
        load_settings(config_file=file, environ={})


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(config_file=tmp_path / "gone.toml", environ={})


def test_an_examination_leaves_out_what_cannot_be_used() -> None:
    loaded = examine_settings(environ={VARIABLE: "-1"}, service_name="shop")

    assert len(loaded.problems) == 1
    assert loaded.settings.service_name == "shop"
    assert loaded.settings.alerts.interval_s == 15
    assert loaded.origins["alerts.interval_s"].kind == "default"


@given(st.dictionaries(st.sampled_from(sorted(options())), st.text(max_size=20)))
def test_no_environment_raises_anything_but_a_settings_error(values: dict[str, str]) -> None:
    environ = {options()[name].variable: text for name, text in values.items() if name != "config_file"}

    loaded = examine_settings(environ=environ)

    wrong = {line.partition(" ")[0] for line in loaded.problems}
    assert wrong <= set(values)
    assert all(loaded.origins[name].kind == "default" for name in wrong)


def test_differences_name_option_and_both_values() -> None:
    first = load_settings(environ={}, api__token="a").settings
    second = load_settings(environ={}, api__token="b", alerts__interval_s=5).settings

    assert differences(first, second) == (
        "alerts.interval_s: 15, now 5",
        "api.token: **********, now **********",
    )


def test_equal_settings_have_no_differences() -> None:
    assert differences(Settings(), load_settings(environ={}).settings) == ()


def test_a_list_of_places_is_all_that_notify_needs(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('notify = ["log://", "mailto://ops@example.org"]\n', encoding="utf-8")
    urls = ["log://", "mailto://ops@example.org"]

    ways = [
        load_settings(environ={}, notify=urls),
        load_settings(environ={}, notify=",".join(urls)),
        load_settings(environ={"OTEL_MONITORING_NOTIFY": ",".join(urls)}),
        load_settings(environ={}, config_file=file),
    ]

    for loaded in ways:
        assert [url.get_secret_value() for url in loaded.settings.notify.channels] == urls
        assert not loaded.warnings
