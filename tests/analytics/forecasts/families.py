"""Hourly series as applications, roads, grids and weather make them: made up, and always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Family = Callable[[np.random.Generator, int], Array]

DAY, WEEK = 24, 168
_WEEKEND = 5


def wander(rng: np.random.Generator, count: int, *, phi: float, size: float) -> Array:
    """Return noise whose points resemble the one before, of that standard deviation."""
    pushes = rng.standard_normal(count) * size * np.sqrt(1 - phi * phi)
    found = np.empty(count)
    now = float(rng.standard_normal()) * size
    for at, push in enumerate(pushes):
        now = phi * now + float(push)
        found[at] = now
    return found


def shape_of_day(rng: np.random.Generator) -> Array:
    """Return 24 values with mean 0 and standard deviation 1."""
    hours = np.arange(DAY)
    found = np.cos(2 * np.pi * (hours - rng.uniform(12, 19)) / DAY)
    for wave in (2, 3, 4):
        found += rng.normal(0, 0.5 / wave) * np.cos(2 * np.pi * wave * hours / DAY + rng.uniform(0, 6))
    return np.asarray((found - found.mean()) / found.std())


def _calendar(rng: np.random.Generator, count: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    times = np.arange(count) + int(rng.integers(WEEK))
    return times % DAY, (times // DAY) % 7 >= _WEEKEND


def daily(rng: np.random.Generator, count: int) -> Array:
    """Return a day's course with noise."""
    hours, _ = _calendar(rng, count)
    return 200 + 60 * shape_of_day(rng)[hours] + wander(rng, count, phi=0.5, size=rng.uniform(4, 20))


def load(rng: np.random.Generator, count: int) -> Array:
    """Return the load of a grid: other weekends, and weather that lasts for days."""
    hours, weekend = _calendar(rng, count)
    workday = shape_of_day(rng)
    free = 0.6 * workday + 0.2 * shape_of_day(rng) - rng.uniform(0.1, 1.2)
    course = np.where(weekend, free[hours], workday[hours])
    weather = wander(rng, count, phi=0.99, size=rng.uniform(0.2, 0.8)) * (0.5 + 0.3 * workday[hours])
    noise = wander(rng, count, phi=0.8, size=rng.uniform(0.02, 0.15))
    return np.asarray(np.round((1 + rng.uniform(0.08, 0.25) * (course + weather + noise)) * 10_000))


def road(rng: np.random.Generator, count: int) -> Array:
    """Return counts whose spread grows with them, with days that are busier than others."""
    hours, weekend = _calendar(rng, count)
    workday, free = np.exp(0.9 * shape_of_day(rng)), np.exp(0.8 * shape_of_day(rng))
    course = np.where(weekend, 1.2 * free[hours], workday[hours]) * 10 ** rng.uniform(1.5, 3)
    days = np.repeat(np.exp(wander(rng, count // DAY + 1, phi=0.5, size=rng.uniform(0.03, 0.2))), DAY)[:count]
    return np.asarray(rng.poisson(course * days * np.exp(wander(rng, count, phi=0.6, size=0.1))), dtype=float)


def factors(rng: np.random.Generator, count: int) -> Array:
    """Return growth with a day and a week that multiply."""
    hours, weekend = _calendar(rng, count)
    course = (1 + 0.3 * shape_of_day(rng)[hours] / 2) * np.where(weekend, 0.6, 1.0)
    return np.asarray(
        (100 + 0.15 * np.arange(count)) * course * np.exp(wander(rng, count, phi=0.6, size=0.06))
    )


def trending(rng: np.random.Generator, count: int) -> Array:
    """Return a line with a day's course."""
    hours, _ = _calendar(rng, count)
    line = rng.uniform(-0.1, 0.2) * np.arange(count)
    return np.asarray(200 + line + 15 * shape_of_day(rng)[hours] + wander(rng, count, phi=0.5, size=4))


def shifted(rng: np.random.Generator, count: int) -> Array:
    """Return a day's course whose level steps twice, as after a deployment."""
    found = 100 + daily(rng, count) / 3
    for at in rng.integers(0, count - 4 * DAY, 2):
        found[at:] += rng.choice([-1, 1]) * rng.uniform(30, 60)
    return found


def outliers(rng: np.random.Generator, count: int) -> Array:
    """Return a day's course with points that fit nothing."""
    found = daily(rng, count)
    found[rng.integers(0, count, count // 80)] *= rng.uniform(1.5, 5)
    return found


def climate(rng: np.random.Generator, count: int) -> Array:
    """Return a smooth day's course on a level that drifts."""
    hours, _ = _calendar(rng, count)
    drift = np.cumsum(wander(rng, count, phi=0.95, size=0.01))
    noise = wander(rng, count, phi=0.7, size=0.05)
    return np.asarray(np.round(15 + 4 * shape_of_day(rng)[hours] + drift + noise, 1))


def visits(rng: np.random.Generator, count: int) -> Array:
    """Return visits to a page that comes and goes."""
    hours, weekend = _calendar(rng, count)
    level = np.cumsum(rng.standard_normal(count) * 0.01)
    course = 0.4 * shape_of_day(rng)[hours] - 0.2 * weekend
    return np.asarray(np.exp(6 + level + course + wander(rng, count, phi=0.5, size=0.1)))


def sun(rng: np.random.Generator, count: int) -> Array:
    """Return power that is 0 at night and depends on the day's clouds."""
    light = np.maximum(np.sin(2 * np.pi * (np.arange(count) % DAY - 6) / DAY), 0)
    clear = np.clip(1 - 0.3 * np.abs(rng.standard_normal(count // DAY + 1)), 0.1, 1)
    return np.asarray(np.round(1000 * light * np.repeat(clear, DAY)[:count]))


def few(rng: np.random.Generator, count: int) -> Array:
    """Return small counts, often 0."""
    hours, _ = _calendar(rng, count)
    return rng.poisson(np.maximum(0.8 + 0.7 * shape_of_day(rng)[hours], 0.02)).astype(float)


SEASONAL: tuple[Family, ...] = (
    daily, load, road, factors, trending, shifted, outliers, climate, visits, sun, few,
)  # fmt: skip


def noise(rng: np.random.Generator, count: int) -> Array:
    """Return noise around a level."""
    return np.asarray(100 + 5 * rng.standard_normal(count))


def walk(rng: np.random.Generator, count: int) -> Array:
    """Return a level that wanders for hours."""
    return 50 + wander(rng, count, phi=0.97, size=4)


def growth(rng: np.random.Generator, count: int) -> Array:
    """Return slow growth."""
    return np.asarray(1000 + 0.5 * np.arange(count) + 6 * rng.standard_normal(count))


def still(rng: np.random.Generator, count: int) -> Array:
    """Return what hardly ever changes."""
    return np.asarray(8 + (rng.random(count) < 0.03).astype(float))


def ratio(rng: np.random.Generator, count: int) -> Array:
    """Return a ratio that is almost 1."""
    return np.asarray(np.minimum(1.0, 0.9995 - np.abs(rng.standard_normal(count)) * 4e-4))


OTHERS: tuple[Family, ...] = (noise, walk, growth, still, ratio)
LENGTHS = (748, 1008)


def made(family: Family, seed: int) -> Array:
    """Return one series of a family, of 31 or 42 days with the two that are to be forecast."""
    every = (*SEASONAL, *OTHERS)
    rng = np.random.default_rng([every.index(family), seed])
    return family(rng, LENGTHS[seed % 2])
