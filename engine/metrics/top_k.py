"""Top-k accuracies: how often the right class is among the k most probable ones.

    value = [#{c : p_c > p_y} < k]            y the label's class

Classes that are as probable as the right one do not stand before it.  A row with a prediction that
is not finite is wrong.

Keras: ``keras.metrics.TopKCategoricalAccuracy``, ``SparseTopKCategoricalAccuracy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.kernels import fields
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import at, fill, load, store, where
from engine.kernels.metrics import Reading, add_to_mean, largest_in_rows, taken
from engine.kernels.tiles import ROWS, to_tile, whole_columns
from engine.losses.loss import same_shape
from engine.losses.sparse_categorical_crossentropy import class_numbers
from engine.metrics.confusion import checked_place
from engine.metrics.mean import MeanOfRows
from engine.metrics.metric import Array


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Array:
    """1 for each row whose class number is among the k most probable, 0 for the others.

    >>> sparse_top_k_categorical_accuracy([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]], k=1)
    array([0., 1.], dtype=float32)
    """
    _not_sorted(from_sorted_ids)
    labels, p = class_numbers(y_true, y_pred)
    right = np.take_along_axis(p, labels.reshape(-1, 1).astype(np.int64), axis=1)
    before = np.sum(p > right, axis=1)
    return np.asarray(((before < k) & np.isfinite(p).all(axis=1)).astype(p.dtype))


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Array:
    """The same for one-hot labels."""
    y, p = same_shape(y_true, y_pred)
    return sparse_top_k_categorical_accuracy(np.argmax(y, axis=-1), p, k)


def _not_sorted(from_sorted_ids: Any) -> None:
    if from_sorted_ids is not False:
        raise ValueError(
            "Expected from_sorted_ids=False: a model predicts numbers, not sorted classes. "
            f"Received: from_sorted_ids={shown(from_sorted_ids)}"
        )


@instruction()
def top_k(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The values, added up.

    Numbers: those of every metric, then k, 1 if labels are class numbers.
    """
    p, y, values = taken(frame, a, like)
    units, scratch = integer(a, 1), place(frame, fields.SCRATCH, 0, like)
    k, sparse = fill(p, integer(a, 5), 16), integer(a, 6) > 0
    tile = at(scratch, whole_columns(units) * ROWS)
    one, zero, wrong = fill(p, 1.0, 16), fill(p, 0.0, 16), fill(p, 1e9, 16)
    for i in range(0, rows, ROWS):
        label = load(y, i, 16) if sparse else largest_in_rows(y, i, units, scratch)
        to_tile(p, i, units, tile)
        right, before = zero, zero
        for c in range(units):
            right = where(label == fill(p, c, 16), load(tile, c * ROWS, 16), right)
        for c in range(units):
            x = load(tile, c * ROWS, 16)
            before = before + where(x > right, one, where(x - x == zero, zero, wrong))
        store(values, i, where(before < k, one, zero))
    add_to_mean(frame, a, rows, like)


class _TopK(MeanOfRows):
    """Base of the two; they differ in their labels."""

    _direction = "up"
    sparse = False

    def __init__(self, k: int, name: str | None, dtype: str | None) -> None:
        if checked_place("k", k, 1) is None:
            raise TypeError("Expected k to be a whole number ≥ 1. Received: k=None")
        self.k = int(k)
        super().__init__(name, dtype)

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Values, added up."""
        return [(top_k, *reading.head, self.k, self.sparse)]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        return {**super().get_config(), "k": self.k}


class TopKCategoricalAccuracy(_TopK):
    """The share of rows whose one-hot class is among the k most probable."""

    of_several = True

    def __init__(
        self,
        k: int = 5,
        name: str | None = "top_k_categorical_accuracy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(k, name, dtype)


class SparseTopKCategoricalAccuracy(_TopK):
    """The share of rows whose class number is among the k most probable."""

    sparse = True

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: str | None = None,
        from_sorted_ids: bool = False,
    ) -> None:
        _not_sorted(from_sorted_ids)
        super().__init__(k, name, dtype)

    def fits(self, label_width: int, units: int) -> bool:
        """Labels are class numbers."""
        return label_width == 1

    def rows_of(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Labels and predictions, each as an array of rows."""
        labels, p = class_numbers(y_true, y_pred)
        return labels.reshape(-1, 1).astype(p.dtype), p
