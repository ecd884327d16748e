"""Sparse categorical crossentropy: categorical crossentropy for labels that are class numbers.

    loss = ln S − m[label]
    dz   = (e^m/S − [c = label])·g

with m = z − max z and S = Σ e^m.  On probabilities p the logits are z = ln p, p clipped to
[ε, 1 − ε] with ε = 1e-7, so that dp = dz·(1/p) inside the limits and 0 outside.

Keras: ``keras.losses.sparse_categorical_crossentropy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.numeric import numeric
from engine.kernels.compiler import formula
from engine.kernels.elementary import log
from engine.losses.categorical_crossentropy import clipped, d_clipped, inverse
from engine.losses.categorical_crossentropy import d_from_logits as d_dense_from_logits
from engine.losses.categorical_crossentropy import from_logits as dense_from_logits
from engine.losses.loss import Array, Loss, as_float


def _one_hot(labels: Any, classes: int, dtype: Any) -> Any:
    return (np.reshape(labels, (-1, 1)) == np.arange(classes)).astype(dtype)


@formula
def logit(p: Any) -> Any:
    """The logit that stands for a probability: ln p, p clipped."""
    return log(clipped(p))


def from_logits(z: Any, labels: Any) -> Any:
    """ln S − m[label] for each row; shapes (rows, classes) and (rows,) → (rows,)."""
    return dense_from_logits(z, _one_hot(labels, z.shape[-1], z.dtype))


def d_from_logits(z: Any, labels: Any, g: Any) -> Any:
    """dz = (softmax(z) − [c = label])·g."""
    return d_dense_from_logits(z, _one_hot(labels, z.shape[-1], z.dtype), g)


def from_probabilities(p: Any, labels: Any) -> Any:
    """The loss of the logits ln p, p clipped."""
    return from_logits(logit(p), labels)


def d_from_probabilities(p: Any, labels: Any, g: Any) -> Any:
    """dp = dz·(1/p) where p was not clipped, 0 elsewhere."""
    return d_clipped(p, inverse(p) * d_from_logits(logit(p), labels, g))


def class_numbers(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Class numbers, one for each row of predictions, and these as floats."""
    labels, p = numeric(y_true, "y_true"), as_float(y_pred, "y_pred")
    if p.ndim != 2 or labels.shape not in (p.shape[:1], (*p.shape[:1], 1)):
        raise ValueError(
            "Expected y_true to have a class number for each row of y_pred. "
            f"Received: y_true.shape={labels.shape}, y_pred.shape={p.shape}"
        )
    wrong = ~((labels == np.floor(labels)) & (labels >= 0) & (labels < p.shape[1]))
    if wrong.any():
        raise ValueError(
            f"Expected class numbers 0 … {p.shape[1] - 1} in y_true. "
            f"Received: y_true with {labels[wrong][0]:g}"
        )
    return labels, p


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Array:
    """The loss of each row, its label being a class number.

    Shapes
        ``(rows,)`` or ``(rows, 1)`` and ``(rows, classes)`` → ``(rows,)``.

    >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(4)
    array([0.6931], dtype=float32)
    """
    return SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis).call(y_true, y_pred)


class SparseCategoricalCrossentropy(Loss):
    """Categorical crossentropy of class numbers, averaged over the batch.

    Parameters
    ----------
    from_logits
        The predictions are logits z, not probabilities.
    """

    forms = (2, 6)
    sparse = True

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
    ) -> None:
        if ignore_class is not None:
            raise ValueError(
                "Expected ignore_class=None: the engine does not have this option yet. "
                f"Received: ignore_class={ignore_class!r}"
            )
        super().__init__(name, reduction, from_logits, 0.0, axis)

    def call(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row."""
        labels, p = class_numbers(y_true, y_pred)
        value = from_logits if self.from_logits else from_probabilities
        return np.asarray(value(p, labels))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a loss."""
        return {**super().get_config(), "from_logits": self.from_logits, "ignore_class": None}
