"""What is built and installed, each at one version.

The same releases stand in ``docker-compose.yml``; ``tests/integration/test_compose.py`` compares
them. The Collector's parts are all of one release of core and contrib.
"""

from __future__ import annotations

CORE = "go.opentelemetry.io/collector"
CONTRIB = "github.com/open-telemetry/opentelemetry-collector-contrib"

COLLECTOR_VERSION = "0.155.0"
COLLECTOR_PROVIDER_VERSION = "1.61.0"
JAEGER_VERSION = "2.13.0"
PROMETHEUS_VERSION = "3.15.0"
ALERTMANAGER_VERSION = "0.34.1"
COMPOSE_SCHEMA_VERSION = "2.16.2"
SLOTH_VERSION = "0.12.0"
FERRETDB_VERSION = "1.24.2"

JAEGER_MODULE = "github.com/jaegertracing/jaeger"
JAEGER_MODULE_VERSION = "v1.76.0"  # the last tag that Go's tools can name: the commit of 2.13.0
PROMETHEUS_MODULE = "github.com/prometheus/prometheus"
PROMETHEUS_MODULE_VERSION = "v0.315.0"  # 3.15.0 as a library
ALERTMANAGER_MODULE = "github.com/prometheus/alertmanager"
COMPOSE_MODULE = "github.com/compose-spec/compose-go/v2"
SLOTH_MODULE = "github.com/slok/sloth"
FERRETDB_MODULE = "github.com/FerretDB/FerretDB"  # the last line of releases that needs no PostgreSQL

COLLECTOR_PARTS: dict[str, tuple[str, ...]] = {
    "receivers": (f"{CORE}/receiver/otlpreceiver",),
    "processors": (
        f"{CORE}/processor/batchprocessor",
        f"{CORE}/processor/memorylimiterprocessor",
        f"{CONTRIB}/processor/attributesprocessor",
        f"{CONTRIB}/processor/filterprocessor",
        f"{CONTRIB}/processor/tailsamplingprocessor",
    ),
    "exporters": (
        f"{CORE}/exporter/debugexporter",
        f"{CORE}/exporter/otlpexporter",
        f"{CORE}/exporter/otlphttpexporter",
        f"{CONTRIB}/exporter/fileexporter",
        f"{CONTRIB}/exporter/prometheusexporter",
        f"{CONTRIB}/exporter/prometheusremotewriteexporter",
    ),
    "connectors": (
        f"{CORE}/connector/forwardconnector",
        f"{CONTRIB}/connector/spanmetricsconnector",
    ),
    "extensions": (f"{CONTRIB}/extension/healthcheckextension",),
    "providers": (
        f"{CORE}/confmap/provider/envprovider",
        f"{CORE}/confmap/provider/fileprovider",
        f"{CORE}/confmap/provider/yamlprovider",
    ),
}

# Debian package -> a program that shows whether it is there.
DEBIAN_PACKAGES: dict[str, str] = {
    "postgresql": "postgres",
    "redis-server": "redis-server",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "chromium": "chromium",
}
