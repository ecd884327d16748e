"""Losses over a batch: which code stands for which form, and their loops.

    loss: place of z among the outputs, of dz among the deltas, units, the frame's field that has
          the labels, 1 if the gradient is wanted

writes one value per row (before sample weights) and, when asked, the gradient with respect to what
it works on: the logits z, or the predictions p.  Then `mean` adds up.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import Part, inlined
from engine.kernels.elementary import exp, log, single_exp
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import at, fill, load, number, put, store, where
from engine.kernels.loops import over_one, over_two
from engine.kernels.sums import long_sum, packet_sum
from engine.kernels.tiles import (
    ROWS,
    from_tile,
    largest,
    packet_sums,
    to_tile,
    whole_columns,
)
from engine.losses.binary_crossentropy import (
    d_from_logits,
    d_from_probabilities,
    from_logits,
    from_probabilities,
)
from engine.losses.categorical_crossentropy import (
    agreement,
    d_clipped,
    d_logit,
    inverse,
    surprise,
)
from engine.losses.mean_squared_error import d_squared, squared
from engine.losses.sparse_categorical_crossentropy import logit

BINARY_LOGITS, CATEGORICAL_LOGITS, SPARSE_LOGITS, SQUARED, BINARY, CATEGORICAL, SPARSE = range(7)

SOFTMAX_BLOCK = 4507
"""TensorFlow's softmax-crossentropy gradient works in blocks of ⌈4507/classes⌉ rows."""


@inlined
def _taken(frame: Any, a: Any, like: Any) -> Any:
    """z, y, scale, values, dz and scratch."""
    z = place(frame, fields.OUTPUTS, integer(a, 0), like)
    y = place(frame, integer(a, 3), 0, like)
    scale = place(frame, fields.SCALE, 0, like)
    values = place(frame, fields.VALUES, 0, like)
    dz = place(frame, fields.DELTAS, integer(a, 1), like)
    return z, y, scale, values, dz, place(frame, fields.SCRATCH, 0, like)


def _elementwise(name: str, value: Any, slope: Any) -> Part:
    """A loop over all rows·units elements for a loss that is a mean over the units.

    Value and gradient of an element stand beside each other and share what they have in common.
    """

    @inlined
    def some(z, y, scale, out, dz, i, want_gradient, width):
        # Both are read before anything is written, so that what they have in common is found.
        logit_, label = load(z, i, width), load(y, i, width)
        result = value(logit_, label)
        if want_gradient:
            store(dz, i, slope(logit_, label, load(scale, i, width)))
        store(out, i, result)

    def loss(frame: Any, a: Any, rows: Any, like: Any) -> None:
        z, y, scale, values, dz, scratch = _taken(frame, a, like)
        units, want_gradient = integer(a, 2), integer(a, 4) > 0
        n = rows * units
        whole = n - n % 8
        out = values if units == 1 else scratch
        for i in range(0, n - n % 16, 16):
            some(z, y, scale, out, dz, i, want_gradient, 16)
        if n & 8:
            some(z, y, scale, out, dz, whole - 8, want_gradient, 8)
        for i in range(whole, n):
            some(z, y, scale, out, dz, i, want_gradient, 1)
        if units > 1:
            for i in range(rows):
                store(values, i, packet_sum(at(scratch, i * units), units) / fill(z, units, 1))

    return instruction(name)(loss)


_agreement = over_two(agreement, agreement)
_inverse = over_one(inverse, inverse)
_logit = over_one(logit, logit)


@inlined
def _tile_size(units: Any) -> Any:
    return whole_columns(units) * ROWS


