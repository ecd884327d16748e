"""Models for which the last bits are not Keras's, and what is promised of them instead.

One table: a new rule is one more entry, a rule that no longer holds is one less.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from engine import activations
from engine.kernels.losses import SOFTMAX_BLOCK

TOLERANCE = 1e-5
"""How far losses may be from Keras's where bits are not promised (docs/parity.md); the row
"Keras" of tests/tolerances.py and the column of ``make parity`` ask for the same."""

LARGEST_KERNEL = 2**18
"""Larger kernels TensorFlow's threads share: 784 × 340 in batches of one row, or 784 × 1,024 in
batches of 128, were found to differ.  How they are shared depends on the number of threads."""

LARGEST_BATCH = 100_000
"""Numbers in a batch of features, or of a layer's results, from about which threads share the sums
over its rows; 96,000 were found to have Keras's bits, 150,000 not."""

USUAL_BATCH = 32
"""Keras's batch_size where none is named."""


class Asked(NamedTuple):
    """What a rule looks at."""

    layers: list[Any]
    """The Dense layers."""
    optimizer: Any
    rows: int
    names: list[str]
    """Of the model and of all its layers, in order; none without a model."""


class Rule(NamedTuple):
    """Where `applies`, `sentence` is a reason why not bits, and `tolerance` what is promised."""

    sentence: str
    tolerance: float
    applies: Callable[[Asked], bool]


def widths(layers: list[Any]) -> list[int]:
    """Features and units, layer by layer; without layers one feature."""
    first = layers[0].kernel.shape[0] if layers else 1
    return [first, *(layer.units for layer in layers)]


def _largest_kernel(layers: list[Any]) -> int:
    return max((a * b for a, b in pairwise(widths(layers))), default=0)


MAGNIFIES = (
    "A crossentropy on probabilities, without logits, divides by small numbers: where the bits "
    "differ no bound is promised."
)


def on_probabilities(layers: list[Any], loss: Any) -> bool:
    """Whether the loss is a crossentropy that finds no logits and clips probabilities."""
    if loss is None or not layers or loss.forms[0] == loss.forms[1] or loss.from_logits:
        return False
    return layers[-1].activation not in (activations.sigmoid, activations.softmax)


def _penalty_before_the_loss(asked: Asked) -> bool:
    """Whether the gradient of a penalty on the output comes before those of a loss on logits.

    A binary crossentropy on logits has four of its own.  TensorFlow adds all in the order of their
    names, and those of the loss begin with compile_loss; the engine adds the loss's first.
    """
    if not asked.layers or not asked.names or asked.names[-1] != asked.layers[-1].name:
        return False
    last = asked.layers[-1]
    on_logits = (activations.linear, activations.sigmoid)
    early = f"{asked.names[0]}_1/" < "compile_loss/"
    return early and last.activity_regularizer is not None and last.activation in on_logits


RULES = (
    Rule(
        "An activity_regularizer of the output, in a model whose name comes before compile_loss: "
        "TensorFlow adds the gradients of a loss on logits in the order of names.",
        TOLERANCE,
        _penalty_before_the_loss,
    ),
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
        f"A kernel of more than {LARGEST_KERNEL:,} weights: TensorFlow's threads share its "
        "products.",
        TOLERANCE,
        lambda asked: _largest_kernel(asked.layers) > LARGEST_KERNEL,
    ),
    Rule(
        f"Batches of more than {LARGEST_BATCH:,} numbers: TensorFlow's threads share their sums.",
        TOLERANCE,
        lambda asked: asked.rows * max(widths(asked.layers)) > LARGEST_BATCH,
    ),
    Rule(
        "Adam with epsilon=0: TensorFlow divides by the root in another way.",
        TOLERANCE,
        lambda asked: getattr(asked.optimizer, "epsilon", 1) == 0,
    ),
)  # fmt: skip
