"""Metrics over a batch: which code stands for which metric, and a value for each row.

    metric: place of the predictions among the outputs, units, place among the sums, of the
            threshold among the thresholds

writes a value for each row and adds them to the running sums.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import at, broadcast, fill, load, store, where
from engine.kernels.losses import total
from engine.kernels.tiles import ROWS, first_largest, to_tile, whole_columns

BINARY_ACCURACY, CATEGORICAL_ACCURACY, SPARSE_ACCURACY, LOSS = range(4)
"""A loss used as a metric has the code LOSS + its form."""


@inlined
def right(said: Any, label: Any, threshold: Any, width: Any) -> Any:
    """1 where the label is what p > threshold says, 0 elsewhere."""
    one = fill(threshold, 1.0, width)
    said = where(said > broadcast(threshold, 0, width), one, 0.0)
    return where(said == label, one, 0.0)


@inlined
def _taken(frame: Any, a: Any, like: Any) -> Any:
    """p, y and values."""
    p = place(frame, fields.OUTPUTS, integer(a, 0), like)
    return p, place(frame, fields.Y, 0, like), place(frame, fields.VALUES, 0, like)


@inlined
def _add_up(frame: Any, a: Any, rows: Any, like: Any) -> None:
    sums = place(frame, fields.SUMS, integer(a, 2), like)
    store(sums, 0, load(sums, 0, 1) + total(frame, sums, rows, like))


@instruction()
def add_up(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add the values that a loss has written to the running sums of a metric.

    Numbers: as those of a metric.
    """
    _add_up(frame, a, rows, like)


@instruction()
def binary_accuracy(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The share of units that are right."""
    p, y, values = _taken(frame, a, like)
    units, threshold = integer(a, 1), place(frame, fields.THRESHOLDS, integer(a, 3), like)
    if units == 1:
        for i in range(0, rows, 16):
            store(values, i, right(load(p, i, 16), load(y, i, 16), threshold, 16))
    else:
        for i in range(rows):
            hits = fill(p, 0.0, 1)
            for k in range(i * units, (i + 1) * units):
                hits = hits + right(load(p, k, 1), load(y, k, 1), threshold, 1)
            store(values, i, hits / fill(p, units, 1))
    _add_up(frame, a, rows, like)


@inlined
def _largest_in_rows(p: Any, i: Any, units: Any, tile: Any) -> Any:
    to_tile(p, i, units, tile)
    return first_largest(tile, units)


@instruction()
def categorical_accuracy(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """1 where prediction and label are largest in the same place."""
    p, y, values = _taken(frame, a, like)
    units, scratch = integer(a, 1), place(frame, fields.SCRATCH, 0, like)
    tile = at(scratch, whole_columns(units) * ROWS)
    for i in range(0, rows, ROWS):
        said, truth = _largest_in_rows(p, i, units, scratch), _largest_in_rows(y, i, units, tile)
        store(values, i, where(said == truth, fill(p, 1.0, 16), 0.0))
    _add_up(frame, a, rows, like)


@instruction()
def sparse_accuracy(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """1 where the prediction is largest in the label's place."""
    p, y, values = _taken(frame, a, like)
    units, scratch = integer(a, 1), place(frame, fields.SCRATCH, 0, like)
    for i in range(0, rows, ROWS):
        said = _largest_in_rows(p, i, units, scratch)
        store(values, i, where(said == load(y, i, 16), fill(p, 1.0, 16), 0.0))
    _add_up(frame, a, rows, like)


PARTS = [binary_accuracy, categorical_accuracy, sparse_accuracy]
"""The metric of each code below LOSS."""
