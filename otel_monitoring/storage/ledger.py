"""What was counted since the last collection, where it outlives a process that is killed.

A process that dies without a word takes along what it has not appended yet: up to one interval of requests.
So whoever records durations of requests writes them into memory as well that the operating system keeps for
us: a file of ``/dev/shm``, its pages set aside beforehand so that writing to them cannot fail. That is a
handful of stores per request, no call into the system, and nothing that could wait. Another process of this
host finds the file without an owner, and settles what is in it.

A file is a run of records: two ``uint32`` (bytes of the document, number of doubles), the document as JSON
padded to eight bytes, the doubles. The first one describes the process; each further one is a histogram under
one attribute set: sum, least, greatest, and the counts of its buckets.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import mmap
import os
import stat
import struct
import uuid
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from opentelemetry.context import Context

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has none
    _HAS_LOCKS = False
else:
    _HAS_LOCKS = True

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - our folder in it is checked to be ours alone
_SUFFIX = ".ledger"
_HEAD = struct.Struct("<II")
_FIXED = 3
_SIZE_BYTES = 512 << 10
_LAST_WORD_BYTES = 256
_ENDED = "ended"


class Recorder(Protocol):
    """One histogram under one attribute set."""

    def basis(self) -> tuple[int, tuple[float, ...]] | None:
        """Return since when it counts, Unix nanoseconds, and the upper bounds of its buckets."""
        ...

    def record(self, value: float, context: Context, *, sampled: bool) -> None:
        """Record ``value`` in ``context``."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A histogram under one attribute set, as a process left it.

    Attributes:
        about: ``name``, ``unit``, ``description``, ``scope`` (name, version, schema URL), ``attributes``,
            ``bounds`` (ascending upper bounds), ``started_ns``.
        total: The sum of everything that was recorded.
        least: The smallest of it.
        greatest: The greatest of it.
        counts: How often by bucket, one more than bounds.
    """

    about: Mapping[str, Any]
    total: float
    least: float
    greatest: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Estate:
    """What a process left.

    Attributes:
        resource: The attributes of its resource.
        entries: What it counted.
        ended: Why it ended, by its own word; empty where it could not say.
    """

    resource: Mapping[str, Any]
    entries: tuple[Entry, ...]
    ended: str = ""


class Ledger:
    """Note what recorders record.

    Args:
        folder: Where; made for us alone where it is missing.
        resource: Returns who this process is.
        bind: Makes a recorder of a histogram and an attribute set.
        size_bytes: How much there is room for; what is beyond is recorded and not noted.
    """

    def __init__(
        self,
        *,
        folder: Path,
        resource: Callable[[], Mapping[str, Any]],
        bind: Callable[[Any, Mapping[str, Any]], Recorder],
        size_bytes: int = _SIZE_BYTES,
    ) -> None:
        self._folder = folder
        self._resource = resource
        self._bind = bind
        self._size_bytes = size_bytes
        self._begin()

    def _begin(self) -> None:
        self._guard = Guard("storage.ledger")
        self._path: Path | None = None
        self._lock: int | None = None
        self._is_started = self._was_tried = False
        self._map: mmap.mmap | None = None
        self._slots: Any = None
        self._end = 0
        self._places: dict[str, int | None] = {}

    def start(self) -> None:
        """Allow the file to be opened, by the first request."""
        self._is_started = True

    def stop(self, *, is_settled: bool, reason: str = "") -> None:
        """Leave nothing where this process has said everything itself, else what others settle.

        Args:
            is_settled: Whether the storage has everything.
            reason: Why this process ends, for those who settle it.
        """
        path, self._path = self._path, None
        lock, self._lock = self._lock, None
        if path is not None and is_settled:
            _remove(path)
        elif path is not None and reason:
            self._write({_ENDED: reason}, [], reserve_bytes=0)
        if lock is not None:
            os.close(lock)

    def after_fork(self) -> None:
        """Have nothing in a child process; the lock stays the parent's."""
        if self._lock is not None:
            os.close(self._lock)
        self._begin()

    def bind(self, instrument: Any, attributes: Mapping[str, Any]) -> Recorder:
        """Return a recorder that notes what it records, where that can be done."""
        inner = self._bind(instrument, attributes)
        if self._is_started and not self._was_tried and _HAS_LOCKS:
            self._was_tried = True  # once in the life of a process
            with self._guard:
                self._open()
        return inner if self._slots is None else _Noting(self, inner, instrument, attributes)

    def place(
        self, instrument: Any, attributes: Mapping[str, Any], *, bounds: Sequence[float], started_ns: int
    ) -> int | None:
        """Return where the doubles of a histogram begin, in doubles; ``None`` where there is no room."""
        scope = instrument.instrumentation_scope
        about = {
            "name": instrument.name,
            "unit": instrument.unit,
            "description": instrument.description,
            "scope": [scope.name, scope.version, scope.schema_url],
            "attributes": dict(attributes),
            "bounds": list(bounds),
        }
        key = json.dumps(about, sort_keys=True)
        if key not in self._places:
            doubles = [0.0, math.inf, -math.inf, *(0.0 for _ in range(len(bounds) + 1))]
            self._places[key] = self._write({**about, "started_ns": started_ns}, doubles)
        return self._places[key]

    @property
    def slots(self) -> Any:
        """The doubles of the file: a ``memoryview``, or ``None``."""
        return self._slots

    def _open(self) -> None:
        name = f"{uuid.uuid4().hex}-{_namespace():x}-{os.getpid()}.new"
        try:
            new, lock = _create(self._folder, name)
        except FileNotFoundError:  # whoever ended last removed the folder in between
            new, lock = _create(self._folder, name)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.posix_fallocate(lock, 0, self._size_bytes)
            # Opened a second time: a child process inherits what is mapped, and would keep the lock with it.
            with new.open("r+b") as file:
                self._map = mmap.mmap(file.fileno(), self._size_bytes)
            self._slots = memoryview(self._map).cast("d")
            self._write(dict(self._resource()), [])
            self._path = new.rename(new.with_suffix(_SUFFIX))
            self._lock = lock
        except BaseException:
            self._slots = None
            new.unlink(missing_ok=True)
            os.close(lock)
            raise

    def _write(
        self,
        document: Mapping[str, Any],
        doubles: Sequence[float],
        *,
        reserve_bytes: int = _LAST_WORD_BYTES,
    ) -> int | None:
        """Add a record; its head comes last, so that it is there as a whole or not at all."""
        text = json.dumps(document, default=str).encode()
        text += b" " * (-len(text) % 8)
        at = self._end
        values_at = at + _HEAD.size + len(text)
        end = values_at + 8 * len(doubles)
        if self._map is None or end + _HEAD.size + reserve_bytes > self._size_bytes:
            return None
        self._map[at + _HEAD.size : values_at] = text
        struct.pack_into(f"={len(doubles)}d", self._map, values_at, *doubles)
        _HEAD.pack_into(self._map, at, len(text), len(doubles))
        self._end = end
        return values_at // 8


