"""What the output of one unit decides: where it stands between two classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.losses import BinaryCrossentropy
from engine.pictures.box import activation_name


@dataclass(frozen=True)
class Decision:
    """The output that is as near to the one class as to the other, and those that are the classes.

    `of_logits` tells that the output is a z, whose probability is σ(z).
    """

    threshold: float
    low: float
    high: float
    of_logits: bool = False

    def shade(self, outputs: Any) -> Any:
        """What the paper shows: the activation, or σ(z) where the output is z."""
        # exp of a number ≤ 0 in both branches: no overflow.
        if not self.of_logits:
            return outputs
        e = np.exp(-np.abs(outputs))
        return np.where(outputs >= 0, 1.0, e) / (1.0 + e)


def decision_of(model: Any, there: Any) -> Decision:
    """Return how a model with one output unit decides between the labels that occur.

    A loss with ``from_logits=True`` makes the output a z: the decision is z = 0, where σ(z) = ½.
    A sigmoid's output, or one that is trained with binary crossentropy, is a probability: ½.  Any
    other (tanh, linear, …) is compared with the labels themselves: the middle between the two.

    Raises
    ------
    ValueError
        If there are more than two classes, or text labels where the labels' values are needed.
    """
    if len(there) > 2:
        raise ValueError(
            "Expected two classes for a model with one output unit. "
            f"Received: y with the labels {shown(np.asarray(there).tolist())}"
        )
    crossentropy = isinstance(model._loss, BinaryCrossentropy)
    if crossentropy and model._loss.from_logits:
        return Decision(0.0, 0.0, 1.0, of_logits=True)
    last = model.layers[-1]
    while hasattr(last, "layers"):
        last = last.layers[-1]
    activation = activation_name(last)
    if activation == "sigmoid" or crossentropy:
        return Decision(0.5, 0.0, 1.0)
    labels = np.asarray(there).tolist()
    if len(labels) == 1:
        # The other class is not there: 0 or 1 beside each other, -1 or 1 at the ends of tanh.
        outer = activation == "tanh" and labels == [1]
        pairs = ([-1, 1], [0, 1]) if outer else ([0, 1], [-1, 1])
        labels = next((pair for pair in pairs if labels[0] in pair), labels)
    if len(labels) != 2 or isinstance(labels[0], str):
        raise ValueError(
            "Expected two labels that are numbers, as the output of the last layer "
            f"({activation}) is compared with them. Received: y with the labels {shown(labels)}"
        )
    low, high = map(float, labels)
    return Decision((low + high) / 2, low, high)
