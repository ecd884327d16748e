"""Activations over whole tensors, and their gradients.

    activation: places of z and a among the outputs, units          a may be z
    gradient: place of a among the outputs, of da among the deltas, units; turns da into dz

A tensor is flat here, unless rows are mentioned (:mod:`engine.kernels.loops`).
"""

from __future__ import annotations

from typing import Any

from engine.activations.elu import d_elu, elu, fused_elu
from engine.activations.leaky_relu import d_leaky_relu, leaky_relu
from engine.activations.relu import d_relu, relu
from engine.activations.sigmoid import d_sigmoid, d_sigmoid_rest, sigmoid
from engine.activations.tanh import d_tanh, tanh
from engine.kernels import fields, onednn
from engine.kernels.compiler import Part, inlined
from engine.kernels.elementary import fused_exp, fused_logistic, fused_tanh
from engine.kernels.instructions import instruction, integer, place
from engine.kernels.lanes import (
    at,
    fill,
    load,
    maximum,
    number,
    put,
    store,
    where,
)
from engine.kernels.loops import over_one, over_two
from engine.kernels.sums import packet_sum
from engine.kernels.tiles import ROWS, from_tile, halving_sums, to_tile, whole_columns


@inlined
def _outputs(frame: Any, a: Any, like: Any) -> Any:
    z = place(frame, fields.OUTPUTS, integer(a, 0), like)
    return z, place(frame, fields.OUTPUTS, integer(a, 1), like)


@inlined
def _output_and_delta(frame: Any, a: Any, like: Any) -> Any:
    p = place(frame, fields.OUTPUTS, integer(a, 0), like)
    return p, place(frame, fields.DELTAS, integer(a, 1), like)


@instruction()
def softmax(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """p = e^(z − max z)·(1/Σ) of each row.

    e^NaN counts as ∞: of a row with a NaN its place becomes NaN and the others 0.
    """
    z, p = _outputs(frame, a, like)
    units = integer(a, 2)
    block = place(frame, fields.SCRATCH, 0, like)
    tile = at(block, ROWS * ROWS)
    following = at(tile, whole_columns(units) * ROWS)
    to_tile(z, 0, units, tile)
    for i in range(0, rows, ROWS):
        # p may be z, and a tile hangs over the last of its rows: read what follows before.
        if i + ROWS < rows:
            to_tile(z, i + ROWS, units, following)
        top = fill(z, -float("inf"), 16)
        for c in range(0, ROWS * units, ROWS):
            top = maximum(top, load(tile, c, 16))
        for c in range(0, ROWS * units, ROWS):
            x = load(tile, c, 16) - top
            store(tile, c, where(x == x, fused_exp(x), float("inf")))
        share = 1.0 / halving_sums(tile, units, block)
        for c in range(0, ROWS * units, ROWS):
            store(tile, c, load(tile, c, 16) * share)
        from_tile(tile, p, i, units)
        tile, following = following, tile


def scratch_needed(units: int) -> int:
    """How many numbers of scratch an activation may use."""
    return (2 * -(-units // 16) + 1) * 16 * ROWS


@inlined
def _d_softmax_row(a: Any, da: Any, products: Any, units: Any) -> None:
    """Turn `da` into (da − Σ da·a)·a in place, the sum by packets."""
    for c in range(0, units, 16):
        put(products, c, load(da, c, 16) * load(a, c, 16), units - c, 16)
    total = number(packet_sum(products, units))
    for c in range(0, units, 16):
        dz = (load(da, c, 16) - fill(da, total, 16)) * load(a, c, 16)
        put(da, c, dz, units - c, 16)


@instruction()
def d_softmax(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Turn da into dz in place."""
    p, dp = _output_and_delta(frame, a, like)
    units, scratch = integer(a, 2), place(frame, fields.SCRATCH, 0, like)
    for i in range(rows):
        _d_softmax_row(at(p, i * units), at(dp, i * units), scratch, units)


def _forward(name: str, loop: Any) -> Part:
    def activation(frame: Any, a: Any, rows: Any, like: Any) -> None:
        z, p = _outputs(frame, a, like)
        loop(z, p, rows * integer(a, 2))

    return instruction(name)(activation)


def _backward(name: str, loop: Any) -> Part:
    def gradient(frame: Any, a: Any, rows: Any, like: Any) -> None:
        p, dp = _output_and_delta(frame, a, like)
        loop(p, dp, dp, rows * integer(a, 2))

    return instruction(name)(gradient)


def _both(name: str, plain: Any, fused: Any) -> tuple[Part, Part]:
    return _forward(name, over_one(plain, plain)), _forward(f"fused_{name}", over_one(fused, fused))


_leaky_relu = _forward("leaky_relu", over_one(leaky_relu, leaky_relu))

FORWARD: dict[str, tuple[Part, Part]] = {
    "relu": _both("relu", relu, onednn.relu),
    "leaky_relu": (_leaky_relu, _leaky_relu),
    "elu": _both("elu", elu, fused_elu),
    "sigmoid": _both("sigmoid", sigmoid, fused_logistic),
    "tanh": _both("tanh", tanh, fused_tanh),
    "softmax": (softmax, softmax),
}
"""Each activation by itself, and right behind a bias."""

BACKWARD: dict[str, Part] = {
    "relu": _backward("d_relu", over_two(d_relu, d_relu)),
    "leaky_relu": _backward("d_leaky_relu", over_two(d_leaky_relu, d_leaky_relu)),
    "elu": _backward("d_elu", over_two(d_elu, d_elu)),
    "sigmoid": _backward("d_sigmoid", over_two(d_sigmoid, d_sigmoid_rest)),
    "tanh": _backward("d_tanh", over_two(d_tanh, d_tanh)),
    "softmax": d_softmax,
}
