"""A learning rate that is constant from one boundary to the next.

    α(s) = v₀ for s ≤ b₀,   vᵢ for bᵢ₋₁ < s ≤ bᵢ,   the last v beyond

boundaries (b), values (v), one more than boundaries.

Keras: ``keras.optimizers.schedules.PiecewiseConstantDecay`` of 3.15.1, which compares whole numbers
of steps: a boundary of 2.5 means 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.optimizers.schedules.arguments import checked, label
from engine.optimizers.schedules.schedule import Array, Decay


class PiecewiseConstantDecay(Decay):
    """Changes the learning rate at given steps.

    Parameters
    ----------
    boundaries
        The last step of each piece but the last one, growing.
    values
        The learning rate of each piece, ≥ 0.

    Examples
    --------
    >>> schedule = PiecewiseConstantDecay([2, 4], [0.5, 0.25, 0.125])
    >>> [schedule(step) for step in range(6)]
    [0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    """

    def __init__(
        self, boundaries: Any, values: Any, name: str | None = "PiecewiseConstant"
    ) -> None:
        for kind, given in (("boundaries", boundaries), ("values", values)):
            if not isinstance(given, list | tuple):
                raise TypeError(f"Expected {kind} to be a list. Received: {kind}={shown(given)}")
        if not boundaries or len(boundaries) != len(values) - 1:
            raise ValueError(
                "Expected at least one boundary, and one value more than boundaries. Received: "
                f"boundaries={shown(boundaries)} and values={shown(values)}"
            )
        self.boundaries = [checked(f"boundaries[{i}]", b) for i, b in enumerate(boundaries)]
        self.values = [checked(f"values[{i}]", v, 0) for i, v in enumerate(values)]
        if any(b >= 2**63 for b in self.boundaries):
            raise ValueError(
                "Expected boundaries that steps can reach. "
                f"Received: boundaries={shown(boundaries)}"
            )
        if any(b <= a for a, b in zip(self.boundaries, self.boundaries[1:], strict=False)):
            raise ValueError(
                f"Expected boundaries to grow. Received: boundaries={shown(boundaries)}"
            )
        self.name = label(name)

    def _evaluated(self, steps: Array, dtype: str, in_graph: bool) -> Array:
        whole = steps.dtype.kind in "iu"
        boundaries = np.array(self.boundaries, steps.dtype if whole else np.float64)
        # side="left": a step that is a boundary belongs to the piece before it
        piece = np.searchsorted(boundaries, steps, side="left")
        return np.array(self.values, dtype)[piece]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a schedule."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