@inlined
def _shift(z: Any, sums: Any, tiles: Any, e: Any, rows: Any, units: Any, has_expf: Any) -> None:
    """m = z − max z into tiles, and S = Σ e^m of each row.

    The exponentials of a sum are counted within the row: packets of eight units, then single ones,
    which take the C library's time unless it `has_expf` as we know it.
    """
    whole = units - units % 8
    for i in range(0, rows, ROWS):
        m = at(tiles, i // ROWS * _tile_size(units))
        to_tile(z, i, units, m)
        top = largest(m, units)
        for c in range(0, ROWS * units, ROWS):
            store(m, c, load(m, c, 16) - top)
        for c in range(0, ROWS * whole, ROWS):
            store(e, c, exp(load(m, c, 16)))
        for c in range(ROWS * whole, ROWS * units, ROWS):
            if has_expf:
                store(e, c, single_exp(load(m, c, 16)))
                continue
            for lane in range(c, c + min(ROWS, rows - i)):
                store(e, lane, exp(load(m, lane, 1)))
        store(sums, i, packet_sums(e, units))


@inlined
def _hit(label: Any, c: Any, like: Any, width: Any) -> Any:
    """1 where the label is class c, 0 elsewhere."""
    return where(label == fill(like, c, width), fill(like, 1.0, width), 0.0)


@inlined
def _categorical_slopes(m, y, i, sums, scale, e, units, sparse) -> None:
    """dz of a tile into `e`; `y` is a tile of labels, or of `sparse` ones its first column."""
    s, g = load(sums, i, 16), load(scale, i, 16)
    for c in range(units):
        k = c * ROWS
        truth = _hit(load(y, 0, 16), c, m, 16) if sparse else load(y, k, 16)
        store(e, k, d_logit(exp(load(m, k, 16)), s, truth, g))


@inlined
def _categorical_rest(tiles, y, sums, scale, dz, rows, units, sparse) -> None:
    """The gradient's last n mod 8 elements, counted in blocks of whole rows."""
    block = (SOFTMAX_BLOCK + units - 1) // units
    for first in range(0, rows, block):
        end = min(first + block, rows) * units
        for k in range(end - (end - first * units) % 8, end):
            i, c = k // units, k % units
            m = load(tiles, i // ROWS * _tile_size(units) + c * ROWS + i % ROWS, 1)
            truth = _hit(load(y, i, 1), c, y, 1) if sparse else load(y, k, 1)
            store(dz, k, d_logit(exp(m), load(sums, i, 1), truth, load(scale, i, 1)))


@inlined
def _categorical_on_logits(
    frame, z, y, scale, values, dz, scratch, rows, units, want_gradient, sparse
) -> None:
    """Either of the losses on logits; `sparse` labels are class numbers, one for each row."""
    whole_rows, tile = (rows + ROWS - 1) // ROWS * ROWS, _tile_size(units)
    sums, logs = scratch, at(scratch, whole_rows)
    tiles = at(logs, whole_rows)
    e = at(tiles, whole_rows * whole_columns(units))
    truth = at(e, tile)
    has_expf = integer(frame, fields.HAS_EXPF) > 0
    _shift(z, sums, tiles, e, rows, units, has_expf)
    packets = 0 if sparse else rows - rows % 8
    for i in range(0, packets, 8):
        store(logs, i, log(load(sums, i, 8)))
    for i in range(packets, rows):
        store(logs, i, log(load(sums, i, 1)))
    for i in range(0, rows, ROWS):
        m, log_sum = at(tiles, i // ROWS * tile), load(logs, i, 16)
        if sparse:
            store(truth, 0, load(y, i, 16))
            value = log_sum
            for c in range(units):
                here = load(truth, 0, 16) == fill(z, c, 16)
                value = where(here, log_sum - load(m, c * ROWS, 16), value)
        else:
            to_tile(y, i, units, truth)
            for c in range(0, ROWS * units, ROWS):
                store(e, c, surprise(load(m, c, 16), log_sum, load(truth, c, 16)))
            value = packet_sums(e, units)
        store(values, i, value)
        if want_gradient:
            _categorical_slopes(m, truth, i, sums, scale, e, units, sparse)
            from_tile(e, dz, i, units)
    if want_gradient:
        _categorical_rest(tiles, y, sums, scale, dz, rows, units, sparse)


@instruction()
def categorical(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Categorical crossentropy on probabilities."""
    p, y, scale, values, dp, scratch = _taken(frame, a, like)
    units, want_gradient = integer(a, 2), integer(a, 4) > 0
    n = rows * units
    q, terms, totals = scratch, at(scratch, n), at(scratch, 2 * n)
    for i in range(rows):
        row = packet_sum(at(p, i * units), units)
        store(totals, i, row)
        for c in range(0, units, 16):
            k = i * units + c
            put(q, k, load(p, k, 16) / fill(p, number(row), 16), units - c, 16)
    _agreement(q, y, terms, n)
    for i in range(rows):
        store(values, i, -packet_sum(at(terms, i * units), units))
    if want_gradient:
        _inverse(q, dp, n)
        for i in range(rows):
            g = fill(p, number(load(scale, i, 1)), 16)
            divisor = fill(p, number(load(totals, i, 1)), 16)
            for c in range(0, units, 16):
                k = i * units + c
                dq = d_clipped(load(q, k, 16), load(dp, k, 16) * (load(y, k, 16) * -g))
                put(dp, k, dq, units - c, 16)
                put(terms, c, dq * (-load(p, k, 16) / divisor / divisor), units - c, 16)
            along = fill(p, number(packet_sum(terms, units)), 16)
            for c in range(0, units, 16):
                k = i * units + c
                put(dp, k, along + load(dp, k, 16) / divisor, units - c, 16)


@instruction()
def sparse(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The same for class numbers."""
    p, y, scale, values, dp, scratch = _taken(frame, a, like)
    units, want_gradient = integer(a, 2), integer(a, 4) > 0
    n = rows * units
    z, scratch = scratch, at(scratch, n + 16 * units + 16)
    _logit(p, z, n)
    _categorical_on_logits(
        frame, z, y, scale, values, dp, scratch, rows, units, want_gradient, True
    )
    if want_gradient:
        _inverse(p, z, n)
        for i in range(n):
            store(dp, i, d_clipped(load(p, i, 1), load(z, i, 1) * load(dp, i, 1)))


def scratch_needed(rows: int, units: int) -> int:
    """How many numbers of scratch a loss or a metric may use."""
    whole_rows, columns = -(-rows // ROWS) * ROWS, -(-units // 16) * 16
    tiles = whole_rows * (columns + 2) + 2 * columns * ROWS + ROWS * ROWS
    return tiles + (whole_rows + 16) * units + 64


@instruction()
def categorical_logits(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Categorical crossentropy on logits."""
    z, y, scale, values, dz, scratch = _taken(frame, a, like)
    units, want = integer(a, 2), integer(a, 4) > 0
    _categorical_on_logits(frame, z, y, scale, values, dz, scratch, rows, units, want, False)


@instruction()
def sparse_logits(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The same for class numbers."""
    z, y, scale, values, dz, scratch = _taken(frame, a, like)
    units, want = integer(a, 2), integer(a, 4) > 0
    _categorical_on_logits(frame, z, y, scale, values, dz, scratch, rows, units, want, True)


PARTS = [
    _elementwise("binary_logits", from_logits, d_from_logits),
    categorical_logits,
    sparse_logits,
    _elementwise("mean_squared", squared, d_squared),
    _elementwise("binary", from_probabilities, d_from_probabilities),
    categorical,
    sparse,
]
"""The loss of each form."""

REDUCTIONS = ["mean", "sum", "mean_with_sample_weight"]
"""How the values of the rows become the batch's loss."""
MEAN, SUM, WEIGHTED_MEAN = range(3)

ROW_WISE = (CATEGORICAL_LOGITS, SPARSE_LOGITS, CATEGORICAL, SPARSE)
"""The forms whose gradient is scaled by one number for each row; of others for each element."""


@inlined
def _divisor(frame: Any, reduction: Any, rows: Any, like: Any) -> Any:
    """What the sum of the values is divided by: the rows, nothing, or the sum of the weights."""
    weighted, weights = _row_weights(frame, like)
    if reduction == WEIGHTED_MEAN and weighted:
        return long_sum(weights, rows, integer(frame, fields.THREADS))
    return fill(like, 1 if reduction == SUM else rows, 1)


@inlined
def _over(x: Any, divisor: Any) -> Any:
    """x/divisor, and 0 instead of a division by 0."""
    return where(divisor == 0.0, 0.0, x / divisor)


@instruction()
def fill_scale(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The gradient of the mean: 1/rows, times the sample weight, divided by the units.

    Numbers: units; 1 if one number for each row will do; 1 if TensorFlow knows the shape of the
    batches: it then multiplies a weighted gradient by 1/units instead of dividing it; the
    reduction.
    """
    units, row_wise, even = integer(a, 0), integer(a, 1) > 0, integer(a, 2) > 0
    scale = place(frame, fields.SCALE, 0, like)
    weighted, weights = _row_weights(frame, like)
    g = _over(fill(scale, 1.0, 1), _divisor(frame, integer(a, 3), rows, like))
    if row_wise or units == 1:
        for i in range(rows):
            store(scale, i, g * load(weights, i, 1) if weighted else g)
    else:
        count = fill(scale, units, 1)
        share = 1.0 / count
        for i in range(rows):
            s = g / count
            if weighted:
                s = g * load(weights, i, 1)
                s = s * share if even else s / count
            for c in range(units):
                store(scale, i * units + c, s)


@inlined
def _row_weights(frame: Any, like: Any) -> Any:
    return integer(frame, fields.ROW_WEIGHTS) != 0, place(frame, fields.ROW_WEIGHTS, 0, like)


@inlined
def total(frame: Any, sums: Any, rows: Any, like: Any) -> Any:
    """Add up the values of the rows; `sums` counts the rows."""
    count = fill(sums, rows, 1)
    store(sums, 1, load(sums, 1, 1) + count)
    return long_sum(place(frame, fields.VALUES, 0, like), rows, integer(frame, fields.THREADS))


@inlined
def sum_of_rows(frame: Any, sums: Any, rows: Any, like: Any) -> Any:
    """The sum of the values, weighted if the rows are."""
    weighted, weights = _row_weights(frame, like)
    if weighted:
        values = place(frame, fields.VALUES, 0, like)
        for i in range(rows):
            store(values, i, load(values, i, 1) * load(weights, i, 1))
    return total(frame, sums, rows, like)


@inlined
def mean_of_rows(frame: Any, sums: Any, rows: Any, like: Any) -> Any:
    """The mean of the values, weighted if the rows are."""
    return sum_of_rows(frame, sums, rows, like) / fill(sums, rows, 1)


@inlined
def add_to_sums(sums: Any, p: Any, loss: Any, rows: Any) -> None:
    """Keep the batch's loss among the sums and add it to the running sum."""
    store(sums, p, loss)
    store(sums, 0, load(sums, 0, 1) + loss * fill(sums, rows, 1))


@instruction()
def reduce(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """The batch's loss.  Numbers: where among the sums it goes, the reduction, 1 if that is all."""
    sums = place(frame, fields.SUMS, 0, like)
    divisor = _divisor(frame, integer(a, 1), rows, like)
    loss = _over(sum_of_rows(frame, sums, rows, like), divisor)
    if integer(a, 2) > 0:
        add_to_sums(sums, integer(a, 0), loss, rows)
    else:
        store(sums, integer(a, 0), loss)
