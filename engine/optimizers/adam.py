"""Adam: descent with adaptive moments.

    m ← m + (g − m)·(1 − β₁)
    v ← v + (g² − v)·(1 − β₂)
    w ← w − α_t·m / (√v + ε̂)            α_t = α·√(1 − β₂ᵗ) / (1 − β₁ᵗ)

With AMSGrad v̂ ← max(v̂, v) takes the place of v under the root.

learning_rate (α), beta_1 (β₁), beta_2 (β₂), epsilon (ε̂); slots momentum (m), velocity (v).

Source: Kingma & Ba (2014), the form just before section 2.1.  Algorithm 1 adds ε after v was
corrected for its start at zero: that is equal while √v ≫ ε̂, and 16 times apart for a first
gradient of 1e-7.  AMSGrad: Reddi, Kale & Kumar (2018), without correcting v.
Keras: ``keras.optimizers.Adam``.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.kernels.compiler import compiled, formula
from engine.kernels.elementary import power
from engine.kernels.lanes import fill, load, maximum, number, pointer, sqrt, store
from engine.optimizers.optimizer import Array, Optimizer, checked_number
from engine.optimizers.schedules.schedule import LearningRateSchedule


@formula
def blend(average: Any, x: Any, share: Any) -> Any:
    """Average + (x − average)·share: m with x = g, v with x = g²."""
    return average + (x - average) * share


@formula
def largest_yet(v_hat: Any, v: Any) -> Any:
    """AMSGrad's max(v̂, v)."""
    return maximum(v_hat, v)


@formula
def stride(m: Any, v: Any, alpha: Any, epsilon: Any) -> Any:
    """(m·α_t) / (√v + ε̂)."""
    return (m * alpha) / (sqrt(v) + epsilon)


@formula
def move(w: Any, m: Any, v: Any, alpha: Any, epsilon: Any) -> Any:
    """W − (m·α_t) / (√v + ε̂)."""
    return w - stride(m, v, alpha, epsilon)


@formula
def step_size(alpha: Any, beta_1_to_t: Any, beta_2_to_t: Any) -> Any:
    """α_t = α·√(1 − β₂ᵗ) / (1 − β₁ᵗ)."""
    return (alpha * sqrt(1.0 - beta_2_to_t)) / (1.0 - beta_1_to_t)


@compiled
def _fill_step_sizes(rates: Any, first: Any, beta_1: Any, beta_2: Any) -> None:
    p, nothing = pointer(rates), 0
    one, two = fill(p, beta_1, 1), fill(p, beta_2, 1)
    for i in range(rates.size):
        t = fill(p, first + i + 1, 1)
        power_1 = fill(p, 0.0, 1)
        if nothing == 0:  # what is 0 once is 0 from then on
            power_1 = power(one, t)
            nothing = int(number(power_1) == 0.0)
        store(p, i, step_size(load(p, i, 1), power_1, power(two, t)))


class Adam(Optimizer):
    """Adam.

    Parameters
    ----------
    learning_rate
        α ≥ 0, or a schedule of :mod:`engine.optimizers.schedules`.
    beta_1, beta_2
        0 ≤ β < 1, how slowly the two averages forget.
    epsilon
        ε̂ ≥ 0, added to the root of the uncorrected v.
    amsgrad
        Let v̂ never shrink.

    Examples
    --------
    >>> Adam().get_config()["beta_2"]
    0.999
    """

    def __init__(
        self,
        learning_rate: float | LearningRateSchedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        name: str = "adam",
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, name, options)
        self.beta_1 = checked_number("beta_1", beta_1, 0.0, 1.0)
        self.beta_2 = checked_number("beta_2", beta_2, 0.0, 1.0)
        self.epsilon = checked_number("epsilon", epsilon, 0.0)
        if not isinstance(amsgrad, bool):
            raise TypeError(
                f"Expected amsgrad to be True or False. Received: amsgrad={shown(amsgrad)}"
            )
        self.amsgrad = amsgrad

    @property
    def code(self) -> int:  # type: ignore[override]
        """Adam or AMSGrad."""
        from engine.kernels.updates import ADAM, AMSGRAD

        return AMSGRAD if self.amsgrad else ADAM

    @property
    def slot_groups(self) -> list[list[str]]:
        """m and v; with AMSGrad v̂ after those of all weights."""
        return [["momentum", "velocity"]] + ([["velocity_hat"]] if self.amsgrad else [])

    @property
    def hyperparameters(self) -> list[float]:
        """1 − β₁, 1 − β₂ (formed in double, then rounded) and ε̂."""
        # Users may have changed them since.
        return [
            1.0 - checked_number("beta_1", self.beta_1, 0.0, 1.0),
            1.0 - checked_number("beta_2", self.beta_2, 0.0, 1.0),
            checked_number("epsilon", self.epsilon, 0.0),
        ]

    def rates(self, first: int, count: int, dtype: str) -> Array:
        """α_t of `count` steps after step `first`."""
        rates = super().rates(first, count, dtype)
        _fill_step_sizes(rates, first, self.beta_1, self.beta_2)
        return rates

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an optimizer."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
