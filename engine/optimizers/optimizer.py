"""What all optimizers share: the learning rate, the count of steps and the slots.

Slots are flat arrays with one number for each of the model's parameters, in the order of
``model.weights``; a compiled training step updates them in place.
"""

from __future__ import annotations

import math
import re
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


_OPTIONS: dict[str, Any] = {
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
"""What all of Keras's optimizers can be told, with the values that switch it off."""

_CLIPS = "clipnorm", "global_clipnorm", "clipvalue"


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
            if option not in _OPTIONS:
                known = [n for n in signature(type(self)).parameters if n != "options"]
                raise TypeError(
                    f"Expected arguments of {type(self).__name__}: "
                    f"{', '.join([*known, *_OPTIONS])}. Received: {option}={shown(value)}"
                )
        self._take(**{**_OPTIONS, **options})
        self.iterations = 0
        self.slots: list[Array] = []
        """The slots in the order of :attr:`slot_names`, each as long as all weights together."""
        self.average: Array | None = None
        """The moving average of the weights, laid out like them, with `use_ema`."""
        self._weights: list[Variable] = []
        """All weights of the model that it trains, in the order of the slots' numbers."""
        self._trained: list[Variable] = []
        """Those of them that could be trained when the slots were made."""
        self._undecayed: tuple[list[Variable], list[str]] = ([], [])

    def _take(
        self,
        weight_decay: Any,
        clipnorm: Any,
        global_clipnorm: Any,
        clipvalue: Any,
        use_ema: Any,
        ema_momentum: Any,
        ema_overwrite_frequency: Any,
        loss_scale_factor: Any,
        gradient_accumulation_steps: Any,
    ) -> None:
        """Check the options that all optimizers have, and keep them."""
        clips = {"clipnorm": clipnorm, "global_clipnorm": global_clipnorm, "clipvalue": clipvalue}
        given = [name for name, value in clips.items() if value is not None]
        if len(given) > 1:
            raise ValueError(
                f"Expected only one of {', '.join(clips)}. Received: "
                + ", ".join(f"{name}={shown(clips[name])}" for name in given)
            )
        for name, value in clips.items():
            checked = None if value is None else checked_number(name, value, 0.0)
            setattr(self, name, checked or None)
        self.weight_decay = (
            None if weight_decay is None else checked_number("weight_decay", weight_decay, 0.0)
        )
        if not isinstance(use_ema, bool):
            raise TypeError(
                f"Expected use_ema to be True or False. Received: use_ema={shown(use_ema)}"
            )
        self.use_ema = use_ema
        self.ema_momentum = checked_number("ema_momentum", ema_momentum, 0.0, 1.0, open_high=False)
        every = ema_overwrite_frequency
        if every is not None and (isinstance(every, bool) or not isinstance(every, int)):
            raise TypeError(
                "Expected ema_overwrite_frequency to be a whole number ≥ 1, or None. "
                f"Received: ema_overwrite_frequency={shown(every)}"
            )
        if every is not None and every < 1:
            raise ValueError(
                "Expected ema_overwrite_frequency to be a whole number ≥ 1, or None. "
                f"Received: ema_overwrite_frequency={every}"
            )
        self.ema_overwrite_frequency = every
        for name, value in {
            "loss_scale_factor": loss_scale_factor,
            "gradient_accumulation_steps": gradient_accumulation_steps,
        }.items():
            if value is not None:
                raise ValueError(
                    f"Expected {name}=None: the engine does not have this option. "
                    f"Received: {name}={shown(value)}"
                )

    @property
    def clipping(self) -> tuple[str, float] | None:
        """Which clipping, and its bound."""
        for name in _CLIPS:
            if getattr(self, name) is not None:
                return name, getattr(self, name)
        return None

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Let some weights not decay: those of a list, and those in whose name a text occurs.

        Raises
        ------
        ValueError
            If the optimizer has begun to train.
        """
        if self.built:
            raise ValueError(
                "Expected exclude_from_weight_decay() to be called before the training. "
                f"Received: an optimizer after {self.iterations} steps"
            )
        self._undecayed = list(var_list or []), list(var_names or [])

    def decays(self, weight: Variable) -> bool:
        """Whether a weight is subject to `weight_decay`."""
        listed, names = self._undecayed
        named = any(re.search(name, weight.name) for name in names)
        return self.weight_decay is not None and not named and all(w is not weight for w in listed)

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
    def slot_groups(self) -> list[list[str]]:
        """The names of the slots, in groups that Keras lists weight by weight."""
        return []

    @property
    def slot_names(self) -> list[str]:
        """The names of the slots, in the order in which the kernels know them."""
        return [name for group in self.slot_groups for name in group]

    @property
    def hyperparameters(self) -> list[float]:
        """The numbers that the kernels' formula needs besides the step size."""
        return []

    def build(self, variables: list[Variable]) -> None:
        """Make zeroed slots for the weights of a model, unless they exist."""
        self.check(variables)
        if not self._weights:
            self._weights = list(variables)
            self._trained = [v for v in variables if v.trainable]
            places = sum(v.size for v in variables) + REGISTER
            self.slots = [aligned(places, variables[0].dtype) for _ in self.slot_names]
            if self.use_ema:
                self.average = aligned(places, variables[0].dtype)

    @property
    def built(self) -> bool:
        """Whether the slots exist."""
        return bool(self._weights)

    @property
    def trained(self) -> list[Variable]:
        """The weights that it keeps slots for: those that could be trained when they were made."""
        return list(self._trained)

    def check(self, variables: list[Variable]) -> None:
        """Raise a ValueError if there are slots, and they are not for these very weights."""
        if not self._weights:
            return
        same = len(variables) == len(self._weights)
        if not same or any(a is not b for a, b in zip(variables, self._weights, strict=True)):
            raise ValueError(
                "Expected an optimizer that is new or has trained this very model: compile it with "
                "a new one. Received: an optimizer with the state of other weights, "
                f"{[v.path for v in self._weights]}"
            )
        known = {id(v) for v in self._trained}
        thawed = [v.path for v in variables if v.trainable and id(v) not in known]
        if thawed:
            raise ValueError(
                "Expected an optimizer that has slots for all trainable weights: compile the model "
                "with a new one after setting trainable=True. Received: an optimizer made while "
                f"{', '.join(thawed)} could not be trained"
            )
        if len(self.slots) != len(self.slot_names) or self.use_ema != (self.average is not None):
            raise ValueError(
                "Expected an optimizer with the settings that it has trained with: compile the "
                f"model with a new one. Received: {len(self.slots)} slots for {self.slot_names}"
            )

    @property
    def variables(self) -> list[Variable]:
        """Steps, learning rate unless it follows a schedule, and slots: copies in Keras's order.

        Keras lists the slots of a group weight by weight (m of the kernel, v of the kernel, m of
        the bias, …), one group after the other; a moving average of the weights comes first.
        """
        dtype = self._weights[0].dtype if self._weights else "float32"
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
        ends = np.cumsum([v.size for v in self._weights])
        places = {id(v): end - v.size for v, end in zip(self._weights, ends, strict=True)}
        numbers = dict(zip(self.slot_names, self.slots, strict=True)) if self.slots else {}
        groups = self.slot_groups if self.slots else []
        if self.average is not None:
            groups, numbers = [["average"], *groups], {"average": self.average, **numbers}
        views = []
        for group in groups:
            for weight in self._trained:
                begin = places[id(weight)]
                for name in group:
                    flat = numbers[name][begin : begin + weight.size]
                    views.append((weight, name, flat.reshape(weight.shape)))
        return views

    def learning_rates(self, first: int, count: int, dtype: str) -> Array:
        """The learning rates of `count` steps, the first of which is step `first` + 1."""
        if self.schedule is not None:
            return self.schedule.rates(first, count, dtype)
        return np.full(count, self.learning_rate, dtype)

    def rates(self, first: int, count: int, dtype: str) -> Array:
        """The sizes of these steps, as the kernels' formula has them."""
        return self.learning_rates(first, count, dtype)

    def finalize(self) -> None:
        """Let the trained weights become their moving average, if there is one."""
        for weight, name, values in self.slot_views() if self.iterations else []:
            if name == "average":
                weight.array[...] = values

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an optimizer."""
        rate: Any = float(np.float32(self.learning_rate))
        if self.schedule is not None:
            rate = schedules.serialize(self.schedule)
        options = {name: getattr(self, name, None) for name in _OPTIONS}
        return {"name": self.name, "learning_rate": rate, **options}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An optimizer from what :meth:`get_config` returned."""
        if isinstance(config, dict) and isinstance(config.get("learning_rate"), dict):
            rate = schedules.deserialize(config["learning_rate"])
            config = {**config, "learning_rate": rate}
        return from_config(cls, config)
