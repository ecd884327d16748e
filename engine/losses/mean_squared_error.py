"""Mean squared error.

    loss = mean over the units of (y − p)²
    dp   = −2·g·(y − p)

g is the gradient of the mean: 1/(rows·units), times the row's sample weight.

Keras: ``keras.losses.mean_squared_error``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.compiler import formula
from engine.losses.loss import Array, Loss, same_shape


@formula
def squared(p: Any, y: Any) -> Any:
    """(y − p)², element by element; the mean over the units is taken afterwards."""
    s = y - p
    return s * s


@formula
def d_squared(p: Any, y: Any, g: Any) -> Any:
    """dp = −((g·2)·(y − p))."""
    return -((g * 2.0) * (y - p))


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """The mean of (y − p)² over the units of each row.

    Shapes
        ``(rows, units)`` → ``(rows,)``.

    >>> mean_squared_error([[0.0, 0.0]], [[1.0, 3.0]])
    array([5.], dtype=float32)
    """
    return MeanSquaredError().call(y_true, y_pred)


class MeanSquaredError(Loss):
    """Mean squared error, averaged over units and batch."""

    forms = (3, 3)

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "mean_squared_error"
    ) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row."""
        y, p = same_shape(y_true, y_pred)
        return np.asarray(np.mean(squared(p, y), axis=-1))
