"""What users pass as data, as arrays that the kernels can read; or an error that says why not.

Arrays, pandas frames and series and nested lists are welcome, with columns of booleans, integers
or floats.  Nothing is guessed: a value that is not a finite number, a shape that does not fit the
model or labels that do not fit the loss end in an error.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.losses.loss import Loss

Array = npt.NDArray[Any]


def as_numbers(values: Any, name: str, dtype: str) -> Array:
    """`values` as an array of finite numbers of type `dtype`."""
    if values is None or isinstance(values, str | bytes | dict):
        raise TypeError(
            f"Expected {name} to be an array, a frame or a list of numbers. "
            f"Received: {name} of type {type(values).__name__}"
        )
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise ValueError(
            f"Expected the rows of {name} to be equally long. Received: {error}"
        ) from None
    if array.dtype.kind == "O" and hasattr(values, "to_numpy"):
        array = _frame_as_array(values, name, array)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"Expected numbers in {name}. Received: {name} of type {array.dtype}"
            + (", such as " + repr(array.flat[0]) if array.size else "")
        )
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(array, dtype)
    if not np.isfinite(numbers).all():
        bad = np.argwhere(~np.isfinite(numbers))
        place = ", ".join(str(i) for i in bad[0])
        raise ValueError(
            f"Expected finite numbers in {name}. Received: {len(bad)} that are not (NaN, infinite "
            f"or too large for {dtype}), the first at {name}[{place}] = {array[tuple(bad[0])]}"
        )
    return numbers


def _frame_as_array(frame: Any, name: str, array: Array) -> Array:
    """A pandas object whose columns are of several types, if all are numbers."""
    types = getattr(frame, "dtypes", None)
    columns = getattr(frame, "columns", None)
    if types is not None and columns is not None:
        for column, kind in zip(columns, types, strict=True):
            if getattr(kind, "kind", "O") not in "fiub":
                raise TypeError(
                    f"Expected columns of numbers in {name}. "
                    f"Received: column {column!r} of type {kind}"
                )
        return np.asarray(frame.to_numpy(dtype="float64", na_value=np.nan))
    return array


def features(values: Any, inputs: int, dtype: str, name: str = "x") -> Array:
    """Rows of `inputs` numbers."""
    array = as_numbers(values, name, dtype)
    if array.ndim == 1 and inputs == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[1] != inputs:
        raise ValueError(
            f"Expected {name} of shape (rows, {inputs}), as the model's input. "
            f"Received: {name}.shape={array.shape}"
        )
    if not array.shape[0]:
        raise ValueError(f"Expected at least one row in {name}. Received: {name} without rows")
    return array


def labels(values: Any, rows: int, units: int, loss: Loss, dtype: str, name: str = "y") -> Array:
    """Labels for `rows` predictions of `units` numbers, as `loss` reads them."""
    array = as_numbers(values, name, dtype)
    shape = f"Received: {name}.shape={array.shape}"
    if array.ndim == 0 or array.shape[0] != rows:
        raise ValueError(f"Expected as many labels as rows of x, {rows}. {shape}")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if loss.sparse:
        return _class_numbers(array, units, loss, name, shape)
    if array.ndim != 2 or array.shape[1] != units:
        hint = ""
        if array.shape[1:] == (1,) and "categorical" in loss.name:
            hint = "; for class numbers use sparse_categorical_crossentropy or to_categorical"
        raise ValueError(
            f"Expected {name} of shape ({rows}, {units}) for {loss.name} and {units} "
            f"output{'s' if units > 1 else ''}{hint}. {shape}"
        )
    if "crossentropy" in loss.name and (array.min() < 0 or array.max() > 1):
        raise ValueError(
            f"Expected labels in [0, 1] for {loss.name}. "
            f"Received: {name} between {array.min():g} and {array.max():g}"
        )
    return array


def _class_numbers(array: Array, units: int, loss: Loss, name: str, shape: str) -> Array:
    if array.ndim != 2 or array.shape[1] != 1:
        raise ValueError(
            f"Expected one class number for each row for {loss.name}; for one-hot rows use "
            f"categorical_crossentropy. {shape}"
        )
    if (array != np.floor(array)).any() or array.min() < 0 or array.max() >= units:
        wrong = array[(array != np.floor(array)) | (array < 0) | (array >= units)]
        raise ValueError(
            f"Expected class numbers 0 … {units - 1} for {units} outputs. "
            f"Received: {name} with {wrong[0]:g}"
        )
    return array


def sample_weights(values: Any, rows: int, dtype: str, name: str = "sample_weight") -> Array:
    """One weight ≥ 0 for each row."""
    array = as_numbers(values, name, dtype)
    if array.shape not in ((rows,), (rows, 1)):
        raise ValueError(
            f"Expected one weight for each of {rows} rows. Received: {name}.shape={array.shape}"
        )
    if (array < 0).any():
        raise ValueError(f"Expected weights ≥ 0. Received: {name} with {array.min():g}")
    return array.reshape(-1)


def class_weights(weights: Any, y: Array, dtype: str) -> Array:
    """Each row's weight: that of its class, or 1 when `weights` does not name the class."""
    if not isinstance(weights, dict):
        raise TypeError(
            "Expected class_weight to map class numbers to weights, as {0: 1.0, 1: 2.5}. "
            f"Received: class_weight={weights!r}"
        )
    classes = np.argmax(y, axis=1) if y.shape[1] > 1 else y[:, 0].astype(np.int64)
    result = np.ones(len(y), dtype)
    for number, weight in weights.items():
        whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
        good = isinstance(weight, int | float | np.number) and not isinstance(weight, bool)
        if not whole or not good or not np.isfinite(weight) or weight < 0:
            raise ValueError(
                "Expected class_weight to map class numbers to finite weights ≥ 0. "
                f"Received: class_weight={weights!r}"
            )
        result[classes == number] = weight
    return result
