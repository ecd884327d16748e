"""Weight decay: before every step each weight shrinks by a share of itself.

    w ← w − w·(λ·α)

weight_decay (λ), learning_rate (α).  Unlike an L2 penalty it does not pass through the optimizer's
averages: under Adam the two differ.

TensorFlow's graph multiplies the two constants first, and so does this file.

Source: Loshchilov & Hutter (2017), Decoupled weight decay regularization.
Keras: ``weight_decay`` of all optimizers of 3.15.1; AdamW is Adam with 0.004.
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import formula


@formula
def decayed(w: Any, decay: Any, alpha: Any) -> Any:
    """W − w·(λ·α)."""
    return w - w * (decay * alpha)
