"""Models for which the last bits are not Keras's, and what is promised of them instead.

One table: a new rule is one more entry, a rule that no longer holds is one less.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from engine import activations
from engine.kernels.losses import SOFTMAX_BLOCK

TOLERANCE = 1e-5
"""How far losses may be from Keras's where bits are not promised (docs/parity.md); the row
"Keras" of tests/tolerances.py and the column of ``make parity`` ask for the same."""

NO_BOUND = math.inf

LARGEST_BATCH = 8192
"""Beyond it TensorFlow adds the losses of a batch in an order that is not known."""

LARGEST_KERNEL = 900 * 512
"""Kernels of so many weights were compared with the same bits; 784 × 1,024 at 128 rows was found
to differ, as TensorFlow cuts large products otherwise."""


class Asked(NamedTuple):
    """What a rule looks at."""

    layers: list[Any]
    loss: Any
    batch_size: int | None


class Rule(NamedTuple):
    """Where `applies`, `sentence` is a reason why not bits, and `tolerance` what is promised."""

    sentence: str
    tolerance: float
    applies: Callable[[Asked], bool]


def _kernels(layers: list[Any]) -> list[int]:
    """How many weights the kernels have, as far as it is known before the model is built."""
    before = [None, *(layer.units for layer in layers)]
    inputs = [
        layer.kernel.shape[0] if layer.built else units
        for layer, units in zip(layers, before, strict=False)
    ]
    return [(n or 0) * layer.units for n, layer in zip(inputs, layers, strict=True)]


def _on_probabilities(asked: Asked) -> bool:
    """A crossentropy that finds no logits, so that it clips probabilities and divides by them.

    Binary on a single linear output is compared with Keras and has its bits.
    """
    loss = asked.loss
    if loss is None or loss.forms[0] == loss.forms[1] or loss.from_logits:
        return False
    last = asked.layers[-1]
    if last.activation in (activations.sigmoid, activations.softmax):
        return False
    plain = last.activation is activations.linear and last.units == 1
    return not (plain and loss.name == "binary_crossentropy")


RULES = (
    Rule(
        "The model computes in float64; Keras's bits are promised for float32.",
        TOLERANCE,
        lambda asked: any(layer.dtype != "float32" for layer in asked.layers),
    ),
    Rule(
        "tanh behind a bias: the engine does not have the table of coefficients of oneDNN's tanh.",
        TOLERANCE,
        lambda asked: any(
            layer.activation is activations.tanh and layer.use_bias for layer in asked.layers
        ),
    ),
    Rule(
        "softmax in a hidden layer: the order of sums in its gradient is not known.",
        TOLERANCE,
        lambda asked: any(
            layer.activation is activations.softmax for layer in asked.layers[:-1]
        ),
    ),
    Rule(
        "A crossentropy on probabilities, without logits: clipping and dividing by small numbers "
        "magnify roundings, and no bound is promised.",
        NO_BOUND,
        _on_probabilities,
    ),
    Rule(
        f"softmax of more than {SOFTMAX_BLOCK:,} classes: the order of sums is not known.",
        TOLERANCE,
        lambda asked: any(
            layer.activation is activations.softmax and layer.units > SOFTMAX_BLOCK
            for layer in asked.layers
        ),
    ),
    Rule(
        f"A kernel of more than {LARGEST_KERNEL:,} weights: the order of sums is not known.",
        TOLERANCE,
        lambda asked: max(_kernels(asked.layers), default=0) > LARGEST_KERNEL,
    ),
    Rule(
        f"Batches of more than {LARGEST_BATCH:,} rows: the order of sums is not known.",
        TOLERANCE,
        lambda asked: asked.batch_size is not None and asked.batch_size > LARGEST_BATCH,
    ),
)  # fmt: skip
