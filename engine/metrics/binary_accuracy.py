"""Binary accuracy: how often p > threshold says what the label says.

    value = mean over the units of [y = [p > threshold]]

Exactly on the threshold the answer is no.

Keras: ``keras.metrics.BinaryAccuracy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import metrics as kernels
from engine.kernels.metrics import Reading
from engine.losses.loss import same_shape
from engine.metrics.mean import MeanOfRows
from engine.metrics.metric import Array
from engine.optimizers.optimizer import checked_number


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Array:
    """The share of right answers in each row.

    >>> binary_accuracy([[1], [0]], [[0.7], [0.7]])
    array([1., 0.], dtype=float32)
    """
    y, p = same_shape(y_true, y_pred)
    return np.asarray(np.mean((y == (p > threshold)).astype(p.dtype), axis=-1))


class BinaryAccuracy(MeanOfRows):
    """The share of right yes/no answers.

    Parameters
    ----------
    threshold
        0 < threshold < 1; a larger prediction counts as yes.
    """

    _direction = "up"
    vector_is_a_row = False

    def __init__(
        self, name: str = "binary_accuracy", dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        self.threshold = checked_number("threshold", threshold, 0.0, 1.0)
        super().__init__(name, dtype)

    def numbers(self, units: int, dtype: str) -> Array:
        """The threshold."""
        return np.array([self.threshold], dtype)

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Values, added up."""
        return [(kernels.binary_accuracy, *reading.head)]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        return {**super().get_config(), "threshold": self.threshold}
