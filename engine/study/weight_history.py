"""The weights on their way: copies of all of them at the start and after each epoch of a fit.

>>> import engine, numpy as np
>>> model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
>>> model.compile("sgd", "mse")
>>> history = WeightHistory()
>>> _ = model.fit(np.ones((6, 2)), np.ones(6), batch_size=3, epochs=2, verbose=0,
...               callbacks=[history])
>>> history.steps, history.labels
([0, 2, 4], ['start', 'epoch 1', 'epoch 2'])
"""

from __future__ import annotations

from typing import Any

from engine.callbacks import Callback
from engine.kernels.memory import Array
from engine.models.arguments import whole


class WeightHistory(Callback):
    """A callback for ``fit``: it keeps the weights at the start and after each epoch.

    Parameters
    ----------
    every
        Keep them after each step whose number can be divided by this, instead of after each epoch.

    Attributes
    ----------
    weights
        What ``model.get_weights()`` gave, in the order of the training.
    steps
        How many steps the optimizer had made then.
    labels
        "start", "epoch 1", … or "start", "step 10", …; epochs count on from fit to fit.

    Raises
    ------
    TypeError, ValueError
        If `every` is not a whole number ≥ 1.
    """

    def __init__(self, every: int | None = None) -> None:
        super().__init__()
        self.every = None if every is None else whole("every", every)
        self.weights: list[list[Array]] = []
        self.steps: list[int] = []
        self.labels: list[str] = []
        self._epochs = 0
        if self.every is not None:
            # On the object: without `every` no step has to come back to Python.
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    def on_train_begin(self, logs: Any = None) -> None:
        """Keep where the training starts, unless an earlier fit ended there."""
        step = int(self.model.optimizer.iterations)
        if not self.steps or self.steps[-1] != step:
            self._keep("start" if not self.steps else f"step {step}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the weights after an epoch."""
        self._epochs = max(self._epochs, epoch) + 1
        if self.every is None:
            self._keep(f"epoch {self._epochs}")

    def __repr__(self) -> str:
        """How much was kept."""
        return f"<WeightHistory: the weights at {len(self.steps)} moments>"

    def _after_step(self, batch: int, logs: Any = None) -> None:
        step = self.model.optimizer.iterations
        if step % self.every == 0:
            self._keep(f"step {step}")

    def _keep(self, label: str) -> None:
        self.weights.append(self.model.get_weights())
        self.steps.append(int(self.model.optimizer.iterations))
        self.labels.append(label)
