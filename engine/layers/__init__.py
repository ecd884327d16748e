"""Layers.

Keras: ``keras.layers``.
"""

from __future__ import annotations

from engine.layers.dense import Dense
from engine.layers.input import Input, InputLayer
from engine.layers.layer import Layer

__all__ = ["Dense", "Input", "InputLayer", "Layer"]
