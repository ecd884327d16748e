"""Layers without trained weights, which change each number of a row by itself.

    scaling         y = x·scale + offset            dx = dy·scale
    normalization   y = (x − mean) / spread         dx = dy/spread
    inverse         y = mean + x·spread             dx = dy·spread
    dropout         y = x·scale where u ≥ rate, else 0      dx = dy·scale there, else 0

Each product, quotient and sum is rounded.  The u of a batch are drawn anew for every step from the
seed pair (seed, count) of the layer (:mod:`engine.random.philox`), in the order of the numbers;
the count goes up by one.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import Part, formula, inlined
from engine.kernels.instructions import instruction, integer, place, put_integer
from engine.kernels.lanes import at, broadcast, fill, load, located, put, store, where
from engine.random.box_muller import unit32, unit64
from engine.random.philox import stateless_key, words_at

SEED_MODULUS = 2**31 - 2
"""Seeds are taken modulo this, as Keras does to make an int32 of each."""


@formula
def scaled(x: Any, scale: Any, offset: Any) -> Any:
    """x·scale + offset."""
    return x * scale + offset


@formula
def d_scaled(dy: Any, scale: Any, offset: Any) -> Any:
    """dy·scale."""
    return dy * scale


@formula
def normalized(x: Any, mean: Any, spread: Any) -> Any:
    """(x − mean) / spread."""
    return (x - mean) / spread


@formula
def d_normalized(dy: Any, mean: Any, spread: Any) -> Any:
    """dy/spread."""
    return dy / spread


@formula
def spread_out(x: Any, mean: Any, spread: Any) -> Any:
    """Mean + x·spread."""
    return mean + x * spread


@formula
def d_spread_out(dy: Any, mean: Any, spread: Any) -> Any:
    """dy·spread."""
    return dy * spread


def _over_columns(name: str, function: Any, from_deltas: bool) -> Part:
    """out[i, j] = function(x[i, j], first[j], second[j]).

    Numbers: the frame's field and the place of x, place of the result, units, place of the two
    constants of the first column.
    """
    target = fields.DELTAS if from_deltas else fields.OUTPUTS

    def columns(frame: Any, a: Any, rows: Any, like: Any) -> None:
        x = place(frame, integer(a, 0), integer(a, 1), like)
        out, units = place(frame, target, integer(a, 2), like), integer(a, 3)
        first = place(frame, fields.CONSTANTS, integer(a, 4), like)
        second = at(first, units)
        for i in range(rows):
            for j in range(0, units, 16):
                k = i * units + j
                y = function(load(x, k, 16), load(first, j, 16), load(second, j, 16))
                put(out, k, y, units - j, 16)

    return instruction(name)(columns)


FORWARD_FORMULAS = {"scaling": scaled, "normalization": normalized, "inverse": spread_out}
BACKWARD_FORMULAS = {"scaling": d_scaled, "normalization": d_normalized, "inverse": d_spread_out}

FORWARD = {name: _over_columns(name, f, False) for name, f in FORWARD_FORMULAS.items()}
BACKWARD = {name: _over_columns(f"d_{name}", f, True) for name, f in BACKWARD_FORMULAS.items()}


@inlined
def _draws_32(seeds: Any, out: Any, n: Any) -> None:
    """n numbers in [0, 1), and room for three more, from the stream of a seed pair."""
    key = stateless_key(integer(seeds, 0) % SEED_MODULUS, integer(seeds, 1) % SEED_MODULUS)
    for g in range((n + 3) // 4):
        w = words_at(key, g)
        for j in range(4):
            store(out, 4 * g + j, fill(out, unit32(w[j]), 1))


@inlined
def _draws_64(seeds: Any, out: Any, n: Any) -> None:
    """The same of float64, two from each block."""
    key = stateless_key(integer(seeds, 0) % SEED_MODULUS, integer(seeds, 1) % SEED_MODULUS)
    for g in range((n + 1) // 2):
        w = words_at(key, g)
        store(out, 2 * g, fill(out, unit64(w[0], w[1]), 1))
        store(out, 2 * g + 1, fill(out, unit64(w[2], w[3]), 1))


def _dropout(name: str, draws: Any) -> Part:
    """An instruction.

    Numbers: field and place of x, place of y, units, place of the constants, which seed pair, place
    of the u among the outputs, where they stay for the way back, and 1 to draw them.
    The constants are rate and scale.  Where everything is dropped Keras draws nothing.
    """

    def dropout(frame: Any, a: Any, rows: Any, like: Any) -> None:
        x = place(frame, integer(a, 0), integer(a, 1), like)
        y, n = place(frame, fields.OUTPUTS, integer(a, 2), like), rows * integer(a, 3)
        constants = place(frame, fields.CONSTANTS, integer(a, 4), like)
        seeds = at(located(integer(frame, fields.SEEDS), frame), 2 * integer(a, 5))
        u = place(frame, fields.OUTPUTS, integer(a, 6), like)
        rate, scale = broadcast(constants, 0, 16), broadcast(constants, 1, 16)
        if integer(a, 7) > 0:
            draws(seeds, u, n)
            put_integer(seeds, 1, integer(seeds, 1) + 1)
        for k in range(0, n, 16):
            kept = load(u, k, 16) >= rate
            put(y, k, where(kept, load(x, k, 16) * scale, 0.0), n - k, 16)

    return instruction(name)(dropout)


DROPOUT = {
    "float32": _dropout("dropout_32", _draws_32),
    "float64": _dropout("dropout_64", _draws_64),
}


@instruction()
def d_dropout(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Numbers: places of dy and dx among the deltas, units, of the constants, of the u."""
    dy = place(frame, fields.DELTAS, integer(a, 0), like)
    dx, n = place(frame, fields.DELTAS, integer(a, 1), like), rows * integer(a, 2)
    constants = place(frame, fields.CONSTANTS, integer(a, 3), like)
    u = place(frame, fields.OUTPUTS, integer(a, 4), like)
    rate, scale = broadcast(constants, 0, 16), broadcast(constants, 1, 16)
    for k in range(0, n, 16):
        kept = load(u, k, 16) >= rate
        put(dx, k, where(kept, load(dy, k, 16), 0.0) * scale, n - k, 16)
