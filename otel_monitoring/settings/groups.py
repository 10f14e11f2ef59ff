"""Every option, one group per part: default, bounds, unit in the name, one line of explanation."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from otel_monitoring.settings.access import AccessSettings
from otel_monitoring.settings.analytics import AnalyticsSettings
from otel_monitoring.settings.api import ApiSettings
from otel_monitoring.settings.group import Group, option
from otel_monitoring.settings.health import HealthSettings
from otel_monitoring.settings.rate_limits import RateLimitSettings
from otel_monitoring.settings.types import (
    Algorithms,
    Count,
    Folder,
    Names,
    Networks,
    Pairs,
    Pattern,
    Patterns,
    Ratio,
    Seconds,
    SecretPairs,
    SecretText,
    SecretUrl,
    SecretUrls,
    SecretUrlText,
    StorageUrl,
)


class TelemetrySettings(Group):
    """What is recorded and how it is exported; endpoints are the standard `OTEL_EXPORTER_OTLP_*`."""

    traces: bool = option(default=True, description="Record spans.")
    metrics: bool = option(
        default=True, description="Record metrics; without them there are no rules either."
    )
    logs: bool = option(default=True, description="Hear log records and events.")
    console: bool = option(default=False, description="Also print every signal on standard output.")
    resource_attributes: Pairs = option(default={}, description="Further attributes of the resource.")
    queue_size: Count = option(
        default=8192, description="Spans, and log records, that wait for export; beyond it they are dropped."
    )
    batch_size: Count = Field(
        default_factory=lambda data: min(256, data.get("queue_size", 256)),
        description="Spans or log records in one export request; at most `queue_size`.",
    )
    batch_bytes: Count = option(default=1_048_576, description="Size of one export request.")
    schedule_delay_s: Seconds = option(default=1.0, description="Longest wait before a batch is exported.")
    collect_interval_s: Seconds = option(
        default=15.0, description="Time between two readings of the metrics into the store."
    )
    export_interval_s: Seconds = option(default=60.0, description="Time between two exports of the metrics.")
    flush_timeout_s: Seconds = option(
        default=5.0, description="One deadline for the flush and the shutdown of all signals together."
    )
    circuit_failures: Count = option(
        default=3, description="Failed exports in a row after which an endpoint is left alone."
    )
    circuit_probe_s: Seconds = option(
        default=30.0, description="Time between two probes of an endpoint that is left alone."
    )
    attribute_chars: Count = option(default=4096, description="Longest attribute value; the rest is cut.")
    attributes_per_span: Count = option(default=128, description="Most attributes of one span.")
    stacktrace_chars: Count = option(default=65_536, description="Longest stack trace; its middle is cut.")
    cardinality_limit: Count = option(
        default=2000,
        description="Most attribute sets of one instrument; the rest becomes one overflow point.",
    )

    @field_validator("batch_size")
    @classmethod
    def _fits_into_the_queue(cls, value: int, info: ValidationInfo) -> int:
        queue_size = info.data.get("queue_size", value)
        if value > queue_size:
            msg = f"at most telemetry.queue_size, which is {queue_size}"
            raise ValueError(msg)
        return value


class HttpSettings(Group):
    """What the server middleware records and which headers it answers with."""

    excluded_paths: Names = option(
        default=(
            "/health",
            "/health/*",
            "/healthz",
            "/livez",
            "/readyz",
            "/ping",
            "/metrics",
            "/favicon.ico",
        ),
        description="Paths that are in no span, metric or count; `*` stands for anything. Ours never are.",
    )
    excluded_user_agents: Names = option(
        default=(
            "kube-probe/",
            "ELB-HealthChecker/",
            "GoogleHC/",
            "Amazon-Route53-Health-Check-Service",
            "Consul Health Check",
            "Prometheus/",
            "Blackbox Exporter/",
        ),
        description="Beginnings of the user agents of probes, which are left out too.",
    )
    server_timing: bool = option(default=True, description="Answer with a `Server-Timing` header.")
    traceresponse: bool = option(default=True, description="Answer with a `traceresponse` header.")
    captured_request_headers: Names = option(default=(), description="Request headers to put on spans.")
    captured_response_headers: Names = option(default=(), description="Response headers to put on spans.")
    trusted_proxies: Networks = option(
        default=(),
        description="Addresses or networks whose `Forwarded` and `X-Forwarded-*` headers are believed.",
    )


class CorrelationSettings(Group):
    """Whose request this is: request ids and user hashes."""

    request_id_header: str = option(
        default="X-Request-ID",
        description="Header of answers and outgoing calls that carries the request id.",
    )
    accepted_headers: Names = option(
        default=("X-Request-ID", "X-Correlation-ID"),
        description="Request headers in which an id is looked for, in this order.",
    )
    trust: bool = option(default=True, description="Keep an incoming id that passes the validation.")
    pattern: Pattern = option(
        default=r"[A-Za-z0-9._~:/+=@-]+",
        description="Regular expression that a whole incoming id matches; another one is replaced.",
    )
    max_length: int = Field(default=128, ge=1, le=1024, description="Longest incoming id, in characters.")
    user_hash_key: SecretText | None = option(
        default=None,
        description="Key of the hashes that stand for user ids; without one, each process start has its own.",
    )


class JwtSettings(Group):
    """User, session and tenant from the verified token of `Authorization`; on as soon as there is a key."""

    key: SecretText | None = option(
        default=None, description="Verification key: a shared secret, PEM or JWK."
    )
    key_file: str | None = option(default=None, description="File that holds the verification key.")
    jwks_url: str | None = option(default=None, description="Address of a key set (JWKS).")
    algorithms: Algorithms = option(
        default=("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"),
        description="Accepted signature algorithms; HMAC (`HS256` and so on) only where it is named.",
    )
    issuers: Names = option(default=(), description="Issuers (`iss`) of which a token must name one.")
    audiences: Names = option(default=(), description="Audiences (`aud`) of which a token must name one.")
    leeway_s: int = Field(default=30, ge=0, description="Clock difference that is forgiven.")
    user_claims: Names = option(default=("sub",), description="Claims that may hold the user id.")
    session_claims: Names = option(default=("sid",), description="Claims that may hold the session id.")
    tenant_claims: Names = option(
        default=("tenant_id", "tid", "org_id"), description="Claims that may hold the tenant."
    )

    @field_validator("algorithms")
    @classmethod
    def _are_some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            msg = "at least one signature algorithm"
            raise ValueError(msg)
        return value


class LogSettings(Group):
    """How the standard library's logging is configured and exported."""

    configure: bool = option(
        default=False, description="Let the set-up install our handler and format on the root logger."
    )
    export: bool = option(default=True, description="Export log records where there is an OTLP endpoint.")
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = option(
        default="INFO", description="Least severe level that is kept."
    )
    format: Literal["auto", "json", "console"] = option(
        default="auto",
        description="JSON lines or readable colours; `auto` looks whether it writes to a terminal.",
    )

    @field_validator("level", mode="before")
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