class _Noting:
    """Records, and notes."""

    __slots__ = ("_at", "_attributes", "_bounds", "_inner", "_instrument", "_is_new", "_ledger", "_slots")

    def __init__(
        self, ledger: Ledger, inner: Recorder, instrument: Any, attributes: Mapping[str, Any]
    ) -> None:
        self._ledger = ledger
        self._inner = inner
        self._instrument = instrument
        self._attributes = attributes
        self._bounds: Sequence[float] = ()
        self._slots: Any = None
        self._at = 0
        self._is_new = True

    def basis(self) -> tuple[int, tuple[float, ...]] | None:
        """Return since when it counts, and the upper bounds of its buckets."""
        return self._inner.basis()

    def record(self, value: float, context: Context, *, sampled: bool) -> None:
        """Record ``value``, and note it."""
        self._inner.record(value, context, sampled=sampled)
        if self._slots is not None or self._open() is not None:
            self.note(value)

    def record_noted(self, value: float, context: Context, *, sampled: bool) -> None:
        """Record ``value``, which was noted before."""
        self._inner.record(value, context, sampled=sampled)

    def note(self, value: float) -> bool:
        """Note ``value`` ahead of recording it; return whether there is a place for it already."""
        slots = self._slots
        if slots is None:
            return False
        at = self._at
        slots[at] += value
        if value < slots[at + 1]:  # noqa: PLR1730 - half the cost of a call of min()
            slots[at + 1] = value
        if value > slots[at + 2]:  # noqa: PLR1730 - as above
            slots[at + 2] = value
        slots[at + _FIXED + bisect_left(self._bounds, value)] += 1.0
        return True

    def take_back(self, value: float) -> None:
        """Undo a note: what was noted turned out to be something else."""
        self._slots[self._at] -= value
        self._slots[self._at + _FIXED + bisect_left(self._bounds, value)] -= 1.0

    def _open(self) -> Any:
        """Find a place at the first measurement; one that the SDK counts elsewhere has none, ever."""
        if not self._is_new:
            return None
        self._is_new = False
        basis = self._inner.basis()
        if basis is None:
            return None
        started_ns, self._bounds = basis
        at = self._ledger.place(
            self._instrument, self._attributes, bounds=self._bounds, started_ns=started_ns
        )
        if at is not None:
            self._at, self._slots = at, self._ledger.slots
        return self._slots


