"""What layers without trained weights do to the numbers of a step, with the bits of the kernels.

    forward    output = f(input), number by number
    backward   dinput = doutput·slope

f and its slope are the formulas of :mod:`engine.kernels.stages`.  A Dropout draws what the next
batch will be given, and does not count it as a draw.

Shapes
    input, output and their gradients ``(rows, units)``, whatever axes the rows of the layer have.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.kernels.memory import Array
from engine.kernels.stages import BACKWARD_FORMULAS, FORWARD_FORMULAS
from engine.layers.dropout import Dropout
from engine.layers.layer import Layer
from engine.random import uniform
from engine.study.trace import StageTrace

CONSTANTS = {
    "dropout": ("rate", "scale"),
    "scaling": ("scale", "offset"),
    "normalization": ("mean", "spread"),
    "inverse": ("mean", "spread"),
}
"""The names of the two numbers, or rows of numbers, in the formulas of each kind."""


def through(layer: Layer, x: Array, behind: int) -> StageTrace:
    """Forward through a layer, in training; it follows the Dense layer of number `behind`."""
    if layer.stage is None:
        return StageTrace(layer.name, "unchanged", behind, x, x, {})
    pair = [np.asarray(v, x.dtype) for v in layer.constants()]
    constants = dict(zip(CONSTANTS[layer.stage], pair, strict=True))
    draws = draws_of(layer, x) if isinstance(layer, Dropout) else None
    stage = StageTrace(layer.name, layer.stage, behind, x, x, constants, draws)
    return replace(stage, output=made(stage, x))


def made(stage: StageTrace, x: Array) -> Array:
    """What the layer makes of `x`, with the same constants and draws."""
    if stage.kind == "unchanged":
        return x
    if stage.kind == "dropout":
        kept = _kept(stage.draws, stage.constants, x)
        return np.where(kept, x * stage.constants["scale"], x.dtype.type(0))
    return np.asarray(FORWARD_FORMULAS[stage.kind](x, *stage.constants.values()))


def back_through(stage: StageTrace, doutput: Array) -> StageTrace:
    """The layer with its gradients, from that of what it made."""
    if stage.kind == "unchanged":
        return replace(stage, doutput=doutput, dinput=doutput)
    if stage.kind == "dropout":
        kept = _kept(stage.draws, stage.constants, doutput)
        dinput = np.where(kept, doutput, doutput.dtype.type(0)) * stage.constants["scale"]
    else:
        dinput = BACKWARD_FORMULAS[stage.kind](doutput, *stage.constants.values())
    return replace(stage, doutput=doutput, dinput=dinput)


def draws_of(layer: Dropout, x: Array) -> Array | None:
    """The numbers in [0, 1) for the next batch; None where everything is dropped unseen."""
    if layer.rate == 1:
        return None
    state = layer.seed_generator.state
    draws = uniform(x.shape, dtype=x.dtype.name, seed=layer.seed_generator)
    layer.seed_generator.state = state
    return draws


def _kept(draws: Array | None, constants: dict[str, Array], like: Array) -> Array:
    """Where a dropout lets numbers pass."""
    return np.zeros(like.shape, bool) if draws is None else draws >= constants["rate"]
