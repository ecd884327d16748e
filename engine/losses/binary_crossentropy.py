"""Binary crossentropy: how surprised the yes/no prediction p is by the label y.

On probabilities, p clipped to [ε, 1 − ε] with ε = 1e-7::

    loss = −(y·ln p + (1 − y)·ln(1 − p))
    dp   = −g·y·(1/p) + g·(1 − y)·(1/(1 − p))           (0 where p was clipped)

On logits z, p = σ(z), which never meets ln 0::

    loss = ln(1 + e^−|z|) + max(z, 0) − z·y
    dz   = g·(p − y)

g is the gradient of the mean: 1/(rows·units), times the row's sample weight.

Source: Cox (1958), The regression analysis of binary sequences; the form on logits is that of
TensorFlow's ``sigmoid_cross_entropy_with_logits``.
Keras: ``keras.losses.binary_crossentropy`` takes the logits whenever the output's activation is a
sigmoid or a softmax.  TensorFlow forms p − y from four terms, and so does `d_from_logits`: where
p − y is exact to the last bit the four terms need not be.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.compiler import formula
from engine.kernels.elementary import exp, log, log1p, reciprocal
from engine.kernels.lanes import maximum, minimum, where
from engine.losses.loss import Array, Loss, same_shape

EPSILON = 1e-7


@formula
def from_logits(z: Any, y: Any) -> Any:
    """ln(1 + e^−|z|) + max(z, 0) − z·y, element by element."""
    e = exp(where(z >= 0.0, -z, z))
    return log1p(e) + (maximum(z, 0.0) - z * y)


@formula
def d_from_logits(z: Any, y: Any, g: Any) -> Any:
    """dz = g·(σ(z) − y), as ((−[z≥0]t + [z≥0]g) + [z<0]t) − y·g with t = g·e/(1 + e)."""
    positive = z >= 0.0
    e = exp(where(positive, -z, z))
    t = e * (g * reciprocal(1.0 + e))
    return ((-where(positive, t, 0.0) + where(positive, g, 0.0)) + where(positive, 0.0, t)) + y * (
        -g
    )


@formula
def from_probabilities(p: Any, y: Any) -> Any:
    """−(y·ln p + (1 − y)·ln(1 − p)) of the clipped p, element by element."""
    p = minimum(maximum(p, EPSILON), 1.0 - EPSILON)
    return -(y * log(p) + (1.0 - y) * log(1.0 - p))


@formula
def d_from_probabilities(p: Any, y: Any, g: Any) -> Any:
    """dp = −g·y·(1/p) + g·(1 − y)·(1/(1 − p)) of the clipped p, 0 where p was clipped."""
    clipped = minimum(maximum(p, EPSILON), 1.0 - EPSILON)
    yes = reciprocal(clipped) * (y * -g)
    no = reciprocal(1.0 - clipped) * ((1.0 - y) * -g)
    return where(clipped == p, yes - no, 0.0)


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    """The loss of each row, the mean over its units.

    Shapes
        ``(rows, units)`` → ``(rows,)``.

    >>> import numpy as np
    >>> binary_crossentropy([[1.0], [0.0]], [[0.5], [0.5]]).round(4)
    array([0.6931, 0.6931], dtype=float32)
    """
    return BinaryCrossentropy(from_logits, label_smoothing, axis).call(y_true, y_pred)


class BinaryCrossentropy(Loss):
    """Binary crossentropy, averaged over units and batch.

    Parameters
    ----------
    from_logits
        The predictions are logits z, not probabilities.
    label_smoothing
        a in [0, 1]: the loss sees y·(1 − a) + a/2.
    """

    forms = (0, 4)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
    ) -> None:
        super().__init__(name, reduction, from_logits, label_smoothing, axis)

    def smooth(self, y: Array) -> Array:
        """y·(1 − a) + a/2."""
        a = self.label_smoothing
        return y * y.dtype.type(1.0 - a) + y.dtype.type(0.5 * a) if a else y

    def call(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row."""
        y, p = same_shape(y_true, y_pred)
        value = from_logits if self.from_logits else from_probabilities
        return np.asarray(np.mean(value(p, self.smooth(y)), axis=-1))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a loss."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": -1,
        }
