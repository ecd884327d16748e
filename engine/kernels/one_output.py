"""A single sigmoid output: activation, loss, gradient and accuracy of a batch in one go.

    p = 1 / (1 + e⁻ᶻ),  loss = binary crossentropy on z,  accuracy = [p > threshold] equals y

The same as sigmoid, binary crossentropy, mean and binary accuracy one after the other; with a few
rows in a batch an instruction takes less time than its call.
"""

from __future__ import annotations

from typing import Any

from engine.activations.sigmoid import sigmoid
from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import load, store
from engine.kernels.losses import add_to_sums, mean_of_rows
from engine.kernels.metrics import right
from engine.kernels.sums import long_sum
from engine.losses.binary_crossentropy import d_from_logits, from_logits


@inlined
def _rows(tensors: Any, i: Any, want_gradient: Any, width: Any) -> None:
    """`width` rows from row i: all is read before anything is written."""
    z, p, targets, y, scale, threshold, values, hits, dz = tensors
    logit, target, label = load(z, i, width), load(targets, i, width), load(y, i, width)
    # The gradient first: what comes next waits for it.
    slope = d_from_logits(logit, target, load(scale, i, width))
    value, said = from_logits(logit, target), sigmoid(logit)
    hit = right(said, label, threshold, width)
    if want_gradient:
        store(dz, i, slope)
    store(values, i, value)
    store(p, i, said)
    store(hits, i, hit)


@instruction()
def sigmoid_output(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Activation, loss, gradient and accuracy.

    Numbers: places of z and p among the outputs, of dz among the deltas, of the batch's loss and of
    the accuracy among the sums, of the threshold among the thresholds; 1 if the gradient is wanted.
    """
    sums, hits = place(frame, fields.SUMS, 0, like), place(frame, fields.SCRATCH, 0, like)
    tensors = (
        place(frame, fields.OUTPUTS, integer(a, 0), like),
        place(frame, fields.OUTPUTS, integer(a, 1), like),
        place(frame, fields.TARGETS, 0, like),
        place(frame, fields.Y, 0, like),
        place(frame, fields.SCALE, 0, like),
        place(frame, fields.THRESHOLDS, integer(a, 5), like),
        place(frame, fields.VALUES, 0, like),
        hits,
        place(frame, fields.DELTAS, integer(a, 2), like),
    )
    want_gradient, whole = integer(a, 6) > 0, rows - rows % 8
    for i in range(0, rows - rows % 16, 16):
        _rows(tensors, i, want_gradient, 16)
    if rows & 8:
        _rows(tensors, whole - 8, want_gradient, 8)
    for i in range(whole, rows):
        _rows(tensors, i, want_gradient, 1)
    add_to_sums(sums, integer(a, 3), mean_of_rows(frame, sums, rows, like), rows)
    accuracy = place(frame, fields.SUMS, integer(a, 4), like)
    total = long_sum(hits, rows, integer(frame, fields.THREADS))
    store(accuracy, 0, load(accuracy, 0, 1) + total)
    store(accuracy, 1, load(sums, 1, 1))  # the loss has counted the rows
