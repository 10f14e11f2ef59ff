"""What each server is started with: one function per server, all addresses on the loopback.

The Collector, Jaeger, Prometheus and Alertmanager read the files of ``collector-config`` that
``docker-compose.yml`` mounts; only addresses differ, by environment variables and target files.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.services.places import CONFIGURATION, Places
from tools.services.process import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

HOST = "127.0.0.1"
ANSWER_TIMEOUT_S = 2.0

STANDARD_PORTS: dict[str, dict[str, int]] = {
    "collector": {
        "otlp_grpc": 4317,
        "otlp_http": 4318,
        "telemetry": 8888,
        "prometheus": 8889,
        "health": 13133,
    },
    # Jaeger's own OTLP port is the Collector's: it moves by ten where both share a host.
    "jaeger": {
        "otlp_grpc": 4327,
        "telemetry": 8887,
        "health": 13134,
        "query_grpc": 16685,
        "query_http": 16686,
    },
    "prometheus": {"http": 9090},
    "alertmanager": {"http": 9093},
    "postgres": {"postgres": 5432},
    "redis": {"redis": 6379},
    "ferretdb": {"mongodb": 27017},
}


@dataclass(frozen=True, slots=True)
class Server:
    """How to start one server and how to reach it.

    Attributes:
        name: Its name in the index and in ``REQUIRE_SERVICES``.
        command: Program and arguments.
        is_healthy: Whether it answers.
        addresses: What its users need, by name.
        ports: Every port it listens on.
        environment: Variables that its configuration file fills in.
        folder: Its working folder.
        user: Whom it runs as, where not as ourselves.
        reads: The repository's files that it reads at its start.
    """

    name: str
    command: tuple[str, ...]
    is_healthy: Callable[[], bool]
    addresses: Mapping[str, str]
    ports: tuple[int, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    reads: tuple[Path, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What it is started with, its configuration included, as a short text."""
        parts = [repr(self.command), repr(sorted(self.environment.items()))]
        parts += [path.read_text(encoding="utf-8") for path in self.reads]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def ports_of(name: str, places: Places) -> dict[str, int]:
    """Return the ports of the server ``name`` in one set."""
    return {use: port + places.port_offset for use, port in STANDARD_PORTS[name].items()}


def collector_environment(
    *, ports: Mapping[str, int], jaeger_otlp_port: int, log_file: Path
) -> dict[str, str]:
    """Return the variables that move ``collector.yaml`` from containers to the loopback."""
    return {
        "COLLECTOR_OTLP_GRPC_ENDPOINT": f"{HOST}:{ports['otlp_grpc']}",
        "COLLECTOR_OTLP_HTTP_ENDPOINT": f"{HOST}:{ports['otlp_http']}",
        "COLLECTOR_PROMETHEUS_ENDPOINT": f"{HOST}:{ports['prometheus']}",
        "COLLECTOR_HEALTH_ENDPOINT": f"{HOST}:{ports['health']}",
        "COLLECTOR_TELEMETRY_HOST": HOST,
        "COLLECTOR_TELEMETRY_PORT": str(ports["telemetry"]),
        "COLLECTOR_LOG_FILE": str(log_file),
        "COLLECTOR_DECISION_WAIT": "1s",
        "COLLECTOR_BATCH_TIMEOUT": "200ms",
        "COLLECTOR_TRACE_SHARE_PERCENT": os.environ.get("COLLECTOR_TRACE_SHARE_PERCENT", "100"),
        "JAEGER_OTLP_ENDPOINT": f"{HOST}:{jaeger_otlp_port}",
    }


def collector_addresses(*, ports: Mapping[str, int], log_file: Path) -> dict[str, str]:
    """Return what a Collector's users need to know."""
    return {
        "otlp_grpc": f"http://{HOST}:{ports['otlp_grpc']}",
        "otlp_http": f"http://{HOST}:{ports['otlp_http']}",
        "prometheus": f"http://{HOST}:{ports['prometheus']}/metrics",
        "telemetry": f"http://{HOST}:{ports['telemetry']}/metrics",
        "health": f"http://{HOST}:{ports['health']}/",
        "log_file": str(log_file),
    }


