"""Made-up incidents: a day of 500 series in which one goes wrong and others follow.

Everything is drawn at random: what the series look like, what goes wrong, how strongly, who follows, how late
and how weakly. Besides, series that have nothing to do with it wander, have a day, burst now and then, or
shift for reasons of their own, also while the incident lasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP_MS = 60_000
DAY = 1440
KINDS = ("shift", "ramp", "spike", "spread", "drop")
FAMILIES = ("steady", "sluggish", "daily", "counts", "heavy", "wander", "bursts", "sawtooth", "idle")
_LOOK_BACK, _AFTER_ALERT = 60, 10
_OWN_SHIFTS_A_DAY = 0.1


@dataclass(frozen=True, slots=True)
class Incident:
    """A day with an incident near its end.

    Attributes:
        times_ms: Unix times in milliseconds, shape (t,), a minute apart.
        values: Shape (n, t).
        cause: The row that everything began with.
        kind: What happened to it, one of ``KINDS``.
        family: What the cause looks like otherwise.
        began: The column from which it happened.
        followers: The rows that followed.
        alerting: The follower that somebody was told about.
        window_ms: What somebody looks at who was told: an hour before, and a few minutes after.
    """

    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    cause: int
    kind: str
    family: str
    began: int
    followers: tuple[int, ...]
    alerting: int
    window_ms: tuple[int, int]


def incident(seed: int, *, series: int = 500, points: int = DAY) -> Incident:
    """Return the incident of a seed, the same every time."""
    rng = np.random.default_rng([20_260, seed])
    families = rng.choice(FAMILIES, size=series, p=[0.18, 0.14, 0.2, 0.14, 0.08, 0.1, 0.06, 0.05, 0.05])
    values, scale = _quiet_day(rng, families, points)
    _shift_some(rng, values, scale)
    able = np.flatnonzero((families != "idle") & (families != "bursts"))
    picked = rng.permutation(able)
    many = int(rng.integers(4, 61))
    cause, followers = int(picked[0]), picked[1 : many + 1]
    delays = 1 + np.minimum(rng.gamma(1.5, 3.0, size=many), 20).astype(int)
    first = int(np.argmin(delays)) if rng.random() < 0.3 else int(rng.integers(many))
    alerted = points - 1 - _AFTER_ALERT
    began = alerted - int(delays[first]) - int(rng.integers(1, 9))
    kind = str(rng.choice(KINDS))
    shape = _strike(rng, values[cause], float(scale[cause]), kind, began)
    strength = float(np.abs(shape).max())
    for row, delay in zip(followers, delays, strict=True):
        felt = _felt(rng, shape, int(delay)) * rng.choice((-1.0, 1.0)) * rng.uniform(0.3, 1.0)
        values[row] += felt * scale[row] * min(1.0, 12.0 / strength)
    times_ms = np.arange(points, dtype=np.int64) * STEP_MS
    window_ms = (int(times_ms[alerted - _LOOK_BACK]), int(times_ms[-1]))
    return Incident(
        times_ms=times_ms,
        values=values,
        cause=cause,
        kind=kind,
        family=str(families[cause]),
        began=began,
        followers=tuple(followers.tolist()),
        alerting=int(followers[first]),
        window_ms=window_ms,
    )


def red_noise(rng: np.random.Generator, phi: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """Return AR(1) noise of variance one, shape (n, points), a row for each coefficient."""
    noise = rng.standard_normal((points, len(phi)))
    fresh = np.sqrt(1 - phi**2)
    for at in range(1, points):
        noise[at] = phi * noise[at - 1] + fresh * noise[at]
    return noise.T


def _quiet_day(
    rng: np.random.Generator, families: NDArray[np.str_], points: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values and how much each series moves from minute to minute by itself."""
    n = len(families)
    phi = np.where(families == "sluggish", rng.uniform(0.6, 0.95, n), rng.uniform(0.0, 0.3, n))
    noise = red_noise(rng, phi, points)
    clock = np.arange(points) / DAY
    values, scale = np.empty((n, points)), np.ones(n)
    for row, family in enumerate(families.tolist()):
        values[row], scale[row] = _one(rng, family, noise[row], clock)
    units = 10 ** rng.uniform(-3, 6, n)
    return values * units[:, None], scale * units


