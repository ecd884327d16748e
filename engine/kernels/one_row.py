"""A Dense layer in a training on single rows (batch_size=1), where every detour shows.

    z  = x·W + b          fma after fma over the inputs
    dx = dz·Wᵀ            eight lanes over the units and a tree of neighbours
    W ← W − (xᵀ·dz)·α     plain descent: each gradient is used at once and stored nowhere

The general instructions are those of :mod:`engine.kernels.dense`; the orders are the same.
"""

from __future__ import annotations

from typing import Any

from engine.activations.relu import d_relu
from engine.kernels import fields, onednn
from engine.kernels.compiler import inlined
from engine.kernels.dense import eight_dots
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import broadcast, fill, fma, load, put
from engine.optimizers.sgd import descend


@inlined
def _columns(x, w, b, z, inputs, units, j, mode, width) -> None:
    """Columns j … j + width − 1 of z."""
    sums, p = fill(x, 0.0, width), j
    for k in range(inputs):
        sums = fma(broadcast(x, k, width), load(w, p, width), sums)
        p += units
    if mode >= 0:
        sums = sums + load(b, j, width)
        if mode > 0:
            sums = onednn.relu(sums)
    put(z, j, sums, units - j, width)


@instruction()
def forward_row(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Numbers: as those of :func:`engine.kernels.dense.forward_layer`."""
    x = place(frame, integer(a, 0), integer(a, 1), like)
    w = place(frame, fields.WEIGHTS, integer(a, 2), like)
    b = place(frame, fields.WEIGHTS, integer(a, 3), like)
    z = place(frame, fields.OUTPUTS, integer(a, 4), like)
    inputs, units = integer(a, 5), integer(a, 6)
    mode = integer(a, 7) if integer(a, 3) >= 0 else -1
    if units == 1:
        _columns(x, w, b, z, inputs, units, 0, mode, 1)
        return
    j = 0
    while units - j > 16:
        _columns(x, w, b, z, inputs, units, j, mode, 64)
        j += 64
    if units - j > 8:
        _columns(x, w, b, z, inputs, units, j, mode, 16)
    elif j < units:
        _columns(x, w, b, z, inputs, units, j, mode, 8)


@inlined
def _d_input(dz: Any, w: Any, x: Any, dx: Any, inputs: Any, units: Any, rectified: Any) -> None:
    """dx = dz·Wᵀ, and on through the relu that x comes from if it is `rectified`."""
    for k in range(0, inputs, 8):
        if units == 1:
            dots = fma(broadcast(dz, 0, 8), load(w, k, 8), fill(w, 0.0, 8))
        else:
            dots = eight_dots(w, k * units, units, dz, units)
        if rectified:
            dots = d_relu(load(x, k, 8), dots)
        put(dx, k, dots, inputs - k, 8)


@inlined
def _descend_columns(x, dz, w, inputs, units, alpha, j, width) -> None:
    """Columns j … j + width − 1 of W ← W − (xᵀ·dz)·α."""
    d, rate = load(dz, j, width), broadcast(alpha, 0, width)
    p = j
    for k in range(inputs):
        gradient = fma(broadcast(x, k, width), d, fill(w, 0.0, width))
        put(w, p, descend(load(w, p, width), gradient, rate), units - j, width)
        p += units


@inlined
def _descend_kernel(x: Any, dz: Any, w: Any, inputs: Any, units: Any, alpha: Any) -> None:
    """W ← W − (xᵀ·dz)·α."""
    if units == 1:
        x, dz, inputs, units = dz, x, 1, inputs
    j = 0
    while units - j > 8:
        _descend_columns(x, dz, w, inputs, units, alpha, j, 16)
        j += 16
    if j < units:
        _descend_columns(x, dz, w, inputs, units, alpha, j, 8)


@instruction()
def backward_row(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """dx from the weights as they are, then the descent.

    Numbers: the frame's field and the place of x; place of dz among the deltas; places of W and b
    (−1: none) among the weights; inputs, units; place of dx among the deltas (−1: nobody needs
    it); 1 if x is what a relu passed on, through which dx then goes on.
    """
    x = place(frame, integer(a, 0), integer(a, 1), like)
    dz = place(frame, fields.DELTAS, integer(a, 2), like)
    w, bias = place(frame, fields.WEIGHTS, integer(a, 3), like), integer(a, 4)
    inputs, units = integer(a, 5), integer(a, 6)
    if integer(a, 7) >= 0:
        dx = place(frame, fields.DELTAS, integer(a, 7), like)
        _d_input(dz, w, x, dx, inputs, units, integer(a, 8))
    alpha = place(frame, fields.RATE, 0, like)
    _descend_kernel(x, dz, w, inputs, units, alpha)
    if bias >= 0:
        b, rate = place(frame, fields.WEIGHTS, bias, like), broadcast(alpha, 0, 8)
        for j in range(0, units, 8):
            put(b, j, descend(load(b, j, 8), load(dz, j, 8), rate), units - j, 8)
