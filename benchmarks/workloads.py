"""What is trained: the five tutorials' networks and three larger ones, as plain arrays.

A workload holds everything that makes a training: rows, layers, loss, optimizer, and the initial
weights and the order of the rows that the engine and Keras draw from seed 0.  So every peer starts
from the same numbers, and visits the rows in the same order in every epoch, as Keras does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import datasets
import engine
from keras_ref.tutorials.sherlock_neuron import ROWS as SHERLOCK_ROWS

SEED = 0


@dataclass(frozen=True)
class Workload:
    """A training.

    Attributes
    ----------
    key : str
        Its name in tables and on the command line.
    x, y : arrays
        Features (rows, inputs); labels (rows,) of 0 and 1, or one-hot (rows, classes).
    validation : pair of arrays or None
        Rows that the tutorial validates on after each epoch.
    layers : tuple of int
        Inputs, hidden units (relu), outputs: one sigmoid, or a softmax.
    optimizer : str
        "sgd" or "adam".
    batch, epochs : int
        Rows of a step; passes over the rows.
    tutorial : bool
        Whether it is one of the five tutorials.
    """

    key: str
    x: np.ndarray
    y: np.ndarray
    layers: tuple[int, ...]
    optimizer: str
    learning_rate: float
    batch: int
    epochs: int
    validation: tuple[np.ndarray, np.ndarray] | None = None
    tutorial: bool = True

    @property
    def classes(self) -> int:
        """How many outputs; 1 is a sigmoid."""
        return self.layers[-1]

    @property
    def steps(self) -> int:
        """Updates in a fit."""
        return self.epochs * -(-len(self.x) // self.batch)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum((a + 1) * b for a, b in zip(self.layers, self.layers[1:], strict=False))

    def model(self, keras: Any) -> Any:
        """The compiled model, in Keras or the engine, after setting the seed."""
        keras.utils.set_random_seed(SEED)
        model = keras.Sequential([keras.Input(shape=(self.layers[0],))])
        for units in self.layers[1:-1]:
            model.add(keras.layers.Dense(units, activation="relu"))
        model.add(
            keras.layers.Dense(
                self.classes, activation="sigmoid" if self.classes == 1 else "softmax"
            )
        )
        optimizers = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
        model.compile(
            optimizer=optimizers[self.optimizer](learning_rate=self.learning_rate),
            loss="binary_crossentropy" if self.classes == 1 else "categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    def initial_weights(self) -> list[np.ndarray]:
        """Kernel, bias, kernel, bias … as the seed draws them."""
        return [np.array(w) for w in self.model(engine).get_weights()]

    def ordered(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and labels in the order in which every epoch visits them."""
        order = engine.random.epoch_order(len(self.x), SEED)
        return np.ascontiguousarray(self.x[order]), np.ascontiguousarray(self.y[order])

    def loss_of(self, weights: list[np.ndarray]) -> float:
        """The mean loss over all rows, in double precision: what the peers are compared by."""
        a = self.x.astype(np.float64)
        pairs = list(zip(weights[::2], weights[1::2], strict=True))
        for kernel, bias in pairs[:-1]:
            a = np.maximum(a @ kernel.astype(np.float64) + bias, 0.0)
        z = a @ pairs[-1][0].astype(np.float64) + pairs[-1][1]
        if self.classes == 1:
            z = z[:, 0]
            return float(np.mean(np.logaddexp(0.0, z) - z * self.y))
        shifted = z - z.max(axis=1, keepdims=True)
        logs = np.log(np.exp(shifted).sum(axis=1))
        return float(np.mean(logs - (shifted * self.y).sum(axis=1)))


def _arrays(split: Any) -> tuple[np.ndarray, ...]:
    return tuple(np.ascontiguousarray(v, np.float32) for v in split.arrays())


def _pima_sgd() -> Workload:
    x, y, _, _ = _arrays(datasets.pima_sgd_split())
    return Workload("pima-sgd", x, y, (8, 8, 8, 1), "sgd", 0.01, batch=1, epochs=4)


def _sherlock() -> Workload:
    x, y, *rest = _arrays(datasets.sherlock_split(rows=SHERLOCK_ROWS))
    return Workload(
        "sherlock-neuron", x, y, (4, 1), "adam", 0.0003, batch=32, epochs=5,
        validation=(rest[0], rest[1]),
    )  # fmt: skip


def _pima_adam() -> Workload:
    x, y, _, _ = _arrays(datasets.pima_adam_split())
    return Workload("pima-adam", x, y, (8, 10, 8, 8, 1), "adam", 0.001, batch=10, epochs=20)


def _penguins() -> Workload:
    x, y, _, _ = _arrays(datasets.penguins_split())
    return Workload("penguins", x, y, (4, 10, 3), "adam", 0.001, batch=32, epochs=100)


def _sonar() -> Workload:
    x, y, _, _ = _arrays(next(iter(datasets.sonar_folds())).standardised())
    return Workload("sonar-cv", x, y, (60, 60, 1), "adam", 0.001, batch=5, epochs=100)


def _images(key: str, rows: int, layers: tuple[int, ...], batch: int, epochs: int) -> Workload:
    """Seeded rows of the given shape whose classes a linear map with noise has chosen."""
    draw = np.random.default_rng(SEED)
    x = draw.standard_normal((rows, layers[0])).astype(np.float32)
    map_ = draw.standard_normal((layers[0], layers[-1])).astype(np.float32) / layers[0] ** 0.5
    noise = draw.standard_normal((rows, layers[-1])).astype(np.float32)
    y = np.eye(layers[-1], dtype=np.float32)[(x @ map_ + 0.7 * noise).argmax(axis=1)]
    return Workload(key, x, y, layers, "adam", 0.001, batch, epochs, tutorial=False)


MAKERS: dict[str, Callable[[], Workload]] = {
    "pima-sgd": _pima_sgd,
    "sherlock-neuron": _sherlock,
    "pima-adam": _pima_adam,
    "penguins": _penguins,
    "sonar-cv": _sonar,
    "784-128-10": lambda: _images("784-128-10", 20_000, (784, 128, 10), 32, 1),
    "784-512-512-10": lambda: _images("784-512-512-10", 20_000, (784, 512, 512, 10), 128, 1),
    "1024-2048-2048-10": lambda: _images("1024-2048-2048-10", 4096, (1024, 2048, 2048, 10), 512, 1),
}
"""Every workload by its key."""


@cache
def workload(key: str) -> Workload:
    """The workload of that name, made once."""
    return MAKERS[key]()