def collector(places: Places, program: Path) -> Server:
    """Return the Collector, with every trace kept: what is looked for has to be there."""
    config = CONFIGURATION / "collector.yaml"
    ports = ports_of("collector", places)
    folder = places.folder("collector")
    log_file = folder / "logs.jsonl"
    addresses = collector_addresses(ports=ports, log_file=log_file)
    jaeger_port = ports_of("jaeger", places)["otlp_grpc"]
    return Server(
        name="collector",
        command=(str(program), f"--config={config}"),
        reads=(config,),
        is_healthy=lambda: answers(addresses["health"]),
        addresses=addresses,
        ports=tuple(ports.values()),
        folder=folder,
        environment=collector_environment(ports=ports, jaeger_otlp_port=jaeger_port, log_file=log_file),
    )


def jaeger(places: Places, program: Path) -> Server:
    """Return Jaeger with its traces in memory."""
    config = CONFIGURATION / "jaeger.yaml"
    ports = ports_of("jaeger", places)
    health = f"http://{HOST}:{ports['health']}/status"
    return Server(
        name="jaeger",
        command=(str(program), f"--config={config}"),
        reads=(config,),
        is_healthy=lambda: answers(health),
        addresses={
            "otlp_grpc": f"http://{HOST}:{ports['otlp_grpc']}",
            "query": f"http://{HOST}:{ports['query_http']}",
            "health": health,
        },
        ports=tuple(ports.values()),
        folder=places.folder("jaeger"),
        environment={
            "JAEGER_OTLP_GRPC_ENDPOINT": f"{HOST}:{ports['otlp_grpc']}",
            "JAEGER_HEALTH_ENDPOINT": f"{HOST}:{ports['health']}",
            "JAEGER_QUERY_GRPC_ENDPOINT": f"{HOST}:{ports['query_grpc']}",
            "JAEGER_QUERY_HTTP_ENDPOINT": f"{HOST}:{ports['query_http']}",
            "JAEGER_TELEMETRY_HOST": HOST,
            "JAEGER_TELEMETRY_PORT": str(ports["telemetry"]),
        },
    )


def prometheus(places: Places, program: Path) -> Server:
    """Return Prometheus on the repository's file, with target files that name local addresses."""
    port = ports_of("prometheus", places)["http"]
    folder = places.folder("prometheus")
    _write_targets(folder, places)
    url = f"http://{HOST}:{port}"
    return Server(
        name="prometheus",
        command=(
            str(program),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=2d",
            f"--web.listen-address={HOST}:{port}",
            "--enable-feature=exemplar-storage",
        ),
        reads=(CONFIGURATION / "prometheus.yml", *sorted((CONFIGURATION / "rules").glob("*.yml"))),
        is_healthy=lambda: answers(f"{url}/-/ready"),
        addresses={"url": url, "health": f"{url}/-/ready"},
        ports=(port,),
        folder=folder,
    )


def alertmanager(places: Places, program: Path) -> Server:
    """Return Alertmanager, alone in its cluster."""
    config = CONFIGURATION / "alertmanager.yml"
    port = ports_of("alertmanager", places)["http"]
    folder = places.folder("alertmanager")
    url = f"http://{HOST}:{port}"
    return Server(
        name="alertmanager",
        command=(
            str(program),
            f"--config.file={config}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address={HOST}:{port}",
            "--cluster.listen-address=",
        ),
        reads=(config,),
        is_healthy=lambda: answers(f"{url}/-/ready"),
        addresses={"url": url, "health": f"{url}/-/ready"},
        ports=(port,),
        folder=folder,
    )


def postgres(places: Places, program: Path) -> Server:
    """Return PostgreSQL with a generated password; it refuses to run as root, so it may not.

    Nothing is synced to the disk: what it keeps is for tests.
    """
    program = program.resolve()  # its neighbours stand beside it, not beside a link to it
    port = ports_of("postgres", places)["postgres"]
    user = "postgres" if os.geteuid() == 0 else None
    data = places.open_data / "postgres" if user else places.folder("postgres") / "data"
    password = _password(places)
    if not (data / "PG_VERSION").exists():
        _init_database(program.with_name("initdb"), data=data, user=user, password=password)
    return Server(
        name="postgres",
        command=(
            str(program),
            *("-D", str(data), "-h", HOST, "-p", str(port), "-k", ""),
            *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
        ),
        is_healthy=lambda: _postgres_answers(program.with_name("pg_isready"), port),
        addresses={"url": f"postgresql://otel_monitoring:{password}@{HOST}:{port}/postgres"},
        ports=(port,),
        folder=data,
        user=user,
    )


