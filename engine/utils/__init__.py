"""Keras's odds and ends: the seed, one-hot rows, the picture of a model.

Keras: ``keras.utils``.
"""

from __future__ import annotations

from typing import Any

from engine.random import set_random_seed
from engine.utils.to_categorical import to_categorical

__all__ = ["plot_model", "set_random_seed", "to_categorical"]


def plot_model(model: Any, to_file: Any = "model.png", **options: Any) -> Any:
    """Draw the model into a PNG, SVG or PDF file; see :mod:`engine.pictures`."""
    from engine import pictures

    return pictures.plot_model(model, to_file, **options)
