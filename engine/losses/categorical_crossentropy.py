"""Categorical crossentropy: how surprised the probabilities p are by the labels y.

On logits z, p = softmax(z), with m = z − max z and S = Σ e^m::

    loss = Σ y·(ln S − m)
    dz   = (e^m/S − y)·g

On probabilities, q = p/Σp clipped to [ε, 1 − ε] with ε = 1e-7::

    loss = −Σ y·ln q
    dq   = −g·y·(1/q)                                  (0 where q was clipped)
    dp   = Σ dq·(−p/Σp/Σp) + dq/Σp                     (through the quotient p/Σp)

y is a row of class probabilities, one-hot as a rule; g is 1/rows times the row's sample weight.
The gradient on logits is e^m/S − y whatever Σy is, as in TensorFlow; the exact derivative for
labels that do not add up to 1 would be (e^m/S)·Σy − y.

Source: Bridle (1990), Probabilistic interpretation of feedforward classification network outputs.
Keras: ``keras.losses.categorical_crossentropy`` takes the logits whenever the output's activation
is a softmax or a sigmoid.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.compiler import formula
from engine.kernels.elementary import log, reciprocal
from engine.kernels.lanes import maximum, minimum, where
from engine.losses.loss import Array, Loss, same_shape

EPSILON = 1e-7


@formula
def clipped(q: Any) -> Any:
    """Q limited to [ε, 1 − ε]."""
    return minimum(maximum(q, EPSILON), 1.0 - EPSILON)


@formula
def surprise(shifted: Any, log_sum: Any, y: Any) -> Any:
    """y·(ln S − m): one class's part of the loss."""
    return y * (log_sum - shifted)


@formula
def d_logit(e: Any, s: Any, y: Any, g: Any) -> Any:
    """dz = (e^m/S − y)·g of one class."""
    return (e / s - y) * g


@formula
def agreement(q: Any, y: Any) -> Any:
    """y·ln q of one class, q clipped: the loss is minus the sum of these."""
    return y * log(clipped(q))


@formula
def inverse(q: Any) -> Any:
    """1/q, q clipped."""
    return reciprocal(clipped(q))


@formula
def d_clipped(q: Any, d: Any) -> Any:
    """The gradient `d` where q was not clipped, 0 elsewhere."""
    return where(clipped(q) == q, d, 0.0)


def from_logits(z: Any, y: Any) -> Any:
    """Σ y·(ln S − m) for each row; shapes (rows, classes) → (rows,)."""
    shifted = z - np.max(z, axis=-1, keepdims=True)
    log_sum = np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    return np.sum(surprise(shifted, log_sum, y), axis=-1)


def d_from_logits(z: Any, y: Any, g: Any) -> Any:
    """dz = (softmax(z) − y)·g."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return d_logit(e, np.sum(e, axis=-1, keepdims=True), y, g)


def from_probabilities(p: Any, y: Any) -> Any:
    """−Σ y·ln(p/Σp) for each row, the quotient clipped."""
    return -np.sum(agreement(p / np.sum(p, axis=-1, keepdims=True), y), axis=-1)


def d_from_probabilities(p: Any, y: Any, g: Any) -> Any:
    """dp = Σ dq·(−p/Σp/Σp) + dq/Σp with dq = −g·y·(1/q)."""
    total = np.sum(p, axis=-1, keepdims=True)
    q = p / total
    dq = d_clipped(q, inverse(q) * (y * -g))
    return np.sum(dq * (-p / total / total), axis=-1, keepdims=True) + dq / total


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    """The loss of each row of class probabilities.

    Shapes
        ``(rows, classes)`` → ``(rows,)``.

    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.6931], dtype=float32)
    """
    return CategoricalCrossentropy(from_logits, label_smoothing, axis).call(y_true, y_pred)


class CategoricalCrossentropy(Loss):
    """Categorical crossentropy of one-hot labels, averaged over the batch.

    Parameters
    ----------
    from_logits
        The predictions are logits z, not probabilities.
    label_smoothing
        a in [0, 1]: the loss sees y·(1 − a) + a/classes.
    """

    forms = (1, 5)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
    ) -> None:
        super().__init__(name, reduction, from_logits, label_smoothing, axis)

    def smooth(self, y: Array) -> Array:
        """y·(1 − a) + a/classes."""
        a, number = self.label_smoothing, y.dtype.type
        return y * number(1.0 - a) + number(a) / number(y.shape[-1]) if a else y

    def call(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row."""
        y, p = same_shape(y_true, y_pred)
        value = from_logits if self.from_logits else from_probabilities
        return np.asarray(value(p, self.smooth(y)))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a loss."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": -1,
        }