def _one(
    rng: np.random.Generator, family: str, noise: NDArray[np.float64], clock: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return one series, and how much it moves from minute to minute by itself."""
    points, level = len(noise), float(rng.uniform(5, 40))
    minutes = np.arange(points)
    own: Any = 0.0
    if family == "daily":
        phase = 2 * np.pi * (clock + rng.random())
        own = rng.uniform(2, 8) * (np.sin(phase) + rng.uniform(0, 0.5) * np.sin(2 * phase + 1))
    elif family == "bursts":
        every, length = int(rng.integers(20, 180)), int(rng.integers(1, 8))
        own = ((minutes + int(rng.integers(every))) % every < length) * rng.uniform(4, 20)
    elif family == "sawtooth":
        every = int(rng.integers(15, 240))
        own = 10 * ((minutes + int(rng.integers(every))) % every) / every
    elif family not in ("steady", "sluggish"):
        return _another(rng, family, level, clock)
    return level + noise + own, 3.0 if family == "sawtooth" else 1.0


def _another(
    rng: np.random.Generator, family: str, level: float, clock: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return a series whose noise is of another kind."""
    points = len(clock)
    if family == "counts":
        rate = rng.uniform(0.5, 30) * (1 + 0.5 * np.sin(2 * np.pi * (clock + rng.random())))
        return rng.poisson(rate).astype(float), float(np.sqrt(rate.mean()))
    if family == "heavy":
        return level + rng.standard_t(3, points), 1.7
    if family == "wander":
        return level + np.cumsum(rng.standard_normal(points)) * 0.2, 0.2 * float(np.sqrt(30))
    return np.where(rng.random(points) < rng.choice((0.0, 0.01)), rng.exponential(1, points), 0.0), 1.0


def _shift_some(rng: np.random.Generator, values: NDArray[np.float64], scale: NDArray[np.float64]) -> None:
    """Let some series change for reasons of their own at any time of the day."""
    n, points = values.shape
    for row in np.flatnonzero(rng.random(n) < _OWN_SHIFTS_A_DAY * points / DAY):
        at, length = int(rng.integers(points)), int(rng.integers(5, 600))
        values[row, at : at + length] += rng.choice((-1, 1)) * rng.uniform(3, 8) * scale[row]


def _strike(
    rng: np.random.Generator, values: NDArray[np.float64], scale: float, kind: str, began: int
) -> NDArray[np.float64]:
    """Change the cause from ``began`` on; return by how much, in its own scale."""
    points = len(values)
    since = np.arange(points) - began
    late = since >= 0
    sign = rng.choice((-1.0, 1.0))
    if kind == "shift":
        shape = sign * rng.uniform(4, 12) * late
    elif kind == "ramp":
        shape = sign * rng.uniform(5, 12) * np.clip((since + 1) / rng.uniform(5, 20), 0, 1)
    elif kind == "spike":
        shape = sign * rng.uniform(6, 15) * (late & (since < rng.integers(2, 7)))
    elif kind == "spread":
        shape = rng.uniform(4, 10) * rng.standard_normal(points) * late
    else:
        level = float(np.median(values[max(began - 60, 0) : began])) / scale
        # What is near zero anyway cannot drop: it stands for a thing that was busy.
        if abs(level) < 4:
            values += (6.0 - level) * scale
        shape = np.where(late, -values / scale, 0.0)
    values += shape * scale
    return np.asarray(shape)


def _felt(rng: np.random.Generator, shape: NDArray[np.float64], delay: int) -> NDArray[np.float64]:
    """Return what another series feels of it: later, and smoothed."""
    felt = np.zeros(len(shape))
    felt[delay:] = np.abs(shape[: len(shape) - delay])
    keep = np.exp(-1 / rng.uniform(0.3, 4.0))
    begin = int(np.argmax(felt != 0))
    for at in range(begin, len(felt)):
        felt[at] = keep * felt[at - 1] + (1 - keep) * felt[at]
    return felt
