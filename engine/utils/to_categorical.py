"""One-hot rows from class numbers.

Keras: ``keras.utils.to_categorical``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.numeric import numeric
from engine.checks.shown import shown

_MOST = 2**31
"""More classes than this are a mistake."""


def to_categorical(x: Any, num_classes: int | None = None) -> npt.NDArray[Any]:
    """A row of zeros with a one at the class, for each class number.

    Shapes
        ``(rows,)`` or ``(rows, 1)`` → ``(rows, num_classes)``.

    Raises
    ------
    ValueError, TypeError
        If a number is no class number below `num_classes`; if there are no numbers.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    numbers = numeric(x, "x")
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    wrong = ~((numbers >= 0) & (numbers < _MOST) & (numbers == np.floor(numbers)))
    if wrong.any():
        raise ValueError(
            f"Expected x to hold class numbers 0, 1, 2 … Received: x with {numbers[wrong][0]:g}"
        )
    classes = numbers.astype(np.int64)
    if num_classes is None:
        if not classes.size:
            raise ValueError(
                f"Expected class numbers in x, or num_classes. Received: x.shape={np.shape(x)}"
            )
        count = int(classes.max()) + 1
    else:
        expected = (
            "Expected num_classes to be a whole number ≥ 1. "
            f"Received: num_classes={shown(num_classes)}"
        )
        if isinstance(num_classes, bool) or not isinstance(num_classes, int | np.integer):
            raise TypeError(expected)
        if num_classes < 1:
            raise ValueError(expected)
        count = int(num_classes)
    if classes.size and classes.max() >= count:
        raise ValueError(
            f"Expected class numbers below num_classes={count} in x. "
            f"Received: x with {classes.max()}"
        )
    rows = np.zeros((*classes.shape, count))
    np.put_along_axis(rows, classes[..., np.newaxis], 1.0, axis=-1)
    return rows
