"""Decay by the inverse of the time.

    α(s) = α₀ / (1 + γ·s/n),   with a staircase  α₀ / (1 + γ·⌊s/n⌋)

initial_learning_rate (α₀), decay_steps (n), decay_rate (γ).

Keras: ``keras.optimizers.schedules.InverseTimeDecay`` of 3.15.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.optimizers.schedules.arguments import checked, flag, label
from engine.optimizers.schedules.rewriting import quotient, scaled_quotient
from engine.optimizers.schedules.schedule import Array, Decay


class InverseTimeDecay(Decay):
    """Divides the learning rate by a number that grows evenly.

    Parameters
    ----------
    initial_learning_rate
        α₀ ≥ 0.
    decay_steps
        n > 0.
    decay_rate
        γ ≥ 0.
    staircase
        Only whole multiples of `decay_steps` count.

    Examples
    --------
    >>> schedule = InverseTimeDecay(0.5, decay_steps=10, decay_rate=1.0)
    >>> schedule(0), schedule(10), schedule(30)
    (0.5, 0.25, 0.125)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = checked("initial_learning_rate", initial_learning_rate, 0)
        self.decay_steps = checked("decay_steps", decay_steps, 0, above=True)
        self.decay_rate = checked("decay_rate", decay_rate, 0)
        self.staircase = flag("staircase", staircase)
        self.name = label(name)

    def formula(self, s: Array, in_graph: bool) -> Any:
        """α₀ / (1 + γ·s/n)."""
        number = s.dtype.type
        n, gamma = number(self.decay_steps), number(self.decay_rate)
        if self.staircase:
            grown = gamma * np.floor(quotient(s, n, in_graph))
        else:
            grown = scaled_quotient(gamma, s, n, in_graph)
        return number(self.initial_learning_rate) / (number(1) + grown)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
