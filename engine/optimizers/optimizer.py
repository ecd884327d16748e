"""What all optimizers share: the learning rate, the count of steps and the slots.

Slots are flat arrays with one number for each of the model's parameters, in the order of
``model.weights``; a compiled training step updates them in place.
"""

from __future__ import annotations

import math
from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.from_config import from_config
from engine.checks.shown import shown
from engine.kernels.memory import REGISTER, aligned
from engine.optimizers import schedules
from engine.optimizers.schedules.schedule import LearningRateSchedule
from engine.variable import Variable

Array = npt.NDArray[Any]

_LARGEST = float(np.finfo(np.float32).max)


def checked_number(
    name: str, value: Any, low: float, high: float = math.inf, *, open_high: bool = True
) -> float:
    """`value` as a float, if it is in [low, high) and finite even as a float32."""
    is_number = isinstance(value, int | float | np.integer | np.floating)
    is_number = is_number and not isinstance(value, bool)
    # A comparison with NaN is False.
    fits = is_number and low <= value <= min(high, _LARGEST)
    if not fits or (open_high and value == high):
        closing = ")" if open_high else "]"
        bound = f"in [{low:g}, {high:g}{closing}" if high < math.inf else f"≥ {low:g}"
        raise (ValueError if is_number else TypeError)(
            f"Expected {name} to be a number {bound}. Received: {name}={shown(value)}"
        )
    return float(value)


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
        α, the size of a step: a number, or what the schedule says of the next step.
    iterations
        How many steps were taken.
    """

    code = -1
    """Which formula the kernels run: a constant of :mod:`engine.kernels.updates`."""

    schedule: LearningRateSchedule | None = None
    """What the learning rate of each step follows; None: it is a number."""

    def __init__(
        self, learning_rate: float | LearningRateSchedule, name: str, options: dict[str, Any]
    ) -> None:
        self.learning_rate = learning_rate
        if not isinstance(name, str):
            raise TypeError(f"Expected name to be a text. Received: name={shown(name)}")
        self.name = name
        for option, value in options.items():
            if option not in _NEUTRAL:
                known = [n for n in signature(type(self)).parameters if n != "options"]
                raise TypeError(
                    f"Expected arguments of {type(self).__name__}: {', '.join(known)}. "
                    f"Received: {option}={shown(value)}"
                )
            neutral = _NEUTRAL[option]
            same = value is neutral or (np.isscalar(value) and value == neutral)
            if not same and option != "ema_momentum":
                raise ValueError(
                    f"Expected {option}={neutral!r}: the engine does not have this "
                    f"option yet. Received: {option}={shown(value)}"
                )
        self.iterations = 0
        self.slots: list[Array] = []
        self._trained: list[Variable] = []

    @property
    def learning_rate(self) -> Any:
        """α, the size of a step: a number, or what the schedule says of the next step."""
        return self._learning_rate if self.schedule is None else self.schedule(self.iterations)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, LearningRateSchedule):
            self.schedule = value
            return
        if self.schedule is not None:
            raise TypeError(
                "Expected learning_rate to stay the schedule that the optimizer was made with: "
                "make it with a number if it shall be set. "
                f"Received: learning_rate={shown(value)}"
            )
        if callable(value):
            raise TypeError(
                "Expected learning_rate to be a number ≥ 0 or an object of "
                f"engine.optimizers.schedules. Received: learning_rate={shown(value)}"
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

    def build(self, variables: list[Variable]) -> None:
        """Make zeroed slots for the weights of a model, unless they exist."""
        self.check(variables)
        if not self._trained:
            self._trained = list(variables)
            places = sum(v.size for v in variables) + REGISTER
            self.slots = [aligned(places, variables[0].dtype) for _ in self.slot_names]

    @property
    def built(self) -> bool:
        """Whether the slots exist."""
        return bool(self._trained)

    def check(self, variables: list[Variable]) -> None:
        """Raise a ValueError if there are slots, and they are not for these very weights."""
        if not self._trained:
            return
        same = len(variables) == len(self._trained)
        if not same or any(a is not b for a, b in zip(variables, self._trained, strict=True)):
            raise ValueError(
                "Expected an optimizer that is new or has trained this very model: compile it with "
                "a new one. Received: an optimizer with the state of other weights, "
                f"{[v.path for v in self._trained]}"
            )
        if len(self.slots) != len(self.slot_names):
            raise ValueError(
                "Expected an optimizer with the settings that it has trained with: compile the "
                f"model with a new one. Received: {len(self.slots)} slots for {self.slot_names}"
            )

    @property
    def variables(self) -> list[Variable]:
        """Steps, learning rate unless it follows a schedule, and slots: copies in Keras's order.

        Keras lists the first two slots weight by weight (m of the kernel, v of the kernel, m of
        the bias, …) and a third one after all of them.
        """
        dtype = self._trained[0].dtype if self._trained else "float32"
        head = {"iteration": np.array(self.iterations, np.int64)}
        if self.schedule is None:
            head["learning_rate"] = np.array(self.learning_rate, dtype)
        listed = [Variable(value, name, self.name, False) for name, value in head.items()]
        return listed + [
            Variable(values.copy(), f"{w.path.replace('/', '_')}_{slot}", self.name, False)
            for w, slot, values in self.slot_views()
        ]

    def slot_views(self) -> list[tuple[Variable, str, Array]]:
        """(weight, name of the slot, view of its numbers) for all slots, in Keras's order."""
        starts = np.cumsum([0, *(v.size for v in self._trained)])

        def view(w: int, s: int) -> tuple[Variable, str, Array]:
            weight = self._trained[w]
            numbers = self.slots[s][starts[w] : starts[w + 1]].reshape(weight.shape)
            return weight, self.slot_names[s], numbers

        weights, slots = range(len(self._trained)), range(len(self.slots))
        paired = [view(w, s) for w in weights for s in slots[:2]]
        return paired + [view(w, s) for s in slots[2:] for w in weights]

    def rates(self, first: int, count: int, dtype: str) -> Array:
        """The sizes of `count` steps, the first of which is the model's step `first` + 1."""
        if self.schedule is not None:
            return self.schedule.rates(first, count, dtype)
        return np.full(count, self.learning_rate, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an optimizer."""
        rate: Any = float(np.float32(self.learning_rate))
        if self.schedule is not None:
            rate = schedules.serialize(self.schedule)
        return {"name": self.name, "learning_rate": rate, **_NEUTRAL}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An optimizer from what :meth:`get_config` returned."""
        if isinstance(config, dict) and isinstance(config.get("learning_rate"), dict):
            rate = schedules.deserialize(config["learning_rate"])
            config = {**config, "learning_rate": rate}
        return from_config(cls, config)
