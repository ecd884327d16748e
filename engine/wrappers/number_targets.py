"""The targets of a regressor: rows of numbers for the loss, and predictions in their shape.

Keras: ``scikeras.utils.transformers.RegressorTargetEncoder``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class NumberTargets:
    """What the targets of the first fit say about those to come.

    Predictions get the shape of the targets, and their type if that is a floating-point one;
    targets of whole numbers are predicted as float64.

    Examples
    --------
    >>> NumberTargets(np.array([1, 2])).predictions(np.ones((1, 1), "float32"))
    array([1.])
    """

    kind = "continuous"

    def __init__(self, y: Array) -> None:
        self.columns = None if y.ndim == 1 else y.shape[1]
        self.dtype = y.dtype if y.dtype.kind == "f" else np.dtype("float64")

    @property
    def outputs(self) -> int:
        """How many numbers are predicted for a row."""
        return self.columns or 1

    def numbers(self, y: Array) -> Array:
        """`y`, if it is like that of the first fit."""
        if y.ndim > 2 or (None if y.ndim == 1 else y.shape[1]) != self.columns:
            wanted = "one dimension" if self.columns is None else f"{self.columns} columns"
            raise ValueError(
                f"Expected y of {wanted}, as in the first fit. Received: y.shape={y.shape}"
            )
        return y

    def predictions(self, outputs: Array) -> Array:
        """The outputs, as `y` was."""
        numbers = outputs.astype(self.dtype, copy=False)
        return numbers[:, 0] if self.columns is None and numbers.shape[1] == 1 else numbers