class Claim:
    """The ledger of a process that is gone, held by us alone; release it in any case."""

    def __init__(self, path: Path, lock: int) -> None:
        self._path = path
        self._lock = lock

    @property
    def name(self) -> str:
        """What the ledger is called."""
        return self._path.name

    def read(self) -> Estate | None:
        """Return what is in it; ``None`` where it does not even say whose it is."""
        records = list(_records(self._path.read_bytes()))
        if not records:
            return None
        (resource, _), *others = records
        words = [str(document[_ENDED]) for document, _ in others if _ENDED in document]
        entries = tuple(_entry(*one) for one in others if _ENDED not in one[0])
        return Estate(resource, entries, words[-1] if words else "")

    def release(self, *, is_settled: bool) -> None:
        """Let others have it, or nobody ever again."""
        if is_settled:
            _remove(self._path)
        os.close(self._lock)


def claim_all(folder: Path, *, held: Callable[[str], object] | None = None) -> list[Claim]:
    """Return every ledger whose process is gone and that nobody else settles now.

    Args:
        folder: Where they are.
        held: Called with the name of each of the others.
    """
    if not _HAS_LOCKS or not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        with contextlib.suppress(OSError):
            lock = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not os.fstat(lock).st_nlink:
                    raise FileNotFoundError(path)
            except OSError:
                os.close(lock)
                if held is not None:
                    held(path.name)
                continue
            found.append(Claim(path, lock))
    return found


def pid_of(name: str) -> int | None:
    """Return the number of the process that began a ledger; ``None`` where it counts in another namespace."""
    _, _, rest = name.removesuffix(_SUFFIX).partition("-")
    namespace, _, pid = rest.partition("-")
    return int(pid) if pid.isdecimal() and namespace == f"{_namespace():x}" else None


def ledger_folder(url: str, service: str, *, memory: Path = _SHARED_MEMORY) -> Path | None:
    """Return the folder that the processes of one service on one storage and of one user share.

    Args:
        url: Where the storage is.
        service: The key of the service: each settles what its own processes left.
        memory: A folder whose files are memory.

    Returns:
        The folder, which may not be there yet; ``None`` where the system has no such memory.
    """
    if not hasattr(os, "posix_fallocate") or not memory.is_dir():
        return None
    path = url.removeprefix("sqlite:///")
    place = url if path == url else str(Path(path).absolute())
    name = hashlib.sha256(f"{service} {place}".encode()).hexdigest()[:16]
    return memory / f"otel_monitoring-{os.getuid()}-{name}"


def _namespace() -> int:
    """Return what tells the numbers of our processes from those of another container."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return 0


def _create(folder: Path, name: str) -> tuple[Path, int]:
    """Return a new file and what it is locked by, in a folder that nobody else can write into."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        msg = f"{folder} is not ours alone"
        raise PermissionError(msg)
    path = folder / name
    return path, os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _remove(path: Path) -> None:
    """Remove a ledger, and the folder after the last one."""
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def _records(data: bytes) -> Iterator[tuple[Mapping[str, Any], tuple[float, ...]]]:
    """Yield what was written as a whole."""
    at = 0
    while at + _HEAD.size <= len(data):
        length, count = _HEAD.unpack_from(data, at)
        values_at = at + _HEAD.size + length
        if not length or values_at + 8 * count > len(data):
            return
        try:
            document = json.loads(data[at + _HEAD.size : values_at])
        except ValueError:
            return
        yield document, struct.unpack_from(f"={count}d", data, values_at)
        at = values_at + 8 * count


def _entry(about: Mapping[str, Any], doubles: Sequence[float]) -> Entry:
    total, least, greatest, *counts = doubles
    return Entry(about, total, least, greatest, tuple(int(one) for one in counts))