class RedactionSettings(Group):
    """What is taken out of everything before it is stored, exported or sent."""

    enabled: bool = option(default=True, description="Redact secrets and personal data.")
    extra_keys: Names = option(default=(), description="Further key names whose values are taken out.")
    extra_patterns: Patterns = option(
        default=(), description="Further regular expressions whose matches are taken out."
    )
    allow: Names = option(default=(), description="Key names and texts that are left alone.")


class SystemSettings(Group):
    """What the sampler reads of the host, the process and the runtime."""

    enabled: bool = option(default=True, description="Measure the host, the process and the runtime.")
    interval_s: Seconds = option(default=10.0, description="Time between two samples.")
    mounts: Names = option(default=(), description="Mount points to measure; empty means all real disks.")
    per_cpu: bool = option(default=False, description="Measure every CPU by itself too.")
    loop_lag: bool = option(default=True, description="Measure how late the event loop runs.")


class StoreSettings(Group):
    """How much is remembered in memory, and under which names."""

    retention_s: float = Field(default=21_600.0, ge=60, description="How far back the series reach.")
    max_series: Count = option(default=20_000, description="Most series; new ones beyond it are refused.")
    max_bytes: int = Field(
        default=67_108_864,
        ge=1_048_576,
        description="Most memory of series and their labels; the oldest samples go first.",
    )
    max_exemplars: Count = option(
        default=10_000, description="Most exemplars of all series together; the oldest go first."
    )
    translation_strategy: Literal[
        "UnderscoreEscapingWithSuffixes",
        "UnderscoreEscapingWithoutSuffixes",
        "NoUTF8EscapingWithSuffixes",
        "NoTranslation",
    ] = option(
        default="UnderscoreEscapingWithSuffixes",
        description="How metric names become Prometheus names, in Prometheus' own words.",
    )
    scope_labels: bool = option(default=True, description="Label series with their instrumentation scope.")


