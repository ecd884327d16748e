"""The sum of the absolute values: it draws every weight to zero with the same force.

    penalty  = l1·Σ |w|
    dpenalty = sign(w)·l1, with sign(0) = 0

Source: Tibshirani (1996), Regression shrinkage and selection via the lasso.
Keras: ``keras.regularizers.L1``.  It keeps its factor as a float32, and so writes 0.01 as
0.009999999776482582; the same here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.compiler import formula
from engine.kernels.lanes import where
from engine.regularizers.regularizer import Array, Regularizer, as_weights, checked_factor


@formula
def d_absolute(w: Any, l1: Any) -> Any:
    """sign(w)·l1; 0 at the kink."""
    return where(w > 0.0, 1.0, where(w < 0.0, -1.0, w)) * l1


class L1(Regularizer):
    """l1·Σ |w|.

    Parameters
    ----------
    l1
        The factor, ≥ 0.

    Examples
    --------
    >>> float(L1(0.5)([1.0, -3.0]))
    2.0
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = float(np.float32(checked_factor("l1", l1, 0.01)))

    @property
    def factors(self) -> tuple[float | None, float | None]:
        """(l1, None)."""
        return self.l1, None

    def __call__(self, x: Any) -> Any:
        """l1·Σ |x|."""
        w = as_weights(x)
        return w.dtype.type(self.l1) * np.sum(np.abs(w))

    def gradient(self, x: Any) -> Array:
        """sign(x)·l1."""
        w = as_weights(x)
        return np.asarray(d_absolute(w, w.dtype.type(self.l1)))
