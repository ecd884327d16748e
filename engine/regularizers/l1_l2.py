"""Both sums, each with its own factor.

    penalty  = l1·Σ |w| + l2·Σ w²
    dpenalty = sign(w)·l1 + (w·2)·l2

Source: Zou & Hastie (2005), Regularization and variable selection via the elastic net.
Keras: ``keras.regularizers.L1L2``, whose factors are both 0 when they are not given, also behind
the name "l1l2".  A sum whose factor is 0 is not formed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.regularizers.l1 import d_absolute
from engine.regularizers.l2 import d_square
from engine.regularizers.regularizer import Array, Regularizer, as_weights, checked_factor


class L1L2(Regularizer):
    """l1·Σ |w| + l2·Σ w².

    Parameters
    ----------
    l1, l2
        The factors, ≥ 0.

    Examples
    --------
    >>> float(L1L2(l1=0.5, l2=0.25)([1.0, -3.0]))
    4.5
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = checked_factor("l1", l1, 0.0)
        self.l2 = checked_factor("l2", l2, 0.0)

    @property
    def factors(self) -> tuple[float | None, float | None]:
        """(l1, l2), None in place of 0."""
        return self.l1 or None, self.l2 or None

    def __call__(self, x: Any) -> Any:
        """l1·Σ |x| + l2·Σ x²."""
        w = as_weights(x)
        penalty = w.dtype.type(0)
        if self.l1:
            penalty += w.dtype.type(self.l1) * np.sum(np.abs(w))
        if self.l2:
            penalty += w.dtype.type(self.l2) * np.sum(w * w)
        return penalty

    def gradient(self, x: Any) -> Array:
        """sign(x)·l1 + (x·2)·l2."""
        w = as_weights(x)
        slope = np.zeros_like(w)
        if self.l1:
            slope = slope + d_absolute(w, w.dtype.type(self.l1))
        if self.l2:
            slope = slope + d_square(w, w.dtype.type(self.l2))
        return slope
