"""Errors of predicted numbers: means over the units, then over the rows.

    mean absolute error               |y − p|
    mean absolute percentage error    100·|y − p| / max(|y|, ε)                 ε = 1e-7
    mean squared logarithmic error    (ln(1 + max(p, ε)) − ln(1 + max(y, ε)))²
    root mean squared error           √ of the mean of (p − y)²
    accuracy                          [y = p]

TensorFlow's graphs, and so ``fit`` and ``evaluate``, take log1p for the logarithm of 1 + x.

Keras: ``keras.metrics.MeanAbsoluteError``, ``MeanAbsolutePercentageError``,
``MeanSquaredLogarithmicError``, ``RootMeanSquaredError``, ``Accuracy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.compiler import Part, formula
from engine.kernels.elementary import log1p
from engine.kernels.lanes import maximum, where
from engine.kernels.metrics import Reading, mean_over_units
from engine.losses.loss import same_shape
from engine.metrics.mean import MeanOfRows
from engine.metrics.metric import Array

EPSILON = 1e-7


@formula
def absolute(p: Any, y: Any) -> Any:
    """|y − p|."""
    return abs(y - p)


@formula
def relative(p: Any, y: Any) -> Any:
    """|(y − p) / max(|y|, ε)|."""
    return abs((y - p) / maximum(abs(y), EPSILON))


@formula
def squared_logarithmic(p: Any, y: Any) -> Any:
    """(ln(1 + max(p, ε)) − ln(1 + max(y, ε)))²."""
    d = log1p(maximum(p, EPSILON)) - log1p(maximum(y, EPSILON))
    return d * d


@formula
def squared(p: Any, y: Any) -> Any:
    """(p − y)²."""
    d = p - y
    return d * d


@formula
def equal(p: Any, y: Any) -> Any:
    """1 where y is p, 0 elsewhere."""
    return where(y == p, 1.0 + 0.0 * p, 0.0)


def _mean(value: Any, y_true: Any, y_pred: Any) -> Any:
    y, p = same_shape(y_true, y_pred)
    return np.mean(value(p, y), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """The mean of |y − p| over the units of each row.

    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 4.0]])
    array([2.], dtype=float32)
    """
    return np.asarray(_mean(absolute, y_true, y_pred))


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Array:
    """100 times the mean of |y − p| / max(|y|, ε) over the units of each row."""
    return np.asarray(100.0 * _mean(relative, y_true, y_pred))


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Array:
    """The mean of (ln(1 + max(p, ε)) − ln(1 + max(y, ε)))² over the units of each row."""
    return np.asarray(_mean(squared_logarithmic, y_true, y_pred))


class ErrorMetric(MeanOfRows):
    """Base of the means of a formula over the units."""

    _direction = "down"
    part: Part

    def aside(self, rows: int, units: int) -> int:
        """What each prediction counts."""
        return rows * units

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Values, added up."""
        return [(self.part, *reading.head)]


class MeanAbsoluteError(ErrorMetric):
    """The mean absolute error."""

    part = mean_over_units("mean_absolute", absolute)

    def __init__(self, name: str | None = "mean_absolute_error", dtype: str | None = None) -> None:
        super().__init__(name, dtype)


class MeanAbsolutePercentageError(ErrorMetric):
    """The mean absolute error in percent of the labels."""

    part = mean_over_units("mean_relative", relative, 100.0)

    def __init__(
        self, name: str | None = "mean_absolute_percentage_error", dtype: str | None = None
    ) -> None:
        super().__init__(name, dtype)


class MeanSquaredLogarithmicError(ErrorMetric):
    """The mean squared difference of the logarithms."""

    part = mean_over_units("mean_squared_logarithmic", squared_logarithmic)

    def __init__(
        self, name: str | None = "mean_squared_logarithmic_error", dtype: str | None = None
    ) -> None:
        super().__init__(name, dtype)


class RootMeanSquaredError(ErrorMetric):
    """The root of the mean squared error.

    >>> RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [1.0]])
    2.2360680103302
    """

    part = mean_over_units("mean_square", squared)
    vector_is_a_row = False

    def __init__(
        self, name: str | None = "root_mean_squared_error", dtype: str | None = None
    ) -> None:
        super().__init__(name, dtype)

    def result_of(self, state: Array) -> Any:
        """√(total / count)."""
        return np.sqrt(super().result_of(state))


class Accuracy(ErrorMetric):
    """How often predictions are the labels, to the last bit; not what "accuracy" stands for."""

    _direction = "up"
    part = mean_over_units("mean_equal", equal)
    vector_is_a_row = False

    def __init__(self, name: str | None = "accuracy", dtype: str | None = None) -> None:
        super().__init__(name, dtype)
