"""Sparse categorical accuracy: how often the largest prediction is that of the label's class.

    value = [y = argmax p]

Of several largest the first counts.

Keras: ``keras.metrics.SparseCategoricalAccuracy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.losses.sparse_categorical_crossentropy import class_numbers
from engine.metrics.metric import Array, Metric


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 for each row whose class is right, 0 for the others.

    >>> sparse_categorical_accuracy([1, 0], [[0.3, 0.7], [0.3, 0.7]])
    array([1., 0.], dtype=float32)
    """
    labels, p = class_numbers(y_true, y_pred)
    return np.asarray((labels.reshape(-1) == np.argmax(p, axis=-1)).astype(p.dtype))


class SparseCategoricalAccuracy(Metric):
    """The share of rows whose class number is right."""

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """1 for each row whose class is right, 0 for the others."""
        return sparse_categorical_accuracy(y_true, y_pred)

    def code(self, label_width: int, units: int) -> int:
        """The kernels' code; labels must be class numbers."""
        from engine.kernels.metrics import SPARSE_ACCURACY

        return SPARSE_ACCURACY if label_width == 1 else -1
