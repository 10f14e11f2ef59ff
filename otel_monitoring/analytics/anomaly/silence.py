"""How strange it is that a value repeats: a series that falls silent, or a sensor that hangs.

Repeats follow one another with a chance that is learned per series; a run of them longer than any before
is as rare as that chance to its power.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.anomaly import layout as at

if TYPE_CHECKING:
    from numpy.typing import NDArray


def silence(state: NDArray[np.float64], *, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how rare the present run of one value is, in nats, and learn it. Shape (n,)."""
    repeats = (values == state[at.PREVIOUS]) & (state[at.SEEN] > 0.0)
    run = state[at.RUN]
    longest = np.where(repeats, state[at.LONGEST], np.maximum(state[at.LONGEST] * at.LONGEST_DECAY, run))
    run = np.where(repeats, run + 1.0, 0.0)
    state[at.REPEATS] += repeats * state[at.REPEATED]
    state[at.CHANCES] += state[at.REPEATED]
    # The chance is that from before the run, which must not explain itself.
    likely = (state[at.REPEATS] + 1.0) / (state[at.CHANCES] + 2.0)
    state[at.LIKELY] = np.where(repeats, state[at.LIKELY], likely)
    state[at.REPEATED] = repeats
    state[at.RUN] = run
    state[at.LONGEST] = longest
    strange = (
        (run >= at.SHORTEST_RUN)
        & (run > at.LONGER_THAN * longest)
        & (state[at.SEEN] - run >= at.SILENT_AFTER)
    )
    nats = run * -np.log(np.maximum(state[at.LIKELY], at.LEAST_LIKELY))
    return np.where(strange & (nats >= at.LEAST_SILENCE), np.minimum(nats, at.MOST_SILENCE), 0.0)


def is_known(state: NDArray[np.float64], *, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where a series that hardly ever changes takes a value that lies in its range so far."""
    began = state[at.SEEN] > 0.0
    inside = began & (values >= state[at.LOWEST]) & (values <= state[at.HIGHEST])
    state[at.LOWEST] = np.where(began, np.minimum(state[at.LOWEST], values), values)
    state[at.HIGHEST] = np.where(began, np.maximum(state[at.HIGHEST], values), values)
    known: NDArray[np.bool_] = inside & (state[at.CHANCES] > at.MOSTLY * state[at.SEEN])
    return known
