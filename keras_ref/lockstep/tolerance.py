"""What the tolerance allows: how far results may be apart that have not the same bits.

    losses, mean metrics    |Δ| ≤ 1e-5 · max(1, |Keras's|)
    predictions             |Δ| ≤ 1e-5 · max(1, the largest of Keras's)
    accuracies              |Δ| ≤ 1e-3: a prediction at the threshold may fall to either side

Weights, slots and gradients are not held to it: their roundings are what the results sum up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.promise.models import TOLERANCE
from keras_ref.lockstep.ulps import distances

ACCURACY = 1e-3


def share(name: str, ours: Any, theirs: Any) -> float:
    """Return the largest distance of a result as a share of what is allowed.

    Parameters
    ----------
    name : str
        A key of History or `evaluate`, or "predict".
    ours, theirs : numbers of one shape
        The engine's and Keras's.

    >>> share("loss", 2.00001, 2.0) < 1 < share("loss", 0.50002, 0.5)
    True
    >>> share("loss", float("nan"), float("nan")), share("loss", float("nan"), 1.0)
    (0.0, inf)
    """
    shares = distances(ours, theirs) / _allowed(name, np.asarray(theirs, "f8"))
    return float(np.max(shares, initial=0.0))


def _allowed(name: str, theirs: np.ndarray) -> Any:
    if "acc" in name:
        return ACCURACY
    size = np.where(np.isfinite(theirs), np.abs(theirs), 0.0)
    if name == "predict":
        size = np.max(size, initial=0.0)
    return TOLERANCE * np.maximum(1.0, size)
