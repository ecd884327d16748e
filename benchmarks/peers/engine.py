"""The engine: `fit`, as the tutorials call it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from benchmarks.clock import clocked
from benchmarks.workloads import SEED, Workload

NEEDS = ("numba",)


class Peer:
    """The whole public call: checks, buffers, order of the rows, history."""

    validates = False
    """Whether the fit validates after each epoch, if the tutorial does."""

    kernel_seconds: float | None = None
    """How much of the last fit was spent inside of the compiled call."""

    def __init__(self, workload: Workload) -> None:
        import engine

        self.keras: Any = engine
        self.workload = workload
        self.model = workload.model(self.keras)
        self.start = [np.array(w) for w in self.model.get_weights()]

    def prepare(self) -> None:
        """Go back to the start, weights and the optimizer's state, on a model that was trained."""
        self.model.set_weights(self.start)
        self.forget()
        self.keras.utils.set_random_seed(SEED)

    def forget(self) -> None:
        """Have the optimizer begin anew."""
        self.model.optimizer.iterations = 0
        for slot in self.model.optimizer.slots:
            slot[:] = 0

    def train(self) -> None:
        """One fit."""
        w = self.workload
        validation = w.validation if self.validates else None
        with self.clocked() as spent:
            self.model.fit(
                w.x, w.y, batch_size=w.batch, epochs=w.epochs, verbose=0, validation_data=validation
            )
        self.kernel_seconds = spent[0] if spent else None

    def clocked(self) -> AbstractContextManager[list[float]]:
        """Take the time of the compiled calls, too."""
        return clocked()

    def weights(self) -> list[np.ndarray]:
        """After the fit."""
        return [np.array(w) for w in self.model.get_weights()]
