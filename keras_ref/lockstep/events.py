"""What a watched training tells, in order: Start, then Steps and Epochs, End; for each fit anew.

A tensor's name says what it is and, by a number, to which layer of the chain it belongs:

    x, y, w           the batch: features, labels, weights of the rows
    a1, z3            a layer's output; z where the loss works on the logits
    loss              of the batch
    dz3, dW3, db3     gradients, from the last layer to the first
    m(W1), v(W1)      slots of the optimizer
    W1, b1            weights after the update

Within a step the tensors stand in the order of the computation.  Results have their title before
their name: `HISTORY` and so on, filled in; what `predict` returns is called predict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Tensors = dict[str, np.ndarray]

SLOTS = {
    "momentum": "m",
    "velocity": "v",
    "velocity_hat": "v̂",
    "average_gradient": "ḡ",
    "average": "ŵ",
}

RUNNING, HISTORY, EVALUATE = "so far in the epoch: {}", "History: {}", "evaluate: {}"


@dataclass(frozen=True)
class Start:
    """A fit begins: its name, the initial weights, the layers' names, and maybe the formulas."""

    fit: str
    weights: Tensors
    layers: list[str]
    formulas: dict[str, str]


@dataclass(frozen=True)
class Step:
    """A batch is done; `running` are loss and metrics of the epoch so far."""

    number: int
    epoch: int
    batch: int
    tensors: Tensors
    running: dict[str, float]


@dataclass(frozen=True)
class Epoch:
    """An epoch is done, validation included: its line of the History, and the weights."""

    number: int
    logs: dict[str, float]
    weights: Tensors


@dataclass(frozen=True)
class End:
    """A fit is done: what `evaluate` and `predict` say."""

    evaluated: dict[str, float]
    predicted: np.ndarray


Event = Start | Step | Epoch | End


def weight_names(shapes: list[tuple[int, ...]]) -> list[str]:
    """Return W1, b1, W2, … for the shapes of a chain of Dense layers with or without biases."""
    names, layer = [], 0
    for shape in shapes:
        layer += len(shape) == 2
        names.append(f"{'W' if len(shape) == 2 else 'b'}{layer}")
    return names


def dense_layers(model: Any) -> list[Any]:
    """Return the Dense layers of either engine's model."""
    return [layer for layer in model.layers if type(layer).__name__ == "Dense"]


def weights_of(model: Any) -> Tensors:
    """Return copies of the weights of the Dense layers of either engine's model, by name."""
    values = [np.array(w) for layer in dense_layers(model) for w in layer.get_weights()]
    return dict(zip(weight_names([w.shape for w in values]), values, strict=True))
