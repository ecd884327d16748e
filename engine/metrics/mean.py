"""Means: of a value of each row, and of any values.

    result = Σᵢ weightᵢ·valueᵢ / Σᵢ weightᵢ          0 if there are none

The state is total and count, both float32: a batch adds its sum to the one and its rows, or its
weights, to the other.

Keras: ``keras.metrics.Mean``, ``MeanMetricWrapper``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.on_arrays import packet_sums
from engine.losses.loss import as_float
from engine.metrics.metric import Array, Metric, quotient


class MeanOfRows(Metric):
    """Base of the metrics that are means of a value of each row."""

    def size(self, units: int) -> int:
        """Total and count."""
        return 2

    def result_of(self, state: Array) -> Any:
        """Total / count."""
        return quotient(state[..., 0], state[..., 1])


class Mean(MeanOfRows):
    """The mean of the values that are given to `update_state`, for use of your own.

    >>> mean = Mean()
    >>> mean.update_state([1, 3, 5, 7])
    >>> mean.result()
    4.0
    """

    def __init__(self, name: str | None = "mean", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def fits(self, label_width: int, units: int) -> bool:
        """It compares nothing."""
        return False

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Count more values in; of each row of a matrix its mean."""
        numbers = as_float(values, "values")
        if numbers.ndim > 2:
            raise ValueError(
                f"Expected values of one or two axes. Received: values.shape={numbers.shape}"
            )
        if numbers.ndim == 2:
            numbers = packet_sums(numbers) / numbers.dtype.type(numbers.shape[1])
        numbers = numbers.reshape(-1)
        count = numbers.dtype.type(numbers.size)
        if sample_weight is not None:
            weights = as_float(sample_weight, "sample_weight").reshape(-1)
            if weights.shape != numbers.shape:
                raise ValueError(
                    f"Expected one sample_weight for each of {numbers.size} values. "
                    f"Received: sample_weight.shape={np.shape(sample_weight)}"
                )
            numbers, count = numbers * weights, packet_sums(weights)
        state = np.zeros(2, numbers.dtype) if self._state is None else self._state
        self._state = state + np.array([packet_sums(numbers), count], numbers.dtype)

    def __call__(self, values: Any, sample_weight: Any = None) -> Any:  # type: ignore[override]
        """Count more values in and return the mean so far."""
        self.update_state(values, sample_weight)
        return self.result()
