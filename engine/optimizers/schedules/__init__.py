"""Learning-rate schedules: learning rates that depend on the step, each formula in one file.

Keras: ``keras.optimizers.schedules``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.checks.absent import absent
from engine.checks.from_config import class_of
from engine.optimizers.schedules.cosine_decay import CosineDecay
from engine.optimizers.schedules.cosine_decay_restarts import CosineDecayRestarts
from engine.optimizers.schedules.exponential_decay import ExponentialDecay
from engine.optimizers.schedules.inverse_time_decay import InverseTimeDecay
from engine.optimizers.schedules.piecewise_constant_decay import PiecewiseConstantDecay
from engine.optimizers.schedules.polynomial_decay import PolynomialDecay
from engine.optimizers.schedules.schedule import LearningRateSchedule

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

_CLASSES: dict[str, type[LearningRateSchedule]] = {
    c.__name__: c
    for c in (
        CosineDecay,
        CosineDecayRestarts,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """The schedule as Keras writes it into a file.

    >>> serialize(PiecewiseConstantDecay([10], [0.5, 0.25]))["class_name"]
    'PiecewiseConstantDecay'
    """
    return {
        "module": "keras.optimizers.schedules",
        "class_name": type(learning_rate_schedule).__name__,
        "config": learning_rate_schedule.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any]) -> LearningRateSchedule:
    """The schedule from what :func:`serialize` returned."""
    cls, arguments = class_of(config, _CLASSES, "a learning-rate schedule")
    return cls.from_config(arguments)  # type: ignore[no-any-return]


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
