"""Glassnet: a neural-network engine you can see through, in Keras's words.

>>> import engine as keras
>>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
>>> model.count_params()
9
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from engine import (
    activations,
    callbacks,
    config,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    random,
    regularizers,
    utils,
)
from engine.layers import Input
from engine.models import Model, Sequential
from engine.models.fit_many import fit_many

__version__ = "0.1.0"

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "activations",
    "arithmetic",
    "callbacks",
    "config",
    "fit_many",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "pictures",
    "random",
    "regularizers",
    "saving",
    "study",
    "utils",
    "wrappers",
]

_ON_DEMAND = ("pictures", "saving", "study", "wrappers")


if TYPE_CHECKING:
    from engine import pictures, saving, study, wrappers
    from engine.promise.arithmetic import arithmetic
else:  # what takes long to import, or needs more than NumPy and Numba, when it is first used

    def __getattr__(name: str) -> Any:
        if name in _ON_DEMAND:
            return importlib.import_module(f"engine.{name}")
        if name == "arithmetic":
            return importlib.import_module("engine.promise").arithmetic
        raise AttributeError(f"Expected one of {', '.join(__all__)} in engine. Received: {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
