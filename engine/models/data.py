"""What users pass as data, as arrays that the kernels can read; or an error that says why not.

Arrays, pandas frames and series and nested lists are welcome, with columns of booleans, integers
or floats.  Nothing is guessed: a value that is not a finite number, a shape that does not fit the
model or labels that do not fit the loss end in an error.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.finite import as_numbers
from engine.checks.shown import shown
from engine.losses import CategoricalCrossentropy, Loss, MeanSquaredError
from engine.optimizers.optimizer import checked_number

Array = npt.NDArray[Any]


def features(values: Any, shape: tuple[int, ...], dtype: str, name: str = "x") -> Array:
    """Rows of such a shape, the numbers of each one after the other."""
    array = as_numbers(values, name, dtype)
    if array.ndim == 1 and shape == (1,):
        array = array[:, np.newaxis]
    if array.shape[1:] != shape or array.ndim == 0:
        sizes = ", ".join(map(str, ("rows", *shape)))
        hint = f"; {name}[np.newaxis] makes it one row" if array.shape == shape else ""
        raise ValueError(
            f"Expected {name} of shape ({sizes}), as the model's input{hint}. "
            f"Received: {name}.shape={array.shape}"
        )
    if not array.shape[0]:
        raise ValueError(
            f"Expected at least one row in {name}. Received: {name}.shape={array.shape}"
        )
    return array.reshape(len(array), -1)


def labels(values: Any, rows: int, units: int, loss: Loss, dtype: str, name: str = "y") -> Array:
    """Labels for `rows` predictions of `units` numbers, as `loss` reads them."""
    array = as_numbers(values, name, dtype)
    shape = f"Received: {name}.shape={array.shape}"
    if array.ndim == 0 or array.shape[0] != rows:
        raise ValueError(f"Expected {name} with a label for each of {rows} rows of x. {shape}")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if loss.sparse:
        return _class_numbers(array, units, loss, name, shape)
    if array.ndim != 2 or array.shape[1] != units:
        hint = ""
        if array.shape[1:] == (1,) and isinstance(loss, CategoricalCrossentropy):
            hint = "; for class numbers use sparse_categorical_crossentropy or to_categorical"
        raise ValueError(
            f"Expected {name} of shape ({rows}, {units}) for {loss.name} and {units} "
            f"output{'s' if units > 1 else ''}{hint}. {shape}"
        )
    if units == 1 and isinstance(loss, CategoricalCrossentropy):
        warnings.warn(
            f"Expected several classes for {loss.name}: of one class the loss is always 0; for yes "
            f"and no use binary_crossentropy. {shape}",
            stacklevel=4,
        )
    if not isinstance(loss, MeanSquaredError) and (array.min() < 0 or array.max() > 1):
        raise ValueError(
            f"Expected labels in [0, 1] in {name} for {loss.name}. "
            f"Received: {name} between {array.min():g} and {array.max():g}"
        )
    return array


def _class_numbers(array: Array, units: int, loss: Loss, name: str, shape: str) -> Array:
    if array.ndim != 2 or array.shape[1] != 1:
        raise ValueError(
            f"Expected {name} with one class number for each row for {loss.name}; for one-hot rows "
            f"use categorical_crossentropy. {shape}"
        )
    if (array != np.floor(array)).any() or array.min() < 0 or array.max() >= units:
        wrong = array[(array != np.floor(array)) | (array < 0) | (array >= units)]
        raise ValueError(
            f"Expected class numbers 0 … {units - 1} in {name} for {units} "
            f"output{'s' if units > 1 else ''}. "
            f"Received: {name} with {wrong[0]:g}"
        )
    return array


def sample_weights(values: Any, rows: int, dtype: str, name: str = "sample_weight") -> Array:
    """One weight ≥ 0 for each row."""
    array = as_numbers(values, name, dtype)
    if array.shape not in ((rows,), (rows, 1)):
        raise ValueError(
            f"Expected {name} with one weight for each of {rows} rows. "
            f"Received: {name}.shape={array.shape}"
        )
    if (array < 0).any():
        raise ValueError(f"Expected weights ≥ 0 in {name}. Received: {name} with {array.min():g}")
    return array.reshape(-1)


def class_weights(weights: Any, y: Array, dtype: str) -> Array:
    """Each row's weight: that of its class, or 1 when `weights` does not name the class."""
    if not isinstance(weights, dict):
        raise TypeError(
            "Expected class_weight to map class numbers to weights, as {0: 1.0, 1: 2.5} or what "
            "utils.balanced_class_weight returns. "
            f"Received: class_weight={shown(weights)}"
        )
    if y.shape[1] > 1:
        classes = np.argmax(y, axis=1)
    else:
        classes = y[:, 0].astype(np.int64)
        if (classes != y[:, 0]).any():
            raise ValueError(
                "Expected y to hold class numbers, because of class_weight. "
                f"Received: y with {y[classes != y[:, 0]][0, 0]:g}"
            )
    result = np.ones(len(y), dtype)
    for number, weight in weights.items():
        if isinstance(number, bool) or not isinstance(number, int | np.integer):
            raise TypeError(
                "Expected the keys of class_weight to be class numbers. "
                f"Received: class_weight={shown(weights)}"
            )
        result[classes == number] = checked_number(f"class_weight[{number}]", weight, 0.0)
    return result
