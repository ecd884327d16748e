"""Softmax: a row of scores becomes a row of probabilities.

    aᵢ  = e^(zᵢ − m) / Σⱼ e^(zⱼ − m)        m = max z, so that nothing overflows
    dzᵢ = aᵢ·(daᵢ − Σⱼ daⱼ·aⱼ)

Keras: ``keras.activations.softmax`` over the last axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def softmax(x: Any) -> Any:
    """a(z) = eᶻ / Σ eᶻ over the last axis.

    Shapes
        ``(rows, units)``, or any with at least one axis.

    >>> import numpy as np
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def d_softmax(a: Any, da: Any) -> Any:
    """dz = a·(da − Σ da·a), from the activation `a`."""
    return a * (da - np.sum(da * a, axis=-1, keepdims=True))
