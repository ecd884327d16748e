"""Polynomial decay.

    α(s) = (α₀ − α₁)·(1 − min(s, n)/n)^p + α₁
    with cycles   n·⌈s/n⌉ in the place of n (n itself for s = 0)

initial_learning_rate (α₀), end_learning_rate (α₁), decay_steps (n), power (p).

Keras: ``keras.optimizers.schedules.PolynomialDecay`` of 3.15.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.optimizers.schedules.arguments import checked, flag, label
from engine.optimizers.schedules.rewriting import quotient, scaled_power
from engine.optimizers.schedules.schedule import Array, Decay


class PolynomialDecay(Decay):
    """Goes from one learning rate to another in `decay_steps` steps; p = 1 is a straight line.

    Parameters
    ----------
    initial_learning_rate, end_learning_rate
        α₀ ≥ 0 and α₁ ≥ 0.
    decay_steps
        n > 0.
    power
        p.
    cycle
        Start again, from lower, after each `decay_steps` steps.

    Examples
    --------
    >>> schedule = PolynomialDecay(0.5, decay_steps=8, end_learning_rate=0.25)
    >>> schedule(0), schedule(4), schedule(8), schedule(100)
    (0.5, 0.375, 0.25, 0.25)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str | None = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = checked("initial_learning_rate", initial_learning_rate, 0)
        self.decay_steps = checked("decay_steps", decay_steps, 0, above=True)
        self.end_learning_rate = checked("end_learning_rate", end_learning_rate, 0)
        self.power = checked("power", power)
        self.cycle = flag("cycle", cycle)
        self.name = label(name)

    def formula(self, s: Array, in_graph: bool) -> Any:
        """(α₀ − α₁)·(1 − s/n)^p + α₁."""
        number = s.dtype.type
        n, one = number(self.decay_steps), number(1)
        first, last = number(self.initial_learning_rate), number(self.end_learning_rate)
        if self.cycle:
            cycles = np.where(s == 0, one, np.ceil(quotient(s, n, in_graph)))
            share = s / (n * cycles)
        else:
            share = quotient(np.minimum(s, n), n, in_graph)
        return scaled_power(first - last, one - share, self.power, in_graph) + last

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }
