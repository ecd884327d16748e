"""One-hot rows from class numbers.

Keras: ``keras.utils.to_categorical``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine import config


def to_categorical(x: Any, num_classes: int | None = None) -> npt.NDArray[Any]:
    """A row of zeros with a one at the class, for each class number.

    Shapes
        ``(rows,)`` or ``(rows, 1)`` → ``(rows, num_classes)``.

    Raises
    ------
    ValueError
        If a number is no class number below `num_classes`.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    numbers = np.asarray(x)
    if numbers.dtype.kind not in "iub" and not (
        numbers.dtype.kind == "f" and (numbers == np.floor(numbers)).all()
    ):
        raise TypeError(f"Expected class numbers. Received: x of type {numbers.dtype}")
    classes = numbers.astype(np.int64)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    count = int(classes.max()) + 1 if num_classes is None and classes.size else num_classes
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise ValueError(f"Expected num_classes ≥ 1. Received: num_classes={num_classes!r}")
    if classes.size and (classes.min() < 0 or classes.max() >= count):
        raise ValueError(
            f"Expected class numbers 0 … {count - 1}. "
            f"Received: numbers from {classes.min()} to {classes.max()}"
        )
    return np.eye(count, dtype=config.floatx())[classes]
