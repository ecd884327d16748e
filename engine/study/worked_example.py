"""The 2-2-2 network that is most often worked by hand.

    x = (0.05, 0.10)        inputs          target = (0.01, 0.99)
    w₁ … w₄ = 0.15 0.20 0.25 0.30           b₁ = 0.35
    w₅ … w₈ = 0.40 0.45 0.50 0.55           b₂ = 0.60
    sigmoid in both layers, a step with learning rate 0.5

w₁ and w₂ lead into the first hidden unit, so they are a column of the kernel.  There the error is
½·Σ(target − output)², here the mean of the squares of two outputs: the same number and gradient.
There the biases stay as they are; Keras and the engine train them, which changes no number of the
first step but theirs.  :func:`worked_steps` puts them back after each step.

Source: Matt Mazur (2015), A Step by Step Backpropagation Example.  It prints among others the
net input 0.3775, the outputs 0.75136507 and 0.772928465, the error 0.298371109, the gradient
0.082167041 and the new weights 0.35891648 (w₅) and 0.149780716 (w₁).  It goes on with rounded
numbers: its error after the first step, 0.291027924, is 0.291027774 when all digits are kept.

>>> model, x, y = worked_example()
>>> round(model.trace(x, y).loss, 9)
0.298371109
>>> [round(step.loss, 9) for step in worked_steps(2)]
[0.298371109, 0.291027774]
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.memory import Array
from engine.layers import Dense, Input
from engine.models.sequential import Sequential
from engine.optimizers import SGD
from engine.study.trace import Trace


def worked_example(dtype: str = "float64") -> tuple[Any, Array, Array]:
    """The compiled model, its one row and its target; float64 has all published digits."""
    model = Sequential(
        [
            Input((2,), dtype=dtype),
            Dense(2, "sigmoid", name="hidden", dtype=dtype),
            Dense(2, "sigmoid", name="output", dtype=dtype),
        ],
        name="worked_example",
    )
    model.compile(SGD(0.5), "mse")
    model.set_weights(
        [
            np.array([[0.15, 0.25], [0.20, 0.30]]),
            np.array([0.35, 0.35]),
            np.array([[0.40, 0.50], [0.45, 0.55]]),
            np.array([0.60, 0.60]),
        ]
    )
    return model, np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])


def worked_steps(count: int) -> list[Trace]:
    """The first steps of the example, the biases being put back after each."""
    model, x, y = worked_example()
    _, first, _, second = model.get_weights()
    steps = []
    for _ in range(count):
        steps.append(model.trace(x, y, apply=True))
        kernels = model.get_weights()[::2]
        model.set_weights([kernels[0], first, kernels[1], second])
    return steps
