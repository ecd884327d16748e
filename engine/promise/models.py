"""Models for which the last bits are not Keras's, and what is promised of them instead.

One table: a new rule is one more entry, a rule that no longer holds is one less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from engine import activations
from engine.kernels.losses import SOFTMAX_BLOCK

TOLERANCE = 1e-5
"""How far losses may be from Keras's where bits are not promised (docs/parity.md); the row
"Keras" of tests/tolerances.py and the column of ``make parity`` ask for the same."""

LARGEST_KERNEL, MOST_ROWS = 900 * 512, 64
"""Kernels of so many weights were compared with the same bits at up to 1,024 rows; larger ones at
up to 64.  784 × 1,024 at 128 rows was found to differ: TensorFlow cuts such products otherwise."""


class Asked(NamedTuple):
    """What a rule looks at."""

    layers: list[Any]
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


RULES = (
    Rule(
        "The model computes in float64; Keras's bits are promised for float32.",
        TOLERANCE,
        lambda asked: any(layer.dtype != "float32" for layer in asked.layers),
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
        f"A kernel of more than {LARGEST_KERNEL:,} weights in batches of more than {MOST_ROWS} "
        "rows: the order of sums is not known.",
        TOLERANCE,
        lambda asked: max(_kernels(asked.layers), default=0) > LARGEST_KERNEL
        and (asked.batch_size is None or asked.batch_size > MOST_ROWS),
    ),
)  # fmt: skip
