"""Layers, each with its formula, its gradient and its class in one file.

Keras: ``keras.layers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.checks.absent import absent
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.layers.input import Input, InputLayer
from engine.layers.layer import Layer
from engine.layers.normalization import Normalization
from engine.layers.rescaling import Rescaling

__all__ = [
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "Normalization",
    "Rescaling",
]

KINDS: dict[str, type[Layer]] = {
    c.__name__: c for c in (InputLayer, Dense, Dropout, Flatten, Normalization, Rescaling)
}
"""The classes of layers that a model may consist of, by the names that files have for them."""


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
