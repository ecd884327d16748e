"""Keras's odds and ends: the seed, class numbers and one-hot rows, the picture of a model.

Keras: ``keras.utils``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from engine.checks.absent import absent
from engine.checks.shown import shown
from engine.naming import forget_names
from engine.random import set_random_seed
from engine.utils.class_numbers import balanced_class_weight, class_numbers
from engine.utils.parquet_batches import ParquetBatches
from engine.utils.py_dataset import PyDataset
from engine.utils.to_categorical import to_categorical

__all__ = [
    "ParquetBatches",
    "PyDataset",
    "balanced_class_weight",
    "class_numbers",
    "clear_session",
    "plot_model",
    "set_random_seed",
    "to_categorical",
]


def clear_session() -> None:
    """Forget the automatic names: the next layer is called ``dense`` again."""
    forget_names()


def plot_model(model: Any, to_file: Any = "model.png", **options: Any) -> Any:
    """Draw the model into a PNG, SVG or PDF file; see :mod:`engine.pictures`."""
    from pathlib import Path

    from engine import pictures
    from engine.models.checked_model import checked_model

    checked_model(model)
    if not isinstance(to_file, str | os.PathLike):
        raise TypeError(f"Expected to_file to be a path. Received: to_file={shown(to_file)}")
    return pictures.plot_model(model, Path(to_file), **options)


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
