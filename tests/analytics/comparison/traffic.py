"""Made-up traffic, counted in the buckets that our middleware uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.comparison.slots import Slots

if TYPE_CHECKING:
    from numpy.typing import NDArray

BOUNDS_S = np.array([0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0])
SHAPES = ("narrow", "usual", "wide", "cached", "gamma")


def durations_s(rng: np.random.Generator, shape: str, median_s: float, count: int) -> NDArray[np.float64]:
    """Return durations of one shape in seconds, before any slowdown."""
    if shape == "gamma":
        return rng.gamma(3.0, median_s / 2.67, count)
    spread = {"narrow": 0.15, "usual": 0.5, "wide": 0.8, "cached": 0.4}[shape]
    found = median_s * np.exp(spread * rng.standard_normal(count))
    if shape == "cached":
        found *= np.where(rng.random(count) < 0.3, 0.2, 1.0)
    return found


def slots(
    rng: np.random.Generator,
    shape: str,
    median_s: float,
    *,
    requests: int = 2000,
    times: int = 24,
    slower: float = 1.0,
    restless: float = 0.0,
) -> Slots:
    """Return requests of one time.

    Args:
        rng: Draws.
        shape: One of ``SHAPES``.
        median_s: In seconds, about.
        requests: In the mean of all times.
        times: How many slots.
        slower: By which factor each takes longer.
        restless: How much slots differ by themselves: a deviation of the logarithm, wandering with 0.7.
    """
    mood = np.zeros(times)
    for at in range(times):
        fresh = restless * rng.standard_normal()
        mood[at] = fresh if at == 0 else 0.7 * mood[at - 1] + np.sqrt(1 - 0.49) * fresh
    load = rng.poisson(requests / times, times)
    found = [
        durations_s(rng, shape, median_s, int(count)) * slower * np.exp(feeling)
        for count, feeling in zip(load, mood, strict=True)
    ]
    edges = np.concatenate([[0.0], BOUNDS_S, [np.inf]])
    buckets = np.stack([np.histogram(one, edges)[0] for one in found]).astype(float)
    return Slots(buckets, np.array([one.sum() for one in found]))
