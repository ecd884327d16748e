"""Small stand-ins for the engine's models: only what the pictures read."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


def relu(x):
    return x


def sigmoid(x):
    return x


def softmax(x):
    return x


class InputLayer:
    trainable = True
    dtype = "float32"

    def __init__(self, inputs, name="input_layer"):
        self.name = name
        self.input_shape = self.output_shape = (None, inputs)

    def count_params(self):
        return 0


class Dense:
    dtype = "float32"

    def __init__(self, inputs, units, activation, name, trainable=True):
        self.name, self.units, self.activation, self.trainable = name, units, activation, trainable
        self.input_shape, self.output_shape = (None, inputs), (None, units)

    def count_params(self):
        return (self.input_shape[-1] + 1) * self.units


class Flatten(InputLayer):
    pass


class Sequential:
    built = True
    trainable = True
    dtype = "float32"

    def __init__(self, layers, name="sequential"):
        self.name, self.layers = name, layers
        self.input_shape, self.output_shape = layers[0].input_shape, layers[-1].output_shape

    def count_params(self):
        return sum(layer.count_params() for layer in self.layers)


def dense_chain(*widths, last=sigmoid, name="sequential"):
    layers = []
    for number, (inputs, units) in enumerate(zip(widths, widths[1:], strict=False)):
        activation = last if number == len(widths) - 2 else relu
        suffix = f"_{number}" if number else ""
        layers.append(Dense(inputs, units, activation, f"dense{suffix}"))
    return Sequential(layers, name)


@pytest.fixture
def stand_ins():
    """The stand-in classes, and `chain(8, 8, 1)` for a Dense network with these widths."""
    return SimpleNamespace(
        InputLayer=InputLayer,
        Dense=Dense,
        Flatten=Flatten,
        Sequential=Sequential,
        chain=dense_chain,
        relu=relu,
        softmax=softmax,
    )


@pytest.fixture(autouse=True)
def leaves_no_global_state():
    """Every test of this room: pyplot's open figures and the settings are as before."""
    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.get_backend()
    figures, settings = plt.get_fignums(), dict(matplotlib.rcParams)
    yield
    assert plt.get_fignums() == figures
    assert dict(matplotlib.rcParams) == settings
