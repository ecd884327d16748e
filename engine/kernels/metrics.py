"""Metrics over a batch: what adds values of rows to a mean, and the accuracies.

    metric: place of the predictions among the outputs, units, place of the metric's state among the
            sums, of its own numbers among the thresholds, 1 if sample weights count

The other metrics have their loops in their own files (:mod:`engine.metrics`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import at, broadcast, fill, load, store, where
from engine.kernels.loops import over_two
from engine.kernels.losses import total
from engine.kernels.sums import long_sum, packet_sum
from engine.kernels.tiles import ROWS, first_largest, to_tile, whole_columns


@dataclass(frozen=True)
class Reading:
    """Where a metric finds what it reads and where it counts: places in the buffers."""

    p: int
    """Of the predictions among the outputs."""
    z: int
    """Of the logits that a crossentropy takes in their place."""
    units: int
    state: int
    """Of the metric's state among the sums."""
    numbers: int
    """Of its own numbers among the thresholds."""
    weighted: bool
    """Whether sample weights count."""
    activation: str
    """The last layer's."""

    @property
    def head(self) -> tuple[int, int, int, int, bool]:
        """The numbers that every metric's instruction begins with."""
        return self.p, self.units, self.state, self.numbers, self.weighted


@inlined
def right(said: Any, label: Any, threshold: Any, width: Any) -> Any:
    """1 where the label is what p > threshold says, 0 elsewhere."""
    one = fill(threshold, 1.0, width)
    said = where(said > broadcast(threshold, 0, width), one, 0.0)
    return where(said == label, one, 0.0)


@inlined
def taken(frame: Any, a: Any, like: Any) -> Any:
    """p, y and values."""
    p = place(frame, fields.OUTPUTS, integer(a, 0), like)
    return p, place(frame, fields.Y, 0, like), place(frame, fields.VALUES, 0, like)


@inlined
def counts_weights(frame: Any, a: Any) -> Any:
    """Whether the metric counts the weights of the rows, and there are any."""
    return integer(a, 4) > 0 and integer(frame, fields.ROW_WEIGHTS) != 0


@inlined
def add_to_mean(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add the rows' values to total and count; weighted, Σ weight·value and Σ weight."""
    sums = place(frame, fields.SUMS, integer(a, 2), like)
    if counts_weights(frame, a):
        weights, values = (
            place(frame, fields.ROW_WEIGHTS, 0, like),
            place(frame, fields.VALUES, 0, like),
        )
        for i in range(rows):
            store(values, i, load(values, i, 1) * load(weights, i, 1))
        threads = integer(frame, fields.THREADS)
        store(sums, 0, load(sums, 0, 1) + long_sum(values, rows, threads))
        store(sums, 1, load(sums, 1, 1) + long_sum(weights, rows, threads))
    else:
        store(sums, 0, load(sums, 0, 1) + total(frame, sums, rows, like))


@instruction()
def add_up(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Add the values that a loss has written to the mean of a metric.

    Numbers: as those of a metric.
    """
    add_to_mean(frame, a, rows, like)


@instruction()
def smooth_labels(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Write y·c + b aside; c and b are the metric's numbers.  Numbers: as those of a metric."""
    y, smooth = place(frame, fields.Y, 0, like), place(frame, fields.ASIDE, 0, like)
    numbers = place(frame, fields.THRESHOLDS, integer(a, 3), like)
    for i in range(0, rows * integer(a, 1), 16):
        y_ = load(y, i, 16) * broadcast(numbers, 0, 16)
        store(smooth, i, y_ + broadcast(numbers, 1, 16))


@instruction()
def binary_accuracy(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The share of units that are right."""
    p, y, values = taken(frame, a, like)
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
    add_to_mean(frame, a, rows, like)


@inlined
def largest_in_rows(p: Any, i: Any, units: Any, tile: Any) -> Any:
    """The column of the first largest number of rows i … i + 15, which `tile` has afterwards."""
    to_tile(p, i, units, tile)
    return first_largest(tile, units)


@instruction()
def categorical_accuracy(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """1 where prediction and label are largest in the same place."""
    p, y, values = taken(frame, a, like)
    units, scratch = integer(a, 1), place(frame, fields.SCRATCH, 0, like)
    tile = at(scratch, whole_columns(units) * ROWS)
    for i in range(0, rows, ROWS):
        said, truth = largest_in_rows(p, i, units, scratch), largest_in_rows(y, i, units, tile)
        store(values, i, where(said == truth, fill(p, 1.0, 16), 0.0))
    add_to_mean(frame, a, rows, like)


@instruction()
def sparse_accuracy(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """1 where the prediction is largest in the label's place."""
    p, y, values = taken(frame, a, like)
    units, scratch = integer(a, 1), place(frame, fields.SCRATCH, 0, like)
    for i in range(0, rows, ROWS):
        said = largest_in_rows(p, i, units, scratch)
        store(values, i, where(said == load(y, i, 16), fill(p, 1.0, 16), 0.0))
    add_to_mean(frame, a, rows, like)


def mean_over_units(name: str, formula: Any, factor: float = 1.0) -> Any:
    """The instruction of a mean of formula(p, y) over the units of each row, times `factor`."""
    loop = over_two(formula, formula)

    def metric(frame: Any, a: Any, rows: Any, like: Any) -> None:
        p, y, values = taken(frame, a, like)
        units, aside = integer(a, 1), place(frame, fields.ASIDE, 0, like)
        loop(p, y, aside, rows * units)
        for i in range(rows):
            mean = packet_sum(at(aside, i * units), units) / fill(p, units, 1)
            store(values, i, mean * factor)
        add_to_mean(frame, a, rows, like)

    return instruction(name)(metric)


@inlined
def column_sum(x: Any, c: Any, rows: Any, units: Any, threads: Any) -> Any:
    """Σ over the rows of column c, as TensorFlow adds over the first axis.

    A single column is a vector.  Otherwise row after row; from 16 rows on whole packets of eight
    columns have four accumulators that take turns, and the rows mod 4 come last.
    """
    if units == 1:
        return long_sum(x, rows, threads)
    total, i = fill(x, 0.0, 1), 0
    if rows >= 16 and c < units - units % 8:
        b = d = e = total
        while i + 4 <= rows:
            k = i * units + c
            total = total + load(x, k, 1)
            b = b + load(x, k + units, 1)
            d = d + load(x, k + 2 * units, 1)
            e = e + load(x, k + 3 * units, 1)
            i += 4
        total = ((total + b) + d) + e
    while i < rows:
        total = total + load(x, i * units + c, 1)
        i += 1
    return total


@inlined
def row_weight(frame: Any, a: Any, i: Any, like: Any) -> Any:
    """The weight of row i; 1 if weights do not count."""
    if counts_weights(frame, a):
        return load(place(frame, fields.ROW_WEIGHTS, 0, like), i, 1)
    return fill(like, 1.0, 1)
