"""The sum of the squares: it draws every weight to zero in proportion to its size.

    penalty  = l2·Σ w²
    dpenalty = (w·2)·l2

There is no factor ½, so the gradient has the 2; under plain descent with the rate α every weight
shrinks by 2·α·l2 of itself in a step.

Source: Hoerl & Kennard (1970), Ridge regression; Krogh & Hertz (1992), A simple weight decay can
improve generalization.
Keras: ``keras.regularizers.L2``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.compiler import formula
from engine.regularizers.regularizer import Array, Regularizer, as_weights, checked_factor


@formula
def d_square(w: Any, l2: Any) -> Any:
    """(w·2)·l2."""
    return (w * 2.0) * l2


class L2(Regularizer):
    """l2·Σ w².

    Parameters
    ----------
    l2
        The factor, ≥ 0.

    Examples
    --------
    >>> float(L2(0.5)([1.0, -3.0]))
    5.0
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = checked_factor("l2", l2, 0.01)

    @property
    def factors(self) -> tuple[float | None, float | None]:
        """(None, l2)."""
        return None, self.l2

    def __call__(self, x: Any) -> Any:
        """l2·Σ x²."""
        w = as_weights(x)
        return w.dtype.type(self.l2) * np.sum(w * w)

    def gradient(self, x: Any) -> Array:
        """(x·2)·l2."""
        w = as_weights(x)
        return np.asarray(d_square(w, w.dtype.type(self.l2)))
