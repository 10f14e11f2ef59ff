"""Steps in the level of a series whose noise is autocorrelated and whose days look alike.

Each possible step is a column, so is everything that repeats; the one that explains most is taken, then the
next, and at the end each has to stand up to all the others. Differences to the share that a point repeats of
the one before (generalised least squares) make the noise independent. That share is estimated so that steps
do not count: at first from medians of differences, then from what is left after more steps than are kept.

A step falls somewhere within a cell, so that cell and its neighbour are left out of account.

Source: Chakar, Lebarbier, Lévy-Leduc and Robin (A robust approach for estimating change-points in the mean of
an AR(1) process, Bernoulli 23, 2017) for the share and its use; Pati, Rezaiifar and Krishnaprasad (Orthogonal
matching pursuit, Asilomar 1993) for the order; Schwarz (Estimating the dimension of a model, Annals of
Statistics 6, 1978) for the criterion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.autocorrelation import ar1

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_CELLS = 6
_MOST_STEPS = 10
_FAR_OUT = 4.0
_MOST_AT_FIRST, _MOST_PHI = 0.9, 0.97
_TINY = 1e-14
_RIDGE = 1e-12


@dataclass(frozen=True, slots=True)
class Fitted:
    """A series explained by a season and by steps.

    Attributes:
        at: The first cell after each step, ascending.
        sizes: Of each step. Shape (k,).
        errors: The standard error of each size. Shape (k,).
        season: What repeats, with the first level in it. Shape (n,).
        rest: What is left. Shape (n,).
        spread: The deviation of what is left, a few values far out not counted in full.
        criterion: How badly it does for its size; the lower, the better.
    """

    at: list[int]
    sizes: NDArray[np.float64]
    errors: NDArray[np.float64]
    season: NDArray[np.float64]
    rest: NDArray[np.float64]
    spread: float
    criterion: float


@dataclass(frozen=True, slots=True)
class Question:
    """How steps are looked for.

    Attributes:
        threshold: What each step has to explain, in variances of the noise: its t statistic squared.
        is_split: Whether a step may fall into the middle of a cell.
    """

    threshold: float
    is_split: bool


def rough(values: NDArray[np.float64], base: NDArray[np.float64], question: Question) -> tuple[float, float]:
    """Explain a series by more steps than will be kept.

    Args:
        values: In even steps. Shape (n,).
        base: What explains it without steps, the constant included. Shape (n, k).
        question: How steps are looked for.

    Returns:
        How badly it does for its size (Schwarz's criterion), and which share a point keeps of the one before.
    """
    plain = values - base @ np.linalg.solve(_inner(base, base), base.T @ values)
    scan = _Scan(values, base, phi=min(_phi_of_differences(plain), _MOST_AT_FIRST), question=question)
    many = scan.select(question.threshold / 2)
    fitted = scan.fitted(many)
    phi = ar1(fitted.rest)
    # Every level that is taken out lowers the estimate by as much as one mean does.
    return fitted.criterion, min(phi + len(many) * (1 + 3 * phi) / len(values), _MOST_PHI)


def fit(values: NDArray[np.float64], base: NDArray[np.float64], question: Question, *, phi: float) -> Fitted:
    """Find the steps in a series.

    Args:
        values: In even steps. Shape (n,).
        base: What explains it without steps, the constant included. Shape (n, k).
        question: How steps are looked for.
        phi: Which share one point keeps of the one before.
    """
    scan = _Scan(values, base, phi=phi, question=question)
    return scan.fitted(sorted(scan.select(question.threshold)))


def _inner(columns: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the products of columns, with a ridge that keeps them apart."""
    found = columns.T @ others
    return found + _RIDGE * max(1.0, float(np.max(found, initial=0.0))) * np.eye(len(found))


def _phi_of_differences(values: NDArray[np.float64]) -> float:
    one = float(np.median(np.abs(values[1:] - values[:-1])))
    two = float(np.median(np.abs(values[2:] - values[:-2])))
    return max(0.0, (two / one) ** 2 - 1) if one > _TINY else 0.0


class _Scan:
    """All possible steps of one series, with what the base explains taken out of everything."""

    def __init__(
        self, values: NDArray[np.float64], base: NDArray[np.float64], *, phi: float, question: Question
    ) -> None:
        count = len(values)
        self._values, self._base, self._phi, self._room = values, base, phi, int(question.is_split)
        self._all = np.tril(np.ones((count, count)))
        steps, white, rest = self._white(self._all), self._white(base), self._white(values)
        self._weights = np.linalg.solve(_inner(white, white), white.T @ np.column_stack((steps, rest)))
        self._steps = steps - white @ self._weights[:, :-1]
        self._rest = rest - white @ self._weights[:, -1]
        self._gram = self._steps.T @ self._steps
        self._shared = self._steps.T @ self._rest
        self._taken = int(base.shape[1])
        self._is_possible = np.zeros(count, dtype=bool)
        self._is_possible[LEAST_CELLS : count - LEAST_CELLS + 1] = True
        self._least = 1e-6 * float(self._gram.diagonal().max())

    def select(self, threshold: float) -> list[int]:
        """Return the steps that explain enough."""
        found: list[int] = []
        while len(found) < _MOST_STEPS:
            gains = self._gains(found)
            best = int(np.argmax(gains))
            if gains[best] < threshold * self._variance(found):
                break
            found.append(best)
        if len(found) > 1:
            for place in range(len(found)):
                others = found[:place] + found[place + 1 :]
                found[place] = int(np.argmax(self._gains(others)))
        while found:
            sizes, errors = self._sizes(found)
            tested = (sizes / errors) ** 2
            worst = int(np.argmin(tested))
            if tested[worst] >= threshold:
                break
            found.pop(worst)
        return found

    def fitted(self, found: list[int]) -> Fitted:
        """Return what is explained by the steps that are chosen."""
        count, wide, left = len(self._values), self._wide(found), self._left(found)
        heights = self._inverse(wide) @ self._shared[wide]
        season = self._base @ (self._weights[:, -1] - self._weights[:, wide] @ heights)
        rest = self._values - season - self._all[:, wide] @ heights
        far = _FAR_OUT * math.sqrt(self._variance(found))
        missed = max(float(np.mean(np.clip(left, -far, far) ** 2)), _TINY)
        sizes, errors = self._sizes(found)
        return Fitted(
            at=found,
            sizes=sizes,
            errors=errors,
            season=season,
            rest=rest,
            spread=float(np.std(np.clip(rest, -far / (1 - self._phi), far / (1 - self._phi)))),
            criterion=count * math.log(missed) + (self._taken + 3 * len(found)) * math.log(count),
        )

    def _white(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        found = columns.copy()
        found[1:] -= self._phi * columns[:-1]
        found[0] *= math.sqrt(1 - self._phi**2)
        return found

    def _wide(self, found: list[int]) -> list[int]:
        """Return steps with those around them: together they leave the cells next to a step out."""
        room = self._room
        return sorted({at for step in found for at in range(step - room, step + room + 1)})

    def _inverse(self, wide: list[int]) -> NDArray[np.float64]:
        chosen = self._steps[:, wide]
        return np.asarray(np.linalg.inv(_inner(chosen, chosen)))

    def _left(self, found: list[int]) -> NDArray[np.float64]:
        wide = self._wide(found)
        heights = self._inverse(wide) @ self._shared[wide]
        return np.asarray(self._rest - self._steps[:, wide] @ heights)

    def _variance(self, found: list[int]) -> float:
        """Return the variance of the noise."""
        left = self._left(found)
        freedom = max(len(self._values) - self._taken - len(self._wide(found)), LEAST_CELLS)
        return max(float((left**2).sum()) / freedom, _TINY)

    def _gains(self, found: list[int]) -> NDArray[np.float64]:
        """Return what each possible step would explain beside those that are found."""
        shared, power = self._shared, self._gram.diagonal()
        if found:
            wide = self._wide(found)
            beside = self._gram[:, wide]
            weights = beside @ self._inverse(wide)
            shared = shared - weights @ self._shared[wide]
            power = power - (weights * beside).sum(axis=1)
        is_possible = self._is_possible & (power > self._least)
        for step in found:
            away = LEAST_CELLS + self._room
            is_possible[max(0, step - away + 1) : step + away] = False
        return np.where(is_possible, shared**2 / np.where(is_possible, power, 1.0), 0.0)

    def _sizes(self, found: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how large each step is beside the others, and the standard error of that."""
        wide = self._wide(found)
        inverse = self._inverse(wide)
        of_step = np.array([[abs(at - step) <= self._room for at in wide] for step in found], dtype=float)
        of_step = of_step.reshape(len(found), len(wide))
        power = (of_step @ inverse * of_step).sum(axis=1)
        sizes = of_step @ (inverse @ self._shared[wide])
        return sizes, np.sqrt(np.maximum(power, _TINY) * self._variance(found))