def redis(places: Places, program: Path) -> Server:
    """Return Redis with a generated password, which stands in a file, not on the command line."""
    port = ports_of("redis", places)["redis"]
    folder = places.folder("redis")
    password = _password(places)
    config = folder / "redis.conf"
    _write_private(
        config, f"bind {HOST}\nport {port}\ndir {folder}\nrequirepass {password}\nsave ''\nappendonly no\n"
    )
    return Server(
        name="redis",
        command=(str(program), str(config)),
        is_healthy=lambda: _redis_answers(port),
        addresses={"url": f"redis://default:{password}@{HOST}:{port}/0"},
        ports=(port,),
        folder=folder,
    )


def ferretdb(places: Places, program: Path) -> Server:
    """Return FerretDB: MongoDB's protocol over SQLite files; it asks for no password and calls nobody."""
    port = ports_of("ferretdb", places)["mongodb"]
    folder = places.folder("ferretdb")
    return Server(
        name="ferretdb",
        command=ferretdb_command(program, folder=folder, port=port),
        is_healthy=lambda: _listens(port),
        addresses={"url": f"mongodb://{HOST}:{port}/"},
        ports=(port,),
        folder=folder,
    )


def ferretdb_command(program: Path, *, folder: Path, port: int) -> tuple[str, ...]:
    """Return what starts FerretDB with its data in ``folder``."""
    return (
        str(program),
        "--handler=sqlite",
        f"--sqlite-url=file:{folder}/",
        f"--state-dir={folder}",
        f"--listen-addr={HOST}:{port}",
        "--debug-addr=-",
        "--telemetry=disable",
        "--log-level=warn",
    )


SERVERS: dict[str, Callable[[Places, Path], Server]] = {
    "collector": collector,
    "jaeger": jaeger,
    "prometheus": prometheus,
    "alertmanager": alertmanager,
    "postgres": postgres,
    "redis": redis,
    "ferretdb": ferretdb,
}
FOR_TESTS = frozenset({"ferretdb"})
"""What no file of the stack knows: only the tests talk to it."""


def servers_of(places: Places) -> dict[str, Callable[[Places, Path], Server]]:
    """Return the servers of one set, by name."""
    left_out = FOR_TESTS if places.name == "stack" else frozenset()
    return {name: make for name, make in SERVERS.items() if name not in left_out}


def answers(url: str) -> bool:
    """Return whether ``url`` answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_TIMEOUT_S) as response:
            return bool(response.status == 200)  # noqa: PLR2004 - the one good answer
    except (OSError, urllib.error.URLError):
        return False


def _write_targets(folder: Path, places: Places) -> None:
    """Link the repository's Prometheus files into ``folder`` and write local target files."""
    for name in ("prometheus.yml", "rules"):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(CONFIGURATION / name)
    targets = {
        "applications": ports_of("collector", places)["prometheus"],
        "collector": ports_of("collector", places)["telemetry"],
        "jaeger": ports_of("jaeger", places)["telemetry"],
        "alertmanager": ports_of("alertmanager", places)["http"],
        "prometheus": ports_of("prometheus", places)["http"],
    }
    (folder / "targets").mkdir(exist_ok=True)
    for name, port in targets.items():
        text = json.dumps([{"targets": [f"{HOST}:{port}"]}])  # JSON is YAML
        (folder / "targets" / f"{name}.yml").write_text(text, encoding="utf-8")


def _init_database(initdb: Path, *, data: Path, user: str | None, password: str) -> None:
    data.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(data, ignore_errors=True)  # what a broken attempt left
    data.mkdir(mode=0o700)
    password_file = data.parent / "initial-password"
    _write_private(password_file, password)
    if user:
        for path in (data, password_file):
            shutil.chown(path, user=user, group=user)
    command = [str(initdb), "-D", str(data), "--username=otel_monitoring", f"--pwfile={password_file}"]
    try:
        done = subprocess.run(
            [*command, "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"],
            cwd=data,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    finally:
        password_file.unlink()
    if done.returncode:
        msg = f"initdb ended with {done.returncode}: {done.stdout[-600:]}"
        raise StartError(msg)


def _password(places: Places) -> str:
    """Return the one password of this set, made on first use."""
    path = places.folder("secrets") / "password"
    if not path.exists():
        _write_private(path, secrets.token_hex(16))
    return path.read_text(encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _postgres_answers(pg_isready: Path, port: int) -> bool:
    command = [str(pg_isready), "-q", "-h", HOST, "-p", str(port), "-t", "2"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=ANSWER_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _redis_answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=ANSWER_TIMEOUT_S) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
