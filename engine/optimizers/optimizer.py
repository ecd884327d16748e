"""What all optimizers share: the learning rate, the count of steps and the slots.

Slots are flat arrays with one number for each of the model's parameters, in the order of
``model.weights``; a compiled training step updates them in place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def checked_number(
    name: str, value: Any, low: float, high: float = math.inf, *, open_high: bool = True
) -> float:
    """`value` as a float, if it is a finite number in [low, high)."""
    bound = f"[{low:g}, {high:g}{')' if open_high else ']'}" if high < math.inf else f"≥ {low:g}"
    expected = f"Expected {name} to be a number {bound}. Received: {name}={value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(expected)
    number = float(value)
    if not math.isfinite(number) or number < low or number > high or (open_high and number == high):
        raise ValueError(expected)
    return number


_NEUTRAL: dict[str, Any] = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
"""Keras's further options, with the values that switch them off."""


class Optimizer:
    """Base of all optimizers.

    Attributes
    ----------
    learning_rate
        α, the size of a step.
    iterations
        How many steps were taken.
    """

    code = -1
    """Which formula the kernels run: a constant of :mod:`engine.kernels.updates`."""

    def __init__(self, learning_rate: float, name: str, options: dict[str, Any]) -> None:
        self.learning_rate = learning_rate
        self.name = name
        for option, value in options.items():
            if option not in _NEUTRAL:
                raise TypeError(
                    f"Expected arguments of {type(self).__name__}. Received: {option}={value!r}"
                )
            if value != _NEUTRAL[option] and option != "ema_momentum":
                raise ValueError(
                    f"Expected {option}={_NEUTRAL[option]!r}: the engine does not have this "
                    f"option yet. Received: {option}={value!r}"
                )
        self.iterations = 0
        self.slots: list[Array] = []
        self._size: int | None = None

    @property
    def learning_rate(self) -> float:
        """α, the size of a step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value):
            raise TypeError(
                "Expected learning_rate to be a number ≥ 0; schedules are not supported. "
                f"Received: learning_rate={value!r}"
            )
        self._learning_rate = checked_number("learning_rate", value, 0.0)

    @property
    def slot_names(self) -> list[str]:
        """The names of the slots, in the order in which Keras keeps them."""
        return []

    @property
    def hyperparameters(self) -> list[float]:
        """The numbers that the kernels' formula needs besides the step size."""
        return []

    def build(self, size: int, allocated: int, dtype: str) -> None:
        """Make zeroed slots for `size` parameters in `allocated` places, unless they exist."""
        if self._size is None:
            self._size = size
            self.slots = [np.zeros(allocated, dtype) for _ in self.slot_names]
        elif self._size != size or any(slot.dtype != dtype for slot in self.slots):
            raise ValueError(
                "Expected an optimizer that is new or has trained this very model. Received: an "
                f"optimizer with the state of {self._size} parameters for a model of {size}; "
                "compile the model with a new optimizer."
            )

    def rates(self, first: int, count: int, dtype: str) -> Array:
        """The sizes of `count` steps, the first of which is the model's step `first` + 1."""
        return np.full(count, self.learning_rate, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an optimizer."""
        rate = float(np.float32(self.learning_rate))
        return {"name": self.name, "learning_rate": rate, **_NEUTRAL}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An optimizer from what :meth:`get_config` returned."""
        return cls(**config)
