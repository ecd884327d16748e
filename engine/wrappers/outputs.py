"""From a network's outputs to probabilities, and to the numbers that decisions are made by.

    p = σ(z) or softmax(z) where the loss takes logits, else the outputs themselves
    log-odds = ln(p / (1 − p))

The log-odds are 0 at p = 0.5 and grow with p; at p = 0 and p = 1 they stop at the last finite
value.  A softmax over several classes has its largest p where its log-odds are largest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine import activations
from engine.models import Model

Array = npt.NDArray[Any]


def probabilities(outputs: Array, model: Model) -> Array:
    """A probability for each output; two columns for a single one."""
    loss: Any = model._loss
    last = model.layers[-1]
    if getattr(loss, "from_logits", False) and (
        getattr(last, "activation", None) is activations.linear
    ):
        one = outputs.shape[1] == 1 or loss.name == "binary_crossentropy"
        outputs = np.asarray((activations.sigmoid if one else activations.softmax)(outputs))
    return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def log_odds(p: Array) -> Array:
    """ln(p / (1 − p)), finite.

    >>> log_odds(np.array([0.5, 1.0])).round(2).tolist()
    [0.0, 36.74]
    """
    limits = np.finfo(p.dtype)
    p = np.clip(p, limits.tiny, 1 - limits.epsneg)
    return np.asarray(np.log(p) - np.log1p(-p))
