"""Numbers worked out by hand, and what checks a training against them.

The 2-2-2 network is Matt Mazur's "A Step by Step Backpropagation Example" (2015), the one most
often worked by hand.  It measures the error as ½·Σ(target − output)², the engine as the mean of
the squares, here of two outputs: both have the same gradient, so its rate of 0.5 stays 0.5.  It
updates no biases; kernels alone are compared.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

import engine
from engine.optimizers import Adam
from engine.study import step, worked_example

PUBLISHED_OUTPUTS = np.array([0.75136507, 0.772928465])
PUBLISHED_LOSS = 0.298371109
PUBLISHED_WEIGHTS = {
    "w1": 0.149780716,
    "w2": 0.19956143,
    "w3": 0.24975114,
    "w4": 0.29950229,
    "w5": 0.35891648,
    "w6": 0.408666186,
    "w7": 0.511301270,
    "w8": 0.561370121,
}

PUBLISHED_DIGITS = (
    # forward: net inputs, outputs, the errors of the outputs and their sum
    "0.3775", "0.593269992", "0.596884378", "1.105905967", "0.75136507", "0.772928465",
    "0.274811083", "0.023560026", "0.298371109",
    # backward through the output layer: the error's slope, the sigmoid's, δ, a gradient
    "0.74136507", "0.186815602", "0.138498562", "0.082167041",
    # through the hidden layer: both ways to the first unit, their sum, its slope, a gradient
    "0.055399425", "0.019049119", "0.036350306", "0.241300709", "0.000438568",
    # update
    *map(str, PUBLISHED_WEIGHTS.values()),
)  # fmt: skip
"""All numbers of the first step as they are printed there, without their signs."""

PUBLISHED_NEXT_LOSS = 0.291027924
"""The error after the first step, whose biases stay as they were; the text goes on with rounded
weights, so that six decimals are right."""


def assert_digits(text: str) -> None:
    """Every published number stands in the text: some number there is it, to one unit of its last
    digit (the text calculates with rounded numbers: −0.0190491183 is −0.019049119 there)."""
    told = [float(number) for number in re.findall(r"\d+\.\d+(?![\de])", text)]
    for digits in PUBLISHED_DIGITS:
        unit = 10.0 ** -len(digits.split(".")[1])
        assert min(abs(number - float(digits)) for number in told) <= 0.9 * unit, digits


Trained = Callable[[Any, Any, Any], list[Any]]


def published_network() -> tuple[Any, Any, Any]:
    """The model, its input and its target, in the numbers that are configured."""
    return worked_example(engine.config.floatx())


def assert_published(trained: Trained) -> None:
    """One step gives the published outputs, loss and eight weights."""
    model, x, y = published_network()
    done = step(model, x, y)
    assert np.abs(done.layers[-1].a[0] - PUBLISHED_OUTPUTS).max() < 1e-7
    assert abs(done.loss - PUBLISHED_LOSS) < 1e-7
    first, _, second, _ = trained(model, x, y)
    weights = np.concatenate([first.T.ravel(), second.T.ravel()])
    for (name, expected), actual in zip(PUBLISHED_WEIGHTS.items(), weights, strict=True):
        assert abs(actual - expected) < 1e-7, f"{name}: {actual:.9f} is not {expected}"


def one_weight(optimizer: Any, target: float = 0.5) -> tuple[Any, Any, Any]:
    """p = w·x with w = 1 and no bias; for x = 1 the gradient is 2·(1 − target)."""
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1, use_bias=False)])
    model.compile(optimizer, "mse")
    model.set_weights([[[1.0]]])
    return model, np.ones((1, 1)), np.full((1, 1), target)


def assert_adam_by_hand(trained: Trained) -> None:
    """First steps of Adam(0.1), worked out in decimals.

    In float32 1 − 0.999 is off by 5e-5 of itself, so a step is by 2.4e-5.

    g = 1:     m = 0.1, v = 0.001, α₁ = 0.1·√0.001/0.1 = 0.0316228;
               the step is 0.00316228/(0.0316228 + 1e-7) = 0.0999997.
    g = 1e-6:  m = 1e-7, √v = 3.16228e-8; the step is 3.16228e-9/(3.16228e-8 + 1e-7) = 0.0240253.
               With ε beside the corrected root it would be 0.1·1e-6/(1e-6 + 1e-7) = 0.0909.
    then g = 0.5 after g = 1 (the target moves along): m = 0.09 + 0.05 = 0.14,
               v = 0.000999 + 0.00025 = 0.001249, α₂ = 0.1·√(1 − 0.998001)/(1 − 0.81) = 0.0235319;
               the step is 0.0032944661/(0.0353412 + 1e-7) = 0.0932184.
    """
    model, x, y = one_weight(Adam(0.1))
    kernel = trained(model, x, y)[0]
    assert abs(kernel[0, 0] - (1 - 0.0999997)) < 5e-6, kernel
    # A gradient of 1e-6 from an input of 1e-6, so that nothing is lost in 1 − p.
    model, x, y = one_weight(Adam(0.1))
    kernel = trained(model, np.full((1, 1), 1e-6), np.full((1, 1), -0.5))[0]
    assert abs(kernel[0, 0] - (1 - 0.0240253)) < 5e-6, kernel
    model, x, y = one_weight(Adam(0.1))
    model.train_on_batch(x, y)
    start = model.get_weights()[0][0, 0]
    kernel = trained(model, x, np.full((1, 1), start - 0.25))[0]
    assert abs(start - kernel[0, 0] - 0.0932184) < 5e-6, start - kernel[0, 0]
