"""Layers.

Keras: ``keras.layers``.
"""

from __future__ import annotations

from engine.checks.absent import absent
from engine.layers.dense import Dense
from engine.layers.input import Input, InputLayer
from engine.layers.layer import Layer

__all__ = ["Dense", "Input", "InputLayer", "Layer"]


__getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
