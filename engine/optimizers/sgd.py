"""Stochastic gradient descent, with or without momentum.

    plain      w ← w − α·g
    momentum   m ← μ·m − α·g,   w ← w + m
    Nesterov   m ← μ·m − α·g,   w ← w + μ·m − α·g

learning_rate (α), momentum (μ), slot momentum (m).

Source: Polyak (1964), Some methods of speeding up the convergence of iteration methods; Nesterov's
form as in Sutskever et al. (2013), On the importance of initialization and momentum.
Keras: ``keras.optimizers.SGD``; α multiplies the gradient, not the finished momentum.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.kernels.compiler import formula
from engine.optimizers.optimizer import Optimizer, checked_number
from engine.optimizers.schedules.schedule import LearningRateSchedule


@formula
def descend(w: Any, g: Any, alpha: Any) -> Any:
    """W − g·α."""
    return w - g * alpha


@formula
def gather_momentum(m: Any, g: Any, alpha: Any, mu: Any) -> Any:
    """m·μ − g·α."""
    return m * mu - g * alpha


@formula
def look_ahead(w: Any, m: Any, g: Any, alpha: Any, mu: Any) -> Any:
    """W + (m·μ − g·α), with the new m."""
    return w + (m * mu - g * alpha)


class SGD(Optimizer):
    """Stochastic gradient descent.

    Parameters
    ----------
    learning_rate
        α ≥ 0, or a schedule of :mod:`engine.optimizers.schedules`.
    momentum
        0 ≤ μ ≤ 1; 0 means plain descent and keeps no slots.
    nesterov
        Look ahead: descend from where the momentum leads.

    Examples
    --------
    >>> SGD(0.1, momentum=0.9).get_config()["momentum"]
    0.9
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        name: str = "sgd",
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, name, options)
        self.momentum = checked_number("momentum", momentum, 0.0, 1.0, open_high=False)
        if not isinstance(nesterov, bool):
            raise TypeError(
                f"Expected nesterov to be True or False. Received: nesterov={shown(nesterov)}"
            )
        self.nesterov = nesterov

    @property
    def code(self) -> int:  # type: ignore[override]
        """Plain descent, momentum or Nesterov."""
        from engine.kernels.updates import MOMENTUM, NESTEROV, SGD

        if self.momentum == 0.0:
            return SGD
        return NESTEROV if self.nesterov else MOMENTUM

    @property
    def slot_groups(self) -> list[list[str]]:
        """Momentum, if there is any."""
        return [["momentum"]] if self.momentum else []

    @property
    def hyperparameters(self) -> list[float]:
        """μ."""
        return [checked_number("momentum", self.momentum, 0.0, 1.0, open_high=False), 0.0, 0.0]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an optimizer."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "nesterov": self.nesterov,
        }
