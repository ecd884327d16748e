"""Half a wave of the cosine, again and again.

    c = s/n
    r = ⌊c⌋,  f = c − r                                              for t = 1
    r = ⌊ln(1 − c·(1 − t)) / ln t⌋,  f = (c − (1 − tʳ)/(1 − t)) / tʳ  else
    α(s) = α₀·((1 − ρ)·½·mʳ·(1 + cos(π·f)) + ρ)

The restart r lasts n·tʳ steps and begins at α₀·mʳ; f is its share that has passed.
initial_learning_rate (α₀), first_decay_steps (n), t_mul (t), m_mul (m), alpha (ρ).

Source: Loshchilov & Hutter (2017), SGDR: stochastic gradient descent with warm restarts.
Keras: ``keras.optimizers.schedules.CosineDecayRestarts`` of 3.15.1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.kernels.library import cosines, logs, powers
from engine.optimizers.schedules.arguments import checked, label
from engine.optimizers.schedules.rewriting import quotient
from engine.optimizers.schedules.schedule import Array, Decay


class CosineDecayRestarts(Decay):
    """Lets the learning rate fall on a cosine, then restarts with other length and height.

    Parameters
    ----------
    initial_learning_rate
        α₀ ≥ 0.
    first_decay_steps
        n > 0, how long the first fall is.
    t_mul
        t > 0, by what each next one is longer.
    m_mul
        m ≥ 0, by what each next one is higher.
    alpha
        ρ ≥ 0, which share of α₀ is left at the end of each.

    Examples
    --------
    >>> schedule = CosineDecayRestarts(0.5, first_decay_steps=4)
    >>> [round(schedule(step), 3) for step in (0, 2, 3, 4, 8, 12)]
    [0.5, 0.25, 0.073, 0.5, 0.25, 0.5]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str | None = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = checked("initial_learning_rate", initial_learning_rate, 0)
        self.first_decay_steps = checked("first_decay_steps", first_decay_steps, 0, above=True)
        self.t_mul = checked("t_mul", t_mul, 0, above=True)
        self.m_mul = checked("m_mul", m_mul, 0)
        self.alpha = checked("alpha", alpha, 0)
        self.name = label(name)

    def formula(self, s: Array, in_graph: bool) -> Any:
        """α₀·((1 − ρ)·½·mʳ·(1 + cos(π·f)) + ρ)."""
        number = s.dtype.type
        one, half, t = number(1), number(0.5), number(self.t_mul)
        rho = number(self.alpha)
        c = quotient(s, number(self.first_decay_steps), in_graph)
        if t == one:
            r = np.floor(c)
            f = c - r
        else:
            passed = logs(one - c * (one - t))
            r = np.floor(quotient(passed, logs(np.array([t])), in_graph))
            longer = powers(t, r)
            f = (c - quotient(one - longer, one - t, in_graph)) / longer
        first, higher = number(self.initial_learning_rate), powers(number(self.m_mul), r)
        wave = one + cosines(number(math.pi) * f)
        if not in_graph:
            return first * ((one - rho) * ((half * higher) * wave) + rho)
        if rho == 0:
            return ((first * half) * higher) * wave
        return first * (((one - rho) * half * higher) * wave + rho)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
