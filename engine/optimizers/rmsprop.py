"""RMSprop: each gradient divided by the root of the running mean of its squares.

    v ← ρ·v + (1 − ρ)·g²
    Δ = (α·g) / √(v + ε)                centered: √(v − ḡ² + ε),  ḡ ← ρ·ḡ + (1 − ρ)·g
    w ← w − Δ                           momentum: m ← μ·m + Δ,  w ← w − m

learning_rate (α), rho (ρ), momentum (μ), epsilon (ε, under the root); slots velocity (v),
momentum (m), average_gradient (ḡ).

Source: Hinton (2012), Neural networks for machine learning, lecture 6e.
TensorFlow's graph multiplies by the reciprocal of the root instead of dividing, and forms ε − ḡ²
first, and so does this file.
Keras: ``keras.optimizers.RMSprop``, what ``compile`` takes when it is given no optimizer.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.kernels.compiler import formula
from engine.kernels.elementary import reciprocal_root
from engine.optimizers.optimizer import Optimizer, checked_number


@formula
def running_mean(mean: Any, x: Any, rho: Any, share: Any) -> Any:
    """ρ·mean + (1 − ρ)·x: v with x = g², ḡ with x = g."""
    return rho * mean + share * x


@formula
def increment(g: Any, v: Any, alpha: Any, epsilon: Any) -> Any:
    """(α·g)·(1/√(v + ε))."""
    return (alpha * g) * reciprocal_root(v + epsilon)


@formula
def centered_increment(g: Any, v: Any, average: Any, alpha: Any, epsilon: Any) -> Any:
    """(α·g)·(1/√(v + (ε − ḡ²)))."""
    return (alpha * g) * reciprocal_root(v + (epsilon - average * average))


@formula
def gather_increments(m: Any, delta: Any, mu: Any) -> Any:
    """μ·m + Δ."""
    return mu * m + delta


class RMSprop(Optimizer):
    """RMSprop.

    Parameters
    ----------
    learning_rate
        α ≥ 0.
    rho
        0 ≤ ρ < 1, how slowly the running means forget.
    momentum
        0 ≤ μ ≤ 1; 0 keeps no slot for it.
    epsilon
        ε ≥ 0.
    centered
        Divide by the estimated deviation of the gradient instead of the root of its square.

    Examples
    --------
    >>> RMSprop().get_config()["rho"]
    0.9
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        name: str = "rm_sprop",
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, name, options)
        self.rho = checked_number("rho", rho, 0.0, 1.0)
        self.momentum = checked_number("momentum", momentum, 0.0, 1.0, open_high=False)
        self.epsilon = checked_number("epsilon", epsilon, 0.0)
        if not isinstance(centered, bool):
            raise TypeError(
                f"Expected centered to be True or False. Received: centered={shown(centered)}"
            )
        self.centered = centered

    @property
    def code(self) -> int:  # type: ignore[override]
        """RMSprop with or without momentum, centered or not."""
        from engine.kernels.updates import RMSPROP

        return RMSPROP + (self.momentum > 0) + 2 * self.centered

    @property
    def slot_groups(self) -> list[list[str]]:
        """v; then m and ḡ, of those that there are."""
        return [["velocity"], ["momentum"] * (self.momentum > 0)] + (
            [["average_gradient"]] if self.centered else []
        )

    @property
    def hyperparameters(self) -> list[float]:
        """ρ, 1 − ρ (formed in double, then rounded), ε, μ."""
        rho = checked_number("rho", self.rho, 0.0, 1.0)
        return [
            rho,
            1.0 - rho,
            checked_number("epsilon", self.epsilon, 0.0),
            checked_number("momentum", self.momentum, 0.0, 1.0, open_high=False),
        ]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an optimizer."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
