"""Categorical accuracy: how often the largest prediction is at the largest label.

    value = [argmax y = argmax p]

Of several largest the first counts.

Keras: ``keras.metrics.CategoricalAccuracy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import metrics as kernels
from engine.kernels.metrics import Reading
from engine.losses.loss import same_shape
from engine.metrics.mean import MeanOfRows
from engine.metrics.metric import Array


def categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """1 for each row whose class is right, 0 for the others.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.3, 0.7], [0.3, 0.7]])
    array([1., 0.], dtype=float32)
    """
    y, p = same_shape(y_true, y_pred)
    return np.asarray((np.argmax(y, axis=-1) == np.argmax(p, axis=-1)).astype(p.dtype))


class CategoricalAccuracy(MeanOfRows):
    """The share of rows whose one-hot class is right."""

    _direction = "up"
    of_several = True

    def __init__(self, name: str = "categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Values, added up."""
        return [(kernels.categorical_accuracy, *reading.head)]
