"""Sparse categorical accuracy: how often the largest prediction is that of the label's class.

    value = [y = argmax p]

Of several largest the first counts.

Keras: ``keras.metrics.SparseCategoricalAccuracy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import metrics as kernels
from engine.kernels.metrics import Reading
from engine.losses.sparse_categorical_crossentropy import class_numbers
from engine.metrics.mean import MeanOfRows
from engine.metrics.metric import Array


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 for each row whose class is right, 0 for the others.

    >>> sparse_categorical_accuracy([1, 0], [[0.3, 0.7], [0.3, 0.7]])
    array([1., 0.], dtype=float32)
    """
    labels, p = class_numbers(y_true, y_pred)
    return np.asarray((labels.reshape(-1) == np.argmax(p, axis=-1)).astype(p.dtype))


class SparseCategoricalAccuracy(MeanOfRows):
    """The share of rows whose class number is right."""

    _direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def fits(self, label_width: int, units: int) -> bool:
        """Labels are class numbers."""
        return label_width == 1

    def rows_of(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Labels and predictions, each as an array of rows."""
        labels, p = class_numbers(y_true, y_pred)
        return labels.reshape(-1, 1).astype(p.dtype), p

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Values, added up."""
        return [(kernels.sparse_accuracy, *reading.head)]
