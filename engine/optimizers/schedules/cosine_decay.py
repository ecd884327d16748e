"""Half a wave of the cosine, maybe after a linear rise.

    without a rise   α(s) = α₀·((1 − ρ)·½(1 + cos(π·min(s, n)/n)) + ρ)
    with one         α(s) = (β − α₀)·(s/w) + α₀                            for s < w
                     α(s) = β·((1 − ρ)·½(1 + cos(π·(min(s, n+w) − w)/n)) + ρ)  from then on

initial_learning_rate (α₀), decay_steps (n), alpha (ρ), warmup_target (β), warmup_steps (w).

Source: Loshchilov & Hutter (2017), SGDR; Goyal et al. (2017), Accurate, large minibatch SGD.
Keras: ``keras.optimizers.schedules.CosineDecay`` of 3.15.1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.kernels.library import cosines
from engine.optimizers.schedules.arguments import checked, label
from engine.optimizers.schedules.rewriting import scaled_quotient
from engine.optimizers.schedules.schedule import Array, Decay


class CosineDecay(Decay):
    """Lets the learning rate rise on a line, if asked to, and fall on a cosine.

    Parameters
    ----------
    initial_learning_rate
        α₀ ≥ 0.
    decay_steps
        n > 0, how long it falls.
    alpha
        ρ ≥ 0, which share of the highest rate is left at the end.
    warmup_target
        β ≥ 0, where the rise leads to; None: it falls from the beginning.
    warmup_steps
        w ≥ 0, how long it rises.

    Examples
    --------
    >>> schedule = CosineDecay(0.5, decay_steps=4)
    >>> [round(schedule(step), 3) for step in range(6)]
    [0.5, 0.427, 0.25, 0.073, 0.0, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str | None = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = checked("initial_learning_rate", initial_learning_rate, 0)
        self.decay_steps = checked("decay_steps", decay_steps, 0, above=True)
        self.alpha = checked("alpha", alpha, 0)
        self.name = label(name)
        given = warmup_target is not None
        self.warmup_target = checked("warmup_target", warmup_target, 0) if given else None
        self.warmup_steps = checked("warmup_steps", warmup_steps, 0)

    def formula(self, s: Array, in_graph: bool) -> Any:
        """The fall, or the rise and the fall."""
        number = s.dtype.type
        n, first = number(self.decay_steps), number(self.initial_learning_rate)
        if self.warmup_target is None:
            return self._fall(np.minimum(s, n), n, first, in_graph)
        # A condition of the graph: what is in its branches stays as it stands here.
        target, w = number(self.warmup_target), number(self.warmup_steps)
        s = np.minimum(s, n + w)
        rise = (target - first) * (s / w) + first
        return np.where(s < w, rise, self._fall(s - w, n, target, False))

    def _fall(self, s: Array, n: Any, highest: Any, in_graph: bool) -> Any:
        """highest·((1 − ρ)·½(1 + cos(π·s/n)) + ρ)."""
        number = s.dtype.type
        angle = scaled_quotient(number(math.pi), s, n, in_graph)
        cosine = number(0.5) * (number(1) + cosines(angle))
        return highest * (number(1 - self.alpha) * cosine + number(self.alpha))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }
