"""AdamW: Adam with weight decay.

    w ← w − (w·λ)·α, then Adam's step

weight_decay (λ), learning_rate (α).  The formulas are those of :mod:`engine.optimizers.decay` and
:mod:`engine.optimizers.adam`.

Source: Loshchilov & Hutter (2017), Decoupled weight decay regularization, algorithm 2.
Keras: ``keras.optimizers.AdamW``.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.optimizers.adam import Adam


class AdamW(Adam):
    """Adam whose weights decay.

    Parameters
    ----------
    learning_rate, beta_1, beta_2, epsilon, amsgrad
        As for :class:`Adam`.
    weight_decay
        λ ≥ 0.

    Examples
    --------
    >>> AdamW().weight_decay
    0.004
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        name: str = "adam_w",
        **options: Any,
    ) -> None:
        if weight_decay is None:
            raise ValueError(
                "Expected weight_decay to be a number ≥ 0: without one it is Adam. "
                f"Received: weight_decay={shown(weight_decay)}"
            )
        options["weight_decay"] = weight_decay
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, name, **options)