class QuerySettings(Group):
    """What a query may use, and who answers it."""

    max_samples: Count = option(
        default=50_000_000, description="Most samples that one query looks at, or holds."
    )
    max_series: Count = option(default=100_000, description="Most series in the answer of one query.")
    max_steps: Count = option(default=11_000, description="Most steps of a range query.")
    timeout_s: Seconds = option(default=10.0, description="Longest that one query takes.")
    lookback_s: Seconds = option(
        default=300.0, description="How old the newest sample of a series may be to count as its value."
    )
    experimental: bool = option(
        default=False, description="Allow what Prometheus has behind a flag: functions and syntax."
    )
    url: SecretUrlText | None = option(
        default=None,
        description="A Prometheus, Mimir, VictoriaMetrics or Thanos that answers rules and pages instead.",
    )
    bearer_token: SecretText | None = option(default=None, description="Bearer token for `query.url`.")
    headers: SecretPairs = option(
        default={}, description="Further headers for `query.url`, such as `X-Scope-OrgID`."
    )


class StorageSettings(Group):
    """What is kept on disk."""

    url: StorageUrl | None = option(
        default=None,
        description=(
            "`sqlite:///path`, `postgresql://…`, or `memory` for nothing that outlives the process; "
            "without it a file of the service under `data_directory`."
        ),
    )
    data_directory: Folder | None = option(
        default=None,
        description="Folder of the files; by default `otel_monitoring` in `$XDG_STATE_HOME`.",
    )
    retention_metrics_days: float = Field(
        default=30.0, gt=0, description="Days that samples are kept, and the processes that took them."
    )
    retention_logs_days: float = Field(
        default=90.0, gt=0, description="Days that logs, traces, events and results of checks are kept."
    )
    retention_errors_days: float = Field(default=90.0, gt=0, description="Days that errors are kept.")
    retention_alerts_days: float = Field(
        default=365.0, gt=0, description="Days that the history of alerts is kept; the audit stays for ever."
    )
    max_bytes: int | None = Field(
        default=None, ge=16_777_216, description="Most space; the oldest samples go first."
    )
    archive_folder: str | None = option(
        default=None, description="Where what is deleted is written before, compressed; nowhere without it."
    )
    cache_bytes: int = Field(
        default=33_554_432, ge=1_048_576, description="Most memory of what was read of the storage."
    )
    alone_after_s: Seconds = option(
        default=120.0,
        description="Time without the storage after which the last of several hosts to tell people goes on.",
    )


class AlertSettings(Group):
    """Which rules are evaluated and how often."""

    enabled: bool = option(default=True, description="Evaluate rules.")
    interval_s: Seconds = option(default=15.0, description="Time between two evaluations of a rule group.")
    rule_files: Names = option(default=(), description="Prometheus rule files; `*` stands for anything.")
    default_rules: bool = option(default=True, description="Evaluate the built-in rules.")
    disabled: Names = option(default=(), description="Names of rules that are left out.")
    external_labels: Pairs = option(default={}, description="Labels that every alert gets.")
    external_url: str = Field(
        default="",
        pattern=r"^$|^https?://",
        description="Where these pages are reached from outside; messages link there.",
    )
    repeat_interval_s: float = Field(
        default=14_400.0, ge=60, description="Time after which an alert that still fires is told again."
    )
    reload_on_sighup: bool = option(
        default=False, description="Read rules and routes anew on SIGHUP; not under gunicorn."
    )


