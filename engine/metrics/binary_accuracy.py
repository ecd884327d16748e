"""Binary accuracy: how often p > threshold says what the label says.

    value = mean over the units of [y = [p > threshold]]

Exactly on the threshold the answer is no.

Keras: ``keras.metrics.BinaryAccuracy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.losses.loss import same_shape
from engine.metrics.metric import Array, Metric
from engine.optimizers.optimizer import checked_number


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Array:
    """The share of right answers in each row.

    >>> binary_accuracy([[1], [0]], [[0.7], [0.7]])
    array([1., 0.], dtype=float32)
    """
    y, p = same_shape(y_true, y_pred)
    return np.asarray(np.mean((y == (p > threshold)).astype(p.dtype), axis=-1))


class BinaryAccuracy(Metric):
    """The share of right yes/no answers.

    Parameters
    ----------
    threshold
        0 < threshold < 1; a larger prediction counts as yes.
    """

    def __init__(
        self, name: str = "binary_accuracy", dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        self._threshold = checked_number("threshold", threshold, 0.0, 1.0)
        super().__init__(name, dtype)

    @property
    def threshold(self) -> float:
        """Above which a prediction counts as yes."""
        return self._threshold

    def values(self, y_true: Any, y_pred: Any) -> Array:
        """The share of right answers in each row."""
        return binary_accuracy(y_true, y_pred, self.threshold)

    def code(self, label_width: int, units: int) -> int:
        """The kernels' code; labels and predictions must be equally wide."""
        from engine.kernels.metrics import BINARY_ACCURACY

        return BINARY_ACCURACY if label_width == units else -1

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        return {**super().get_config(), "threshold": self.threshold}
