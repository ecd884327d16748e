"""What every regularizer is: a penalty on a weight, which joins the loss, and its gradient.

Keras: ``keras.regularizers.Regularizer``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine import config
from engine.checks.from_config import from_config
from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.optimizers.optimizer import checked_number

Array = npt.NDArray[Any]


def checked_factor(name: str, value: Any, default: float) -> float:
    """`value` as a factor ≥ 0 that float32 can hold; None is the default, as in Keras."""
    return default if value is None else checked_number(name, value, 0.0)


def as_weights(values: Any) -> Array:
    """`values` as an array of floats; other numbers become the current floating-point type."""
    array = numeric(values, "x")
    return array if array.dtype in (np.float32, np.float64) else array.astype(config.floatx())


class Regularizer:
    """Base of all regularizers; called on an array, it returns the penalty.

    The factors stay what they are: the kernels read them once, and Keras once for a compiled step.
    """

    @property
    def factors(self) -> tuple[float | None, float | None]:
        """The factors of Σ|w| and of Σ w², None for a sum that is not formed."""
        raise NotImplementedError(f"{type(self).__name__} does not define factors")

    def __call__(self, x: Any) -> Any:
        """The penalty on an array, a number of its type."""
        raise NotImplementedError(f"{type(self).__name__} does not define __call__(x)")

    def gradient(self, x: Any) -> Array:
        """The derivative of the penalty with respect to every number of an array."""
        raise NotImplementedError(f"{type(self).__name__} does not define gradient(x)")

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse another factor."""
        if name in vars(self):
            raise AttributeError(
                f"Expected {name} to stay as it is: make a new regularizer for another one. "
                f"Received: {name}={shown(value)}"
            )
        super().__setattr__(name, value)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a regularizer."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A regularizer from what :meth:`get_config` returned."""
        return from_config(cls, config)