class NotifySettings(Group):
    """Where messages go; ``notify=["slack://…", "mailto://…"]`` means ``notify.channels``."""

    shorthand: ClassVar[str] = "channels"

    channels: SecretUrls = option(
        default=(SecretUrl("log://"),),
        description="Places that messages go to: `log://`, webhooks `https://…`, `mailto://…`, `slack://…`.",
    )
    alertmanager_file: str | None = option(
        default=None,
        description="An `alertmanager.yml` that says who is told what, in place of `channels` and the like.",
    )
    alertmanagers: SecretUrls = option(
        default=(), description="Alertmanagers that get every alert; messages then come from them alone."
    )
    timeout_s: Seconds = option(default=10.0, description="Longest time of one delivery.")
    digest_s: float = Field(
        default=0.0, ge=0, description="Time between two messages that hold everything; 0 tells at once."
    )
    cooldown_s: float = Field(
        default=0.0, ge=0, description="Time after an alert has resolved in which it is not told again."
    )
    flapping_changes: int = Field(
        default=4,
        ge=0,
        description="Changes within the window that are allowed before an alert flaps; 0: any.",
    )
    flapping_window_s: Seconds = option(default=600.0, description="The window of flapping.")
    escalation: Pairs = option(
        default={}, description="Receivers that are told when nobody acknowledges, and after how long: `15m`."
    )
    heartbeat_url: SecretUrlText | None = option(
        default=None, description="Called while rules are evaluated: who hears nothing raises the alarm."
    )
    heartbeat_interval_s: Seconds = option(default=60.0, description="Time between two calls.")
    allow_private: bool = option(
        default=False,
        description="Post to private and loopback addresses; never to link-local ones.",
    )
    timezone: str = option(
        default="UTC", description="The zone of times in messages, such as `Europe/Berlin`."
    )
    timezones: Pairs = option(
        default={}, description="Zones of receivers that have another one than `timezone`, by their name."
    )
    link_secret: SecretText | None = option(
        default=None,
        description="Signs the links in messages; without it, the processes of a storage make one.",
    )
    link_lifetime_s: Seconds = option(
        default=86_400.0, description="How long a link in a message can be used to acknowledge or silence."
    )
    trace_url: str = Field(
        default="",
        pattern=r"^$|\{trace_id\}",
        description="Where a trace is looked at, with `{trace_id}` for its id.",
    )
    group_by: Names = option(
        default=(),
        description="Labels whose values make one message, such as `alertname`; none: one an alert.",
    )
    webhook_headers: SecretPairs = option(
        default={}, description="Headers that every webhook message carries."
    )


class InstrumentationSettings(Group):
    """What is instrumented besides the HTTP server."""

    libraries: bool = option(
        default=True, description="Instrument every supported library that is installed."
    )
    disabled: Names = option(default=(), description="Libraries that are left alone, such as `redis`.")
    threads: bool = option(default=True, description="Carry the context into threads and thread pools.")


class Settings(Group):
    """Every option of one running instance.

    A ``Settings`` is a plain value: it reads no environment and no file. :func:`load_settings` merges it
    with both; what was given here explicitly wins.
    """

    enabled: bool = option(default=True, description="Do anything at all.")
    service_name: str | None = option(
        default=None,
        description="`service.name`; without it `OTEL_SERVICE_NAME`, then `OTEL_RESOURCE_ATTRIBUTES`.",
    )
    service_version: str | None = option(default=None, description="`service.version`.")
    service_namespace: str | None = option(default=None, description="`service.namespace`.")
    environment: str | None = option(
        default=None, description="`deployment.environment.name`, such as `production`."
    )
    trace_sample_rate: Ratio | None = option(
        default=None, description="Share of new traces that are recorded; without it `OTEL_TRACES_SAMPLER`."
    )
    http_instrumentation: Literal["ours", "fastapi", "contrib", "off"] = option(
        default="ours", description="Who records HTTP requests: our middleware, FastAPI itself, or contrib."
    )
    config_file: str | None = option(default=None, description="TOML or YAML file with further settings.")

    telemetry: TelemetrySettings = TelemetrySettings()
    http: HttpSettings = HttpSettings()
    correlation: CorrelationSettings = CorrelationSettings()
    jwt: JwtSettings = JwtSettings()
    logs: LogSettings = LogSettings()
    redaction: RedactionSettings = RedactionSettings()
    system: SystemSettings = SystemSettings()
    store: StoreSettings = StoreSettings()
    query: QuerySettings = QuerySettings()
    storage: StorageSettings = StorageSettings()
    alerts: AlertSettings = AlertSettings()
    analytics: AnalyticsSettings = AnalyticsSettings()
    notify: NotifySettings = NotifySettings()
    api: ApiSettings = ApiSettings()
    access: AccessSettings = AccessSettings()
    health: HealthSettings = HealthSettings()
    rate_limits: RateLimitSettings = RateLimitSettings()
    instrumentation: InstrumentationSettings = InstrumentationSettings()
