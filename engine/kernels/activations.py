"""Activations over whole tensors: which code stands for which formula; and the softmax.

A tensor is flat here, unless rows are mentioned (:mod:`engine.kernels.loops`).
"""

from __future__ import annotations

from typing import Any

from engine.activations.elu import d_elu, elu, fused_elu
from engine.activations.leaky_relu import d_leaky_relu, leaky_relu
from engine.activations.relu import d_relu, relu
from engine.activations.sigmoid import d_sigmoid, d_sigmoid_rest, sigmoid
from engine.activations.tanh import d_tanh, tanh
from engine.kernels import onednn
from engine.kernels.compiler import inlined, piece
from engine.kernels.elementary import fused_exp, fused_logistic, fused_tanh
from engine.kernels.lanes import (
    at,
    fill,
    keep_first,
    load,
    maximum,
    number,
    put,
    sum_halves,
    where,
)
from engine.kernels.loops import over_one, over_two
from engine.kernels.sums import packet_sum

LINEAR, RELU, LEAKY_RELU, ELU, SIGMOID, TANH, SOFTMAX = range(7)
CODES = {
    "linear": LINEAR,
    "relu": RELU,
    "leaky_relu": LEAKY_RELU,
    "elu": ELU,
    "sigmoid": SIGMOID,
    "tanh": TANH,
    "softmax": SOFTMAX,
}


_relu = over_one(relu, relu)
_fused_relu = over_one(onednn.relu, onednn.relu)
_leaky_relu = over_one(leaky_relu, leaky_relu)
_elu = over_one(elu, elu)
_fused_elu = over_one(fused_elu, fused_elu)
_sigmoid = over_one(sigmoid, sigmoid)
_fused_sigmoid = over_one(fused_logistic, fused_logistic)
_tanh = over_one(tanh, tanh)
_fused_tanh = over_one(fused_tanh, fused_tanh)
_d_relu = over_two(d_relu, d_relu)
_d_leaky_relu = over_two(d_leaky_relu, d_leaky_relu)
_d_elu = over_two(d_elu, d_elu)
_d_sigmoid = over_two(d_sigmoid, d_sigmoid_rest)
_d_tanh = over_two(d_tanh, d_tanh)


@inlined
def row_maximum(z: Any, units: Any) -> Any:
    """The largest of z[0:units]."""
    largest = load(z, 0, 1)
    for c in range(1, units):
        largest = maximum(largest, load(z, c, 1))
    return largest


@inlined
def _largest_number(z: Any, units: Any) -> Any:
    """The largest of z[0:units] that is a number; −∞ if none is."""
    largest = fill(z, -float("inf"), 1)
    for c in range(units):
        largest = maximum(largest, load(z, c, 1))
    return largest


@inlined
def _exp_lanes(z: Any, largest: Any, a: Any, c: Any, units: Any) -> Any:
    x = load(z, c, 16) - fill(z, largest, 16)
    e = keep_first(where(x == x, fused_exp(x), float("inf")), units - c)
    put(a, c, e, units - c, 16)
    return e


@piece
def softmax_row(z: Any, a: Any, units: Any) -> None:
    """a = e^(z − max z)·(1/Σ) of one row, as oneDNN adds it up.

    Sixteen lanes; up to four accumulators take turns over the whole vectors, the incomplete last
    vector joins the first; accumulators are added in pairs, then upper halves onto lower halves.
    e^NaN counts as ∞: of a row with a NaN its place becomes NaN and the others 0.
    """
    from_row = number(_largest_number(z, units))
    vectors = units // 16
    turns = min(4, vectors) if vectors > 1 else 1
    s0 = s1 = s2 = s3 = fill(z, 0.0, 16)
    for v in range((units + 15) // 16):
        e = _exp_lanes(z, from_row, a, 16 * v, units)
        turn = v % turns if v < vectors else 0
        if turn == 0:
            s0 = s0 + e
        elif turn == 1:
            s1 = s1 + e
        elif turn == 2:
            s2 = s2 + e
        else:
            s3 = s3 + e
    if turns > 1:
        s0 = s0 + s1
    if turns > 2:
        s0 = s0 + (s2 + s3 if turns > 3 else s2)
    share = number(1.0 / sum_halves(s0))
    for c in range(0, units, 16):
        put(a, c, load(a, c, 16) * fill(z, share, 16), units - c, 16)


@inlined
def _d_softmax_row(a: Any, da: Any, products: Any, units: Any) -> None:
    """Turn `da` into (da − Σ da·a)·a in place, the sum by packets."""
    for c in range(0, units, 16):
        put(products, c, load(da, c, 16) * load(a, c, 16), units - c, 16)
    total = number(packet_sum(products, units))
    for c in range(0, units, 16):
        dz = (load(da, c, 16) - fill(da, total, 16)) * load(a, c, 16)
        put(da, c, dz, units - c, 16)


@piece
def forward(code: Any, fused: Any, z: Any, a: Any, rows: Any, units: Any) -> None:
    """a = activation(z); `a` may be `z`.  `fused` tells that the activation follows a bias."""
    n = rows * units
    if code == RELU:
        if fused:
            _fused_relu(z, a, n)
        else:
            _relu(z, a, n)
    elif code == LEAKY_RELU:
        _leaky_relu(z, a, n)
    elif code == ELU:
        if fused:
            _fused_elu(z, a, n)
        else:
            _elu(z, a, n)
    elif code == SIGMOID:
        if fused:
            _fused_sigmoid(z, a, n)
        else:
            _sigmoid(z, a, n)
    elif code == TANH:
        if fused:
            _fused_tanh(z, a, n)
        else:
            _tanh(z, a, n)
    elif code == SOFTMAX:
        for i in range(rows):
            softmax_row(at(z, i * units), at(a, i * units), units)


@piece
def backward(code: Any, a: Any, da: Any, scratch: Any, rows: Any, units: Any) -> None:
    """Turn `da` into dz in place, from the activation `a`; `scratch` has room for a row."""
    n = rows * units
    if code == RELU:
        _d_relu(a, da, da, n)
    elif code == LEAKY_RELU:
        _d_leaky_relu(a, da, da, n)
    elif code == ELU:
        _d_elu(a, da, da, n)
    elif code == SIGMOID:
        _d_sigmoid(a, da, da, n)
    elif code == TANH:
        _d_tanh(a, da, da, n)
    elif code == SOFTMAX:
        for i in range(rows):
            _d_softmax_row(at(a, i * units), at(da, i * units), scratch, units)
