"""A learning rate that depends on the step: α = schedule(s), s = 0, 1, 2, …

Each of the engine's schedules is one formula that is evaluated in two ways, because Keras does:

asked for
    ``schedule(s)`` and ``optimizer.learning_rate``: the formula as it stands.
in a training step
    ``schedule.rates``: as TensorFlow's graph optimizer has rewritten it, with constants put
    together (:mod:`engine.optimizers.schedules.rewriting`).  The last bits differ.

Keras: ``keras.optimizers.schedules.LearningRateSchedule`` of 3.15.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine import config
from engine.checks.from_config import from_config
from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.kernels.on_arrays import flushing

Array = npt.NDArray[Any]


class LearningRateSchedule:
    """Base of all schedules: a subclass says what ``schedule(step)`` is.

    Examples
    --------
    >>> class Halved(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.5 ** (step // 100)
    >>> Halved().rates(98, 4, "float32").tolist()
    [1.0, 1.0, 0.5, 0.5]
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step, counted from 0."""
        raise NotImplementedError(
            f"Expected {type(self).__name__} to have a method __call__(self, step). Received: none"
        )

    def rates(self, first: int, count: int, dtype: str) -> Array:
        """The learning rates of `count` training steps, the first of which is step `first`."""
        found = np.array([self(step) for step in range(first, first + count)], dtype)
        if found.shape != (count,) or not np.isfinite(found).all() or (found < 0).any():
            raise ValueError(
                f"Expected {type(self).__name__} to give a finite number ≥ 0 for each of the steps "
                f"{first} … {first + count - 1}. Received: {shown(found.tolist())}"
            )
        return found

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a schedule."""
        raise NotImplementedError(
            f"Expected {type(self).__name__} to have a method get_config(self), so that it can be "
            "written into a file. Received: none"
        )

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A schedule from what :meth:`get_config` returned."""
        return from_config(cls, config)


class Decay(LearningRateSchedule):
    """A schedule by a formula of NumPy: for one step or an array of them, in both ways."""

    def formula(self, s: Array, in_graph: bool) -> Any:
        """The learning rates of the steps `s`, floats; `in_graph` as a training step has them."""
        raise NotImplementedError

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step, counted from 0, or an array for an array of steps."""
        steps = numeric(step, "step")
        found = self._evaluated(steps.reshape(-1), config.floatx(), in_graph=False)
        return found.reshape(steps.shape) if steps.ndim else found[0].item()

    def rates(self, first: int, count: int, dtype: str) -> Array:
        """The learning rates of `count` training steps, the first of which is step `first`."""
        return self._evaluated(np.arange(first, first + count), dtype, in_graph=True)

    def _evaluated(self, steps: Array, dtype: str, in_graph: bool) -> Array:
        # As in a kernel: 0⁻¹ is infinite, and what is denormal is 0.
        with np.errstate(all="ignore"), flushing():
            found: Array = self.formula(steps.astype(dtype), in_graph)
        return found
